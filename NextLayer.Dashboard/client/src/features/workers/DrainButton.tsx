import { useMutation, useQueryClient } from "@tanstack/react-query";
import { CircleArrowDown, Play } from "lucide-react";
import { useState } from "react";
import { post } from "@/shared/api/http";
import type { Worker } from "@/shared/api/types";
import { text } from "@/shared/text";
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
          ? text.workers.drain.resumed(worker.worker_id)
          : changed.state === "draining"
            ? text.workers.drain.started(worker.worker_id, runsWord(changed.running_runs))
            : text.workers.drain.done(worker.worker_id),
      );
      setAsked(false);
    },
    onSettled: () => client.invalidateQueries({ queryKey: ["workers"] }),
  });
  if (worker.drain_requested_at !== null)
    return (
      <Button small needs="engine.control" icon={Play} busy={change.isPending} aria-label={text.workers.drain.resumeNamed(worker.worker_id)} onClick={() => change.mutate("resume")}>
        {text.workers.drain.resume}
      </Button>
    );
  return (
    <>
      <Button small needs="engine.control" icon={CircleArrowDown} aria-label={text.workers.drain.actionNamed(worker.worker_id)} onClick={() => setAsked(true)}>
        {text.workers.drain.action}
      </Button>
      <Confirm open={asked} onOpenChange={setAsked} title={text.workers.drain.ask(worker.worker_id)} action={text.workers.drain.action} busy={change.isPending} onConfirm={() => change.mutate("drain")}>
        <div className="flex flex-col gap-2 text-sm text-ink-2">
          {drainWarning(worker, claiming).map((sentence) => (
            <p key={sentence}>{sentence}</p>
          ))}
        </div>
      </Confirm>
    </>
  );
}
