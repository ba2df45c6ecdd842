import { useMutation, useQueryClient } from "@tanstack/react-query";
import { CircleArrowDown, Play } from "lucide-react";
import { useState } from "react";
import { post } from "@/shared/api/http";
import type { Worker } from "@/shared/api/types";
import { Button } from "@/shared/ui/Button";
import { Confirm } from "@/shared/ui/Overlay";
import { toast } from "@/shared/ui/toasts";
import { drainWarning, runsWord } from "./draining";

/** Takes a worker out of service, asking first, and back. */
export function DrainButton({ worker, claiming }: { worker: Worker; claiming: number }) {
  const client = useQueryClient();
  const [asked, setAsked] = useState(false);
  const change = useMutation({
    mutationFn: (action: "drain" | "resume") => post<Worker>(`/api/workers/${encodeURIComponent(worker.worker_id)}/${action}`),
    onSuccess: (changed) => {
      toast(
        changed.drain_requested_at === null
          ? `${worker.worker_id} is given runs again.`
          : changed.state === "draining"
            ? `${worker.worker_id} finishes ${runsWord(changed.running_runs)} and gets nothing new.`
            : `${worker.worker_id} gets nothing new.`,
      );
      setAsked(false);
    },
    onSettled: () => client.invalidateQueries({ queryKey: ["workers"] }),
  });
  if (worker.drain_requested_at !== null)
    return (
      <Button small needs="engine.control" icon={Play} busy={change.isPending} aria-label={`Resume ${worker.worker_id}`} onClick={() => change.mutate("resume")}>
        Resume
      </Button>
    );
  return (
    <>
      <Button small needs="engine.control" icon={CircleArrowDown} aria-label={`Drain ${worker.worker_id}`} onClick={() => setAsked(true)}>
        Drain
      </Button>
      <Confirm open={asked} onOpenChange={setAsked} title={`Drain ${worker.worker_id}?`} action="Drain" busy={change.isPending} onConfirm={() => change.mutate("drain")}>
        <div className="flex flex-col gap-2 text-sm text-ink-2">
          {drainWarning(worker, claiming).map((sentence) => (
            <p key={sentence}>{sentence}</p>
          ))}
        </div>
      </Confirm>
    </>
  );
}
