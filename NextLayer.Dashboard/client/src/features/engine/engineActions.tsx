import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Pause, Play, Square, type LucideIcon } from "lucide-react";
import { useState } from "react";
import { post } from "@/shared/api/http";
import type { EngineState } from "@/shared/api/types";
import { text } from "@/shared/text";
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

const START: EngineAction = { name: "start", word: text.engine.actions.start, icon: Play, ask: null };
const RESUME: EngineAction = { name: "resume", word: text.engine.actions.resume, icon: Play, ask: null };
const PAUSE: EngineAction = { name: "pause", word: text.engine.actions.pause, icon: Pause, ask: text.engine.ask.pause };
const STOP: EngineAction = { name: "stop", word: text.engine.actions.stop, icon: Square, ask: text.engine.ask.stop };

export function engineActions(state: State): readonly EngineAction[] {
  return state === "running" ? [PAUSE, STOP] : state === "paused" ? [RESUME, STOP] : [START];
}

export const ENGINE_WORDS: Record<State, { word: string; tone: string; meaning: string }> = {
  running: { word: text.engine.states.running.word, tone: "succeeded", meaning: text.engine.states.running.meaning },
  paused: { word: text.engine.states.paused.word, tone: "paused", meaning: text.engine.states.paused.meaning },
  stopped: { word: text.engine.states.stopped.word, tone: "failed", meaning: text.engine.states.stopped.meaning },
};

/** Carries out an action of the engine, asking first where it holds work back. */
export function useEngineAction() {
  const client = useQueryClient();
  const [asked, setAsked] = useState<EngineAction | null>(null);
  const change = useMutation({
    mutationFn: (action: EngineAction) => post<{ pipeline: EngineState }>(`/api/pipeline/${action.name}`),
    onSuccess: ({ pipeline }) => {
      client.setQueryData(["engine"], pipeline);
      toast(text.engine.done(ENGINE_WORDS[pipeline.state].word.toLowerCase()));
      setAsked(null);
    },
    onError: () => void client.invalidateQueries({ queryKey: ["engine"] }),
  });
  const run = (action: EngineAction) => (action.ask ? setAsked(action) : change.mutate(action));
  const dialog = (
    <Confirm
      open={asked !== null}
      onOpenChange={(open) => !open && setAsked(null)}
      title={text.engine.title(asked?.word ?? "")}
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
