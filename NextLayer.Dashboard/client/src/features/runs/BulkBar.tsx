import { useQueryClient } from "@tanstack/react-query";
import { Ban, Play, RotateCcw, Tag, X } from "lucide-react";
import { useState } from "react";
import { ApiError, patch, post, sentenceOf } from "@/shared/api/http";
import type { Run } from "@/shared/api/types";
import { canCancel, canRerun, canRetry } from "@/shared/status/status";
import { text } from "@/shared/text";
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
  cancel: { verb: text.runs.bulk.cancel.verb, can: text.runs.bulk.cancel.can, left: text.runs.bulk.cancel.left, done: text.runs.bulk.cancel.done, fits: canCancel, note: text.runs.bulk.cancel.note },
  retry: { verb: text.runs.bulk.retry.verb, can: text.runs.bulk.retry.can, left: text.runs.bulk.retry.left, done: text.runs.bulk.retry.done, fits: canRetry, note: text.runs.bulk.retry.note },
  rerun: { verb: text.runs.bulk.rerun.verb, can: text.runs.bulk.rerun.can, left: text.runs.bulk.rerun.left, done: text.runs.bulk.rerun.done, fits: canRerun, note: text.runs.bulk.rerun.note },
  label: { verb: text.runs.bulk.label.verb, can: text.runs.bulk.label.can, left: text.runs.bulk.label.left, done: text.runs.bulk.label.done, fits: (run: Run) => run.parent_run_id === null, note: text.runs.bulk.label.note },
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
    <div role="region" aria-label={text.runs.bulk.selectedRuns} className="sticky bottom-3 z-20 mx-auto flex w-fit max-w-full flex-wrap items-center gap-2 rounded-xl border border-line bg-raised px-3 py-2 shadow-pop animate-pop">
      <span className="tnum px-1 text-sm font-medium">{text.runs.bulk.selected(count(selected.length))}</span>
      <Button small icon={Ban} needs="runs.control" onClick={() => setDeed("cancel")}>
        {text.runs.bulk.cancel.ask}
      </Button>
      <Button small icon={RotateCcw} needs="runs.control" onClick={() => setDeed("retry")}>
        {text.runs.bulk.retry.ask}
      </Button>
      <Button small icon={Play} needs="runs.start" onClick={() => setDeed("rerun")}>
        {text.runs.bulk.rerun.ask}
      </Button>
      <Button small icon={Tag} needs="runs.control" onClick={() => setDeed("label")}>
        {text.runs.bulk.label.ask}
      </Button>
      <IconButton small label={text.runs.bulk.selectNone} icon={X} onClick={onClear} />
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
      title={stage.name === "told" ? text.runs.bulk.told(count(stage.done), doneWord) : text.runs.bulk.title(verb)}
      footer={
        stage.name === "told" ? (
          <Button kind="primary" onClick={close}>
            {text.common.done}
          </Button>
        ) : (
          <>
            <Button onClick={close} disabled={busy}>
              {text.common.back}
            </Button>
            <Button kind={deed === "cancel" ? "danger" : "primary"} busy={busy} disabled={able.length === 0 || wrong !== null} onClick={() => void act()}>
              {stage.name === "doing" ? text.runs.bulk.progress(stage.done, stage.of) : text.runs.bulk.act(verb, able.length, count(able.length))}
            </Button>
          </>
        )
      }
    >
      {stage.name === "told" ? (
        stage.refused.length > 0 ? (
          <div className="text-sm">
            <p>{text.runs.bulk.refused(count(stage.refused.length))}</p>
            <ul className="mt-2 max-h-60 overflow-y-auto rounded-lg border border-line p-2 font-mono text-xs">
              {stage.refused.slice(0, 100).map((each) => (
                <li key={each}>{each}</li>
              ))}
            </ul>
          </div>
        ) : (
          <p className="text-sm text-ink-2">{text.runs.bulk.noneRefused}</p>
        )
      ) : (
        <div className="flex flex-col gap-3 text-sm">
          <p>
            {(all ? text.runs.bulk.ableOfFilter : text.runs.bulk.able)(<strong className="tnum">{count(able.length)}</strong>, `${count(runs.length)}${more ? "+" : ""}`, can)}
            {left > 0 && text.runs.bulk.others(count(left), leftWord)}
            {more && text.runs.bulk.onlyNewest(count(MOST))}
          </p>
          <p className="text-ink-2">{note}</p>
          {!all && total !== "" && total !== String(selected.length) && (
            <div>
              <Button small busy={stage.name === "counting"} onClick={() => void countAll()}>
                {stage.name === "counting" ? text.runs.bulk.counted(count(stage.seen)) : text.runs.bulk.takeAll(total)}
              </Button>
            </div>
          )}
          {deed === "label" && (
            <Field label={text.runs.bulk.label.field} hint={text.runs.bulk.label.hint} error={pair.includes("=") ? (wrong ?? undefined) : undefined}>
              {(ids) => <TextInput {...ids} value={pair} onChange={(event) => setPair(event.target.value.trim())} />}
            </Field>
          )}
          {deed === "cancel" && (
            <Field label={text.runs.bulk.reason} hint={text.runs.bulk.reasonHint}>
              {(ids) => <TextInput {...ids} value={reason} maxLength={500} onChange={(event) => setReason(event.target.value)} />}
            </Field>
          )}
        </div>
      )}
    </Dialog>
  );
}
