import { useQueryClient } from "@tanstack/react-query";
import { Ban, Play, RotateCcw, Tag, X } from "lucide-react";
import { useState } from "react";
import { ApiError, patch, post, sentenceOf } from "@/shared/api/http";
import type { Run } from "@/shared/api/types";
import { canCancel, canRerun, canRetry } from "@/shared/status/status";
import { count } from "@/shared/time/format";
import { Button, IconButton } from "@/shared/ui/Button";
import { Field, TextInput } from "@/shared/ui/Form";
import { Dialog } from "@/shared/ui/Overlay";
import { readAll } from "./exporting";
import { readLabels, wrongWithPair } from "./labels";
import type { toApi } from "./runsSearch";

type Deed = "cancel" | "retry" | "rerun" | "label";

const MOST = 1_000;
const AT_ONCE = 6;
const WORDS = {
  cancel: { verb: "Cancel", can: "cancelled", left: "have ended or are being cancelled", done: "cancelled", fits: canCancel, note: "Queued and paused runs end at once; running ones stop at their next step." },
  retry: { verb: "Retry", can: "retried", left: "have not failed", done: "queued again", fits: canRetry, note: "Finished steps keep their results; each run goes on at the step that failed." },
  rerun: { verb: "Run again", can: "run again", left: "have not ended, or belong to another run", done: "started", fits: canRerun, note: "Each makes a new run of the same version with the same input, from its first step on." },
  label: { verb: "Label", can: "labelled", left: "belong to another run", done: "labelled", fits: (run: Run) => run.parent_run_id === null, note: "Their other labels stay; one of the same key gets the new value." },
} as const;

interface Props {
  selected: readonly Run[];
  filter: ReturnType<typeof toApi>;
  total: string;
  onClear: () => void;
}

/** What can be done to many runs at once: counted first, then done, then told. */
export function BulkBar({ selected, filter, total, onClear }: Props) {
  const [deed, setDeed] = useState<Deed | null>(null);
  return (
    <div role="region" aria-label="Selected runs" className="sticky bottom-3 z-20 mx-auto flex w-fit max-w-full flex-wrap items-center gap-2 rounded-xl border border-line bg-raised px-3 py-2 shadow-pop animate-pop">
      <span className="tnum px-1 text-sm font-medium">{count(selected.length)} selected</span>
      <Button small icon={Ban} needs="runs.control" onClick={() => setDeed("cancel")}>
        Cancel…
      </Button>
      <Button small icon={RotateCcw} needs="runs.control" onClick={() => setDeed("retry")}>
        Retry…
      </Button>
      <Button small icon={Play} needs="runs.start" onClick={() => setDeed("rerun")}>
        Run again…
      </Button>
      <Button small icon={Tag} needs="runs.control" onClick={() => setDeed("label")}>
        Set label…
      </Button>
      <IconButton small label="Select none" icon={X} onClick={onClear} />
      {deed && <BulkDialog deed={deed} selected={selected} filter={filter} total={total} onClose={() => setDeed(null)} onDone={onClear} />}
    </div>
  );
}

type Stage = { name: "ask" } | { name: "counting"; seen: number } | { name: "doing"; done: number; of: number } | { name: "told"; done: number; refused: string[] };

function BulkDialog({ deed, selected, filter, total, onClose, onDone }: Omit<Props, "onClear"> & { deed: Deed; onClose: () => void; onDone: () => void }) {
  const { verb, can, left: leftWord, done: doneWord, fits, note } = WORDS[deed];
  // One wish: whatever is sent again makes no second run.
  const [wish] = useState(() => crypto.randomUUID());
  const client = useQueryClient();
  const [runs, setRuns] = useState<readonly Run[]>(selected);
  const [all, setAll] = useState(false);
  const [more, setMore] = useState(false);
  const [reason, setReason] = useState("");
  const [pair, setPair] = useState("");
  const wrong = deed === "label" ? wrongWithPair(pair) : null;
  const [stage, setStage] = useState<Stage>({ name: "ask" });
  const able = runs.filter(fits);
  const left = runs.length - able.length;

  const countAll = async () => {
    setStage({ name: "counting", seen: 0 });
    try {
      const found = await readAll(filter, MOST, (seen) => setStage({ name: "counting", seen }));
      setRuns(found.runs);
      setMore(found.more);
      setAll(true);
    } finally {
      setStage({ name: "ask" });
    }
  };

  const act = async () => {
    const refused: string[] = [];
    let done = 0;
    const queue = [...able];
    setStage({ name: "doing", done, of: able.length });
    const one = async () => {
      for (let run = queue.shift(); run; run = queue.shift()) {
        try {
          if (deed === "rerun") await post(`/api/v1/runs/${run.id}/rerun`, {}, { tenantId: run.tenant_id, idempotencyKey: `${wish}-${run.id}` });
          else if (deed === "label") await patch(`/api/v1/runs/${run.id}/labels`, { labels: readLabels(pair).labels }, { tenantId: run.tenant_id });
          else await post(`/api/runs/${run.id}/${deed}`, deed === "retry" ? undefined : reason ? { reason } : {});
          done++;
        } catch (error) {
          refused.push(`${run.id.slice(-8)}: ${sentenceOf(error)}`);
          if (error instanceof ApiError && error.isUnreachable) queue.length = 0;
        }
        setStage({ name: "doing", done, of: able.length });
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, one));
    setStage({ name: "told", done, refused });
    void client.invalidateQueries({ queryKey: ["runs"] });
  };

  const busy = stage.name === "doing" || stage.name === "counting";
  const close = () => {
    if (busy) return;
    if (stage.name === "told") onDone();
    onClose();
  };
  return (
    <Dialog
      open
      onOpenChange={close}
      title={stage.name === "told" ? `${count(stage.done)} ${doneWord}` : `${verb} runs`}
      footer={
        stage.name === "told" ? (
          <Button kind="primary" onClick={close}>
            Done
          </Button>
        ) : (
          <>
            <Button onClick={close} disabled={busy}>
              Back
            </Button>
            <Button kind={deed === "cancel" ? "danger" : "primary"} busy={busy} disabled={able.length === 0 || wrong !== null} onClick={() => void act()}>
              {stage.name === "doing" ? `${stage.done} of ${stage.of}` : `${verb} ${count(able.length)} ${able.length === 1 ? "run" : "runs"}`}
            </Button>
          </>
        )
      }
    >
      {stage.name === "told" ? (
        stage.refused.length > 0 ? (
          <div className="text-sm">
            <p>{count(stage.refused.length)} were refused:</p>
            <ul className="mt-2 max-h-60 overflow-y-auto rounded-lg border border-line p-2 font-mono text-xs">
              {stage.refused.slice(0, 100).map((each) => (
                <li key={each}>{each}</li>
              ))}
            </ul>
          </div>
        ) : (
          <p className="text-sm text-ink-2">None was refused.</p>
        )
      ) : (
        <div className="flex flex-col gap-3 text-sm">
          <p>
            <strong className="tnum">{count(able.length)}</strong> of {count(runs.length)}
            {more && "+"} {all ? "that fit the filters" : "selected"} can be {can}.
            {left > 0 && <> The other {count(left)} {leftWord} and stay as they are.</>}
            {more && <> Only the newest {count(MOST)} are taken at a time.</>}
          </p>
          <p className="text-ink-2">{note}</p>
          {!all && total !== "" && total !== String(selected.length) && (
            <div>
              <Button small busy={stage.name === "counting"} onClick={() => void countAll()}>
                {stage.name === "counting" ? `${count(stage.seen)} counted` : `Take all ${total} that fit the filters`}
              </Button>
            </div>
          )}
          {deed === "label" && (
            <Field label="Label" hint="As key=value." error={pair.includes("=") ? (wrong ?? undefined) : undefined}>
              {(ids) => <TextInput {...ids} value={pair} onChange={(event) => setPair(event.target.value.trim())} />}
            </Field>
          )}
          {deed === "cancel" && (
            <Field label="Reason" hint="Stands in each run's history.">
              {(ids) => <TextInput {...ids} value={reason} maxLength={500} onChange={(event) => setReason(event.target.value)} />}
            </Field>
          )}
        </div>
      )}
    </Dialog>
  );
}
