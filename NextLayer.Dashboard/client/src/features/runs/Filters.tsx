import { useQuery } from "@tanstack/react-query";
import { ListFilter, X } from "lucide-react";
import { useEffect, useState } from "react";
import { useAccess } from "@/shared/access/me";
import { pipelinesQuery, usePipelineName, versionsQuery, workersQuery } from "@/shared/api/queries";
import type { RunStatus } from "@/shared/api/types";
import type { Counts } from "@/features/overview/statsQuery";
import { usePrefs } from "@/shared/prefs/prefs";
import { RUN_LOOKS, RUN_STATUSES } from "@/shared/status/status";
import { text } from "@/shared/text";
import { absolute, count, type TimeMode } from "@/shared/time/format";
import { Button } from "@/shared/ui/Button";
import { Field, SearchInput, Select, TextInput } from "@/shared/ui/Form";
import { Popover } from "@/shared/ui/Overlay";
import { cx } from "@/shared/ui/cx";
import { wrongWithPair } from "./labels";
import { choicesWith, orLonger } from "./lengths";
import { hasFilters, windowOf, type RunsSearch, type Window } from "./runsSearch";

interface Props {
  search: RunsSearch;
  counts: Counts | undefined;
  onChange: (change: Partial<RunsSearch>) => void;
  onClear: () => void;
}

const WINDOW_WORDS: readonly (readonly [Window, string])[] = [["1h", text.runs.filters.windows.hour], ["24h", text.runs.filters.windows.day], ["7d", text.runs.filters.windows.week], ["30d", text.runs.filters.windows.month], ["all", text.runs.filters.windows.all]];

export function Filters({ search, counts, onChange, onClear }: Props) {
  const { time } = usePrefs();
  const toggle = (status: RunStatus) => {
    const now = search.status ?? [];
    const next = now.includes(status) ? now.filter((each) => each !== status) : [...now, status];
    onChange({ status: next.length > 0 ? next : undefined });
  };
  const range = search.after || search.before;
  return (
    <div className="flex flex-col gap-2.5">
      <div className="flex flex-wrap items-center gap-2">
        <DelayedSearch value={search.q ?? ""} onChange={(q) => onChange({ q: q || undefined })} />
        <Select aria-label={text.runs.filters.time} value={range ? "range" : windowOf(search)} onChange={(event) => onChange({ window: event.target.value as Window, after: undefined, before: undefined })} className="w-36">
          {range && (
            <option value="range">{text.runs.filters.chosenTime}</option>
          )}
          {WINDOW_WORDS.map(([key, word]) => (
            <option key={key} value={key}>
              {word}
            </option>
          ))}
        </Select>
        <Popover
          label={text.runs.filters.more}
          className="w-80"
          trigger={
            <Button icon={ListFilter} data-filters>
              {text.common.filters}
            </Button>
          }
        >
          <More search={search} onChange={onChange} />
        </Popover>
        {search.pipeline && <PipelineChip id={search.pipeline} onRemove={() => onChange({ pipeline: undefined, version: undefined })} />}
        {search.version && <Chip word={text.runs.filters.oneVersion} onRemove={() => onChange({ version: undefined })} />}
        {search.label?.map((pair) => (
          <Chip key={pair} word={pair} onRemove={() => onChange({ label: search.label?.length === 1 ? undefined : search.label?.filter((each) => each !== pair) })} />
        ))}
        {search.worker && <Chip word={text.runs.filters.worker(search.worker)} onRemove={() => onChange({ worker: undefined })} />}
        {search.longer !== undefined && <Chip word={text.runs.filters.took(orLonger(search.longer))} onRemove={() => onChange({ longer: undefined })} />}
        {search.trigger && <Chip word={text.runs.filters.trigger(search.trigger)} onRemove={() => onChange({ trigger: undefined })} />}
        {range && (
          <Chip
            word={text.runs.filters.between(momentOf(search.after, time), momentOf(search.before, time))}
            onRemove={() => onChange({ after: undefined, before: undefined })}
          />
        )}
        {hasFilters(search) && (
          <Button kind="ghost" small onClick={onClear}>
            {text.runs.filters.clear}
          </Button>
        )}
      </div>
      <div role="group" aria-label={text.runs.filters.status} className="flex gap-1.5 overflow-x-auto pb-0.5">
        {RUN_STATUSES.map((status) => {
          const { icon: Icon, word, tone } = RUN_LOOKS[status];
          const on = search.status?.includes(status) ?? false;
          return (
            <button
              key={status}
              type="button"
              aria-pressed={on}
              onClick={() => toggle(status)}
              className={cx("inline-flex h-7 shrink-0 items-center gap-1.5 rounded-full border px-2.5 text-xs font-medium transition-colors ring-inset-focus", on ? "border-current" : "border-line bg-surface text-ink-2 hover:border-line-strong/60")}
              style={on ? { color: `var(--s-${tone})`, backgroundColor: `var(--s-${tone}-soft)` } : undefined}
            >
              <Icon className="size-3.5" style={{ color: `var(--s-${tone})` }} aria-hidden />
              {word}
              {counts && <span className="tnum text-ink-3">{count(counts[status.toLowerCase() as keyof Counts])}</span>}
            </button>
          );
        })}
      </div>
    </div>
  );
}

function momentOf(at: string | undefined, mode: TimeMode): string {
  return at ? absolute(Date.parse(at), mode === "utc" ? "utc" : "local").slice(5, 16) : "…";
}

// Asks once somebody has stopped typing.
function DelayedSearch({ value, onChange }: { value: string; onChange: (value: string) => void }) {
  const [typed, setTyped] = useState(value);
  useEffect(() => setTyped(value), [value]);
  useEffect(() => {
    if (typed === value) return;
    const timer = setTimeout(() => onChange(typed), 250);
    return () => clearTimeout(timer);
  }, [typed, value, onChange]);
  return <SearchInput value={typed} onChange={setTyped} label={text.runs.filters.search} className="w-full sm:w-64" />;
}

function More({ search, onChange }: { search: RunsSearch; onChange: Props["onChange"] }) {
  const { tenantId } = usePrefs();
  const [q, setQ] = useState("");
  const pipelines = useQuery(pipelinesQuery(tenantId, q, 0, 50)).data?.items ?? [];
  const versions = useQuery({ ...versionsQuery({ pipelineId: search.pipeline ?? "" }), enabled: Boolean(search.pipeline) }).data?.items ?? [];
  const workers = useQuery({ ...workersQuery(), enabled: !useAccess().why("workers.read") }).data?.items ?? [];
  return (
    <div className="flex flex-col gap-3">
      <Field label={text.common.pipeline}>
        {(ids) => (
          <div className="flex flex-col gap-1.5">
            <SearchInput value={q} onChange={setQ} label={text.pipelines.find} />
            <Select {...ids} value={search.pipeline ?? ""} onChange={(event) => onChange({ pipeline: event.target.value || undefined, version: undefined })}>
              <option value="">{text.runs.filters.any}</option>
              {search.pipeline && !pipelines.some((each) => each.id === search.pipeline) && <option value={search.pipeline}>{text.runs.filters.chosenPipeline}</option>}
              {pipelines.map((each) => (
                <option key={each.id} value={each.id}>
                  {each.name}
                </option>
              ))}
            </Select>
          </div>
        )}
      </Field>
      {search.pipeline && (
        <Field label={text.runs.filters.version}>
          {(ids) => (
            <Select {...ids} value={search.version ?? ""} onChange={(event) => onChange({ version: event.target.value || undefined })}>
              <option value="">{text.runs.filters.any}</option>
              {versions.map((each) => (
                <option key={each.id} value={each.id}>
                  {each.version}
                </option>
              ))}
            </Select>
          )}
        </Field>
      )}
      <Field label={text.runs.filters.triggerLabel} hint={text.runs.filters.triggerHint}>
        {(ids) => (
          <>
            <TextInput {...ids} list="trigger-types" defaultValue={search.trigger ?? ""} onBlur={(event) => onChange({ trigger: event.target.value.trim() || undefined })} onKeyDown={(event) => event.key === "Enter" && onChange({ trigger: event.currentTarget.value.trim() || undefined })} />
            <datalist id="trigger-types">
              {["manual", "api", "webhook", "schedule", "backfill", "test"].map((each) => (
                <option key={each} value={each} />
              ))}
            </datalist>
          </>
        )}
      </Field>
      <LabelField search={search} onChange={onChange} />
      <Field label={text.runs.filters.tookLabel} hint={text.runs.filters.tookHint}>
        {(ids) => (
          <Select {...ids} value={search.longer ?? ""} onChange={(event) => onChange({ longer: event.target.value ? Number(event.target.value) : undefined })}>
            <option value="">{text.runs.filters.anyTime}</option>
            {choicesWith(search.longer).map((length) => (
              <option key={length} value={length}>
                {orLonger(length)}
              </option>
            ))}
          </Select>
        )}
      </Field>
      <Field label={text.common.worker} hint={text.runs.filters.workerHint}>
        {(ids) => (
          <>
            <TextInput {...ids} list="worker-ids" maxLength={200} defaultValue={search.worker ?? ""} onBlur={(event) => onChange({ worker: event.target.value.trim() || undefined })} onKeyDown={(event) => event.key === "Enter" && onChange({ worker: event.currentTarget.value.trim() || undefined })} />
            <datalist id="worker-ids">
              {workers.slice(0, 100).map((each) => (
                <option key={each.worker_id} value={each.worker_id} />
              ))}
            </datalist>
          </>
        )}
      </Field>
    </div>
  );
}

function LabelField({ search, onChange }: { search: RunsSearch; onChange: Props["onChange"] }) {
  const [typed, setTyped] = useState("");
  const wrong = typed === "" ? null : wrongWithPair(typed);
  const add = () => {
    if (typed === "" || wrong) return;
    onChange({ label: [...new Set([...(search.label ?? []), typed])] });
    setTyped("");
  };
  return (
    <Field label={text.runs.filters.label} hint={text.runs.filters.labelHint} error={typed.includes("=") ? (wrong ?? undefined) : undefined}>
      {(ids) => <TextInput {...ids} value={typed} onChange={(event) => setTyped(event.target.value.trimStart())} onBlur={add} onKeyDown={(event) => event.key === "Enter" && add()} />}
    </Field>
  );
}

function PipelineChip({ id, onRemove }: { id: string; onRemove: () => void }) {
  return <Chip word={usePipelineName(id)} onRemove={onRemove} />;
}

function Chip({ word, onRemove }: { word: string; onRemove: () => void }) {
  return (
    <span className="inline-flex h-7 max-w-56 items-center gap-1 rounded-full bg-accent-soft pr-1 pl-2.5 text-xs font-medium text-accent-ink">
      <span className="truncate">{word}</span>
      <button type="button" aria-label={text.runs.filters.remove(word)} onClick={onRemove} className="rounded-full p-1 hover:bg-hover">
        <X className="size-3" aria-hidden />
      </button>
    </span>
  );
}
