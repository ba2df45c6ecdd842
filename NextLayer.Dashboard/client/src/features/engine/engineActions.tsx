import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Pause, Play, Square, type LucideIcon } from "lucide-react";
import { useState } from "react";
import { post } from "@/shared/api/http";
import type { EngineState } from "@/shared/api/types";
import { Confirm } from "@/shared/ui/Overlay";
import { toast } from "@/shared/ui/toasts";

type State = EngineState["state"];

export interface EngineAction {
  name: "start" | "pause" | "resume" | "stop";
  word: string;
  icon: LucideIcon;
  /** Asked before; null does it at once. */
  ask: string | null;
}

const START: EngineAction = { name: "start", word: "Start", icon: Play, ask: null };
const RESUME: EngineAction = { name: "resume", word: "Resume", icon: Play, ask: null };
const PAUSE: EngineAction = { name: "pause", word: "Pause", icon: Pause, ask: "No queued run will be given to a worker until the engine is resumed. Runs that are running go on." };
const STOP: EngineAction = { name: "stop", word: "Stop", icon: Square, ask: "No run will be given to a worker, and running runs go back to the queue at their next step. Finished steps keep their results." };

export function engineActions(state: State): readonly EngineAction[] {
  return state === "running" ? [PAUSE, STOP] : state === "paused" ? [RESUME, STOP] : [START];
}

export const ENGINE_WORDS: Record<State, { word: string; tone: string; meaning: string }> = {
  running: { word: "Running", tone: "succeeded", meaning: "Queued runs are given to workers as they come." },
  paused: { word: "Paused", tone: "paused", meaning: "Nothing is given out. Running runs go on to their end." },
  stopped: { word: "Stopped", tone: "failed", meaning: "Nothing is given out, and running runs are handed back." },
};

/** Carries out an action of the engine, asking first where it holds work back. */
export function useEngineAction() {
  const client = useQueryClient();
  const [asked, setAsked] = useState<EngineAction | null>(null);
  const change = useMutation({
    mutationFn: (action: EngineAction) => post<{ pipeline: EngineState }>(`/api/pipeline/${action.name}`),
    onSuccess: ({ pipeline }) => {
      client.setQueryData(["engine"], pipeline);
      toast(`The engine is ${pipeline.state}.`);
      setAsked(null);
    },
    onError: () => void client.invalidateQueries({ queryKey: ["engine"] }),
  });
  const run = (action: EngineAction) => (action.ask ? setAsked(action) : change.mutate(action));
  const dialog = (
    <Confirm
      open={asked !== null}
      onOpenChange={(open) => !open && setAsked(null)}
      title={`${asked?.word ?? ""} the engine?`}
      action={asked?.word ?? ""}
      danger={asked?.name === "stop"}
      busy={change.isPending}
      onConfirm={() => asked && change.mutate(asked)}
    >
      <p className="text-sm text-ink-2">{asked?.ask}</p>
    </Confirm>
  );
  return { run, dialog, busy: change.isPending };
}
