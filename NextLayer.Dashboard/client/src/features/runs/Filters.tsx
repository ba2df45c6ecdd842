import { useQuery } from "@tanstack/react-query";
import { ListFilter, X } from "lucide-react";
import { useEffect, useState } from "react";
import { useAccess } from "@/shared/access/me";
import { pipelinesQuery, usePipelineName, versionsQuery, workersQuery } from "@/shared/api/queries";
import type { RunStatus } from "@/shared/api/types";
import type { Counts } from "@/features/overview/statsQuery";
import { usePrefs } from "@/shared/prefs/prefs";
import { RUN_LOOKS, RUN_STATUSES } from "@/shared/status/status";
import { absolute, count } from "@/shared/time/format";
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

const WINDOW_WORDS: readonly (readonly [Window, string])[] = [["1h", "Last hour"], ["24h", "Last 24 hours"], ["7d", "Last 7 days"], ["30d", "Last 30 days"], ["all", "All time"]];

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
        <Select aria-label="Time" value={range ? "range" : windowOf(search)} onChange={(event) => onChange({ window: event.target.value as Window, after: undefined, before: undefined })} className="w-36">
          {range && (
            <option value="range">Chosen time</option>
          )}
          {WINDOW_WORDS.map(([key, word]) => (
            <option key={key} value={key}>
              {word}
            </option>
          ))}
        </Select>
        <Popover
          label="More filters"
          className="w-80"
          trigger={
            <Button icon={ListFilter} data-filters>
              Filters
            </Button>
          }
        >
          <More search={search} onChange={onChange} />
        </Popover>
        {search.pipeline && <PipelineChip id={search.pipeline} onRemove={() => onChange({ pipeline: undefined, version: undefined })} />}
        {search.version && <Chip text="One version" onRemove={() => onChange({ version: undefined })} />}
        {search.label?.map((pair) => (
          <Chip key={pair} text={pair} onRemove={() => onChange({ label: search.label?.length === 1 ? undefined : search.label?.filter((each) => each !== pair) })} />
        ))}
        {search.worker && <Chip text={`Worker: ${search.worker}`} onRemove={() => onChange({ worker: undefined })} />}
        {search.longer !== undefined && <Chip text={`Took ${orLonger(search.longer)}`} onRemove={() => onChange({ longer: undefined })} />}
        {search.trigger && <Chip text={`Trigger: ${search.trigger}`} onRemove={() => onChange({ trigger: undefined })} />}
        {range && (
          <Chip
            text={[search.after, search.before].map((each) => (each ? absolute(Date.parse(each), time === "utc" ? "utc" : "local").slice(5, 16) : "…")).join(" to ")}
            onRemove={() => onChange({ after: undefined, before: undefined })}
          />
        )}
        {hasFilters(search) && (
          <Button kind="ghost" small onClick={onClear}>
            Clear all
          </Button>
        )}
      </div>
      <div role="group" aria-label="Status" className="flex gap-1.5 overflow-x-auto pb-0.5">
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

// Asks once somebody has stopped typing.
function DelayedSearch({ value, onChange }: { value: string; onChange: (value: string) => void }) {
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  useEffect(() => {
    if (text === value) return;
    const timer = setTimeout(() => onChange(text), 250);
    return () => clearTimeout(timer);
  }, [text, value, onChange]);
  return <SearchInput value={text} onChange={setText} label="Run id or error text" className="w-full sm:w-64" />;
}

function More({ search, onChange }: { search: RunsSearch; onChange: Props["onChange"] }) {
  const { tenantId } = usePrefs();
  const [q, setQ] = useState("");
  const pipelines = useQuery(pipelinesQuery(tenantId, q, 0, 50)).data?.items ?? [];
  const versions = useQuery({ ...versionsQuery({ pipelineId: search.pipeline ?? "" }), enabled: Boolean(search.pipeline) }).data?.items ?? [];
  const workers = useQuery({ ...workersQuery(), enabled: !useAccess().why("workers.read") }).data?.items ?? [];
  return (
    <div className="flex flex-col gap-3">
      <Field label="Pipeline">
        {(ids) => (
          <div className="flex flex-col gap-1.5">
            <SearchInput value={q} onChange={setQ} label="Find a pipeline" />
            <Select {...ids} value={search.pipeline ?? ""} onChange={(event) => onChange({ pipeline: event.target.value || undefined, version: undefined })}>
              <option value="">Any</option>
              {search.pipeline && !pipelines.some((each) => each.id === search.pipeline) && <option value={search.pipeline}>The chosen one</option>}
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
        <Field label="Version">
          {(ids) => (
            <Select {...ids} value={search.version ?? ""} onChange={(event) => onChange({ version: event.target.value || undefined })}>
              <option value="">Any</option>
              {versions.map((each) => (
                <option key={each.id} value={each.id}>
                  {each.version}
                </option>
              ))}
            </Select>
          )}
        </Field>
      )}
      <Field label="Trigger" hint="Who asked for the run.">
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
      <Field label="Took" hint="Of finished runs.">
        {(ids) => (
          <Select {...ids} value={search.longer ?? ""} onChange={(event) => onChange({ longer: event.target.value ? Number(event.target.value) : undefined })}>
            <option value="">Any time</option>
            {choicesWith(search.longer).map((length) => (
              <option key={length} value={length}>
                {orLonger(length)}
              </option>
            ))}
          </Select>
        )}
      </Field>
      <Field label="Worker" hint="That holds the run, or held it last.">
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
  const [text, setText] = useState("");
  const wrong = text === "" ? null : wrongWithPair(text);
  const add = () => {
    if (text === "" || wrong) return;
    onChange({ label: [...new Set([...(search.label ?? []), text])] });
    setText("");
  };
  return (
    <Field label="Label" hint="key=value; several must all fit." error={text.includes("=") ? (wrong ?? undefined) : undefined}>
      {(ids) => <TextInput {...ids} value={text} onChange={(event) => setText(event.target.value.trimStart())} onBlur={add} onKeyDown={(event) => event.key === "Enter" && add()} />}
    </Field>
  );
}

function PipelineChip({ id, onRemove }: { id: string; onRemove: () => void }) {
  return <Chip text={usePipelineName(id)} onRemove={onRemove} />;
}

function Chip({ text, onRemove }: { text: string; onRemove: () => void }) {
  return (
    <span className="inline-flex h-7 max-w-56 items-center gap-1 rounded-full bg-accent-soft pr-1 pl-2.5 text-xs font-medium text-accent-ink">
      <span className="truncate">{text}</span>
      <button type="button" aria-label={`Remove the filter ${text}`} onClick={onRemove} className="rounded-full p-1 hover:bg-hover">
        <X className="size-3" aria-hidden />
      </button>
    </span>
  );
}
