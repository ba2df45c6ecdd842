import { useVirtualizer } from "@tanstack/react-virtual";
import { ArrowDown, ArrowDownToLine, ChevronDown, ChevronUp, Timer, WrapText } from "lucide-react";
import { useEffect, useMemo, useRef, useState } from "react";
import { download } from "@/features/runs/exporting";
import { sentenceOf } from "@/shared/api/http";
import type { LogLevel, RunLogLine } from "@/shared/api/types";
import { useKeys } from "@/shared/keys/keys";
import { setPrefs, usePrefs } from "@/shared/prefs/prefs";
import { text } from "@/shared/text";
import { clock, count } from "@/shared/time/format";
import { exact } from "@/shared/time/Time";
import { Button, IconButton } from "@/shared/ui/Button";
import { SearchInput, Select } from "@/shared/ui/Form";
import { Menu, MenuItem } from "@/shared/ui/Overlay";
import { Empty, Failure, SkeletonRows } from "@/shared/ui/States";
import { toast } from "@/shared/ui/toasts";
import { cx } from "@/shared/ui/cx";
import { asJsonLines, asText, countLevels, LOG_LEVELS, readWholeLog, sinceStart } from "./logText";
import type { RunSearch } from "./runSearch";
import { useLog } from "./useLog";

const TONES: Record<LogLevel, string> = { debug: "text-ink-3", info: "text-[var(--s-running)]", warning: "text-[var(--s-paused)]", error: "text-[var(--s-failed)]" };

interface Props {
  runId: string;
  /** When the run was made. */
  begun: string;
  newestLine: number;
  live: boolean;
  stepIds: readonly string[];
  search: RunSearch;
  onSearch: (change: Partial<RunSearch>) => void;
}

export function LogView({ runId, begun, newestLine, live, stepIds, search, onSearch }: Props) {
  const log = useLog(runId, newestLine, { level: search.level, stepId: search.step, q: search.q }, search.line);
  const { lines } = log;
  const { time, logWrap: wrap, logSince } = usePrefs();
  const start = Date.parse(begun);
  const tell = (at: number) => (logSince ? sinceStart(at, start) : clock(at, time === "utc" ? "utc" : "local"));
  const [follow, setFollow] = useState(live && search.line === undefined);
  const [typed, setTyped] = useState(search.q ?? "");
  const frame = useRef<HTMLDivElement>(null);
  const rows = useVirtualizer({ count: lines.length, getScrollElement: () => frame.current, estimateSize: () => 24, overscan: 20, getItemKey: (index) => lines[index]?.line ?? index });

  useEffect(() => {
    if (typed === (search.q ?? "")) return;
    const timer = setTimeout(() => onSearch({ q: typed || undefined }), 300);
    return () => clearTimeout(timer);
  }, [typed, search.q, onSearch]);
  useEffect(() => {
    // A finished run is read from its beginning.
    if (live && follow && lines.length > 0) rows.scrollToIndex(lines.length - 1, { align: "end" });
  }, [live, follow, lines.length, rows]);
  // A line that the address names comes into sight once it is there.
  const wanted = search.line === undefined ? -1 : lines.findIndex((line) => line.line >= search.line!);
  const found = useRef(-1);
  useEffect(() => {
    if (wanted >= 0 && found.current !== search.line) {
      found.current = search.line ?? -1;
      rows.scrollToIndex(wanted, { align: "center" });
    }
  }, [wanted, search.line, rows]);

  const counts = useMemo(() => countLevels(lines), [lines]);
  const errors = useMemo(() => lines.flatMap((line, index) => (line.level === "error" || line.level === "warning" ? [index] : [])), [lines]);
  const jump = (forward: boolean) => {
    const at = search.line === undefined ? -1 : lines.findIndex((line) => line.line === search.line);
    const next = forward ? errors.find((index) => index > at) : errors.findLast((index) => index < (at < 0 ? lines.length : at));
    const line = next === undefined ? undefined : lines[next];
    if (line) {
      setFollow(false);
      onSearch({ line: line.line });
    }
  };
  useKeys({ e: () => jump(true), E: () => jump(false) });

  return (
    <div className="flex flex-col gap-2">
      <div className="flex flex-wrap items-center gap-2">
        <SearchInput value={typed} onChange={setTyped} label={text.run.log.search} className="w-full sm:w-64" />
        <Select aria-label={text.run.log.level} value={search.level ?? ""} onChange={(event) => onSearch({ level: (event.target.value || undefined) as LogLevel | undefined })}>
          <option value="">{text.run.log.allLevels}</option>
          {LOG_LEVELS.slice(1).map((level) => (
            <option key={level} value={level}>
              {level === "error" ? level : text.run.log.andGraver(level)}
              {LOG_LEVELS.indexOf(level) >= LOG_LEVELS.indexOf(search.level ?? "debug") && ` (${count(counts[level])}${log.earlier > 0 ? "+" : ""})`}
            </option>
          ))}
        </Select>
        <Select aria-label={text.run.log.step} className="max-w-48" value={search.step ?? ""} onChange={(event) => onSearch({ step: event.target.value || undefined })}>
          <option value="">{text.run.log.allSteps}</option>
          {stepIds.map((id) => (
            <option key={id}>{id}</option>
          ))}
        </Select>
        {(search.q || search.level || search.step) && (
          <span role="status" className="tnum text-xs text-ink-2">
            {text.run.log.fits(`${count(lines.length)}${log.earlier > 0 ? "+" : ""}`, lines.length === 1 && log.earlier === 0)}
          </span>
        )}
        <span className="ml-auto flex items-center gap-1">
          <IconButton small label={text.run.log.previousError} icon={ChevronUp} disabled={errors.length === 0} onClick={() => jump(false)} />
          <IconButton small label={text.run.log.nextError} icon={ChevronDown} disabled={errors.length === 0} onClick={() => jump(true)} />
          <IconButton small label={logSince ? text.run.log.timeOfDay : text.run.log.timeSince} icon={Timer} aria-pressed={logSince} className={cx("max-sm:hidden", logSince && "bg-accent-soft text-accent-ink")} onClick={() => setPrefs({ logSince: !logSince })} />
          <IconButton small label={wrap ? text.run.log.noWrap : text.run.log.wrap} icon={WrapText} aria-pressed={wrap} className={wrap ? "bg-accent-soft text-accent-ink" : ""} onClick={() => setPrefs({ logWrap: !wrap })} />
          <SaveMenu runId={runId} lines={lines} />
        </span>
      </div>
      {log.error !== null ? (
        <Failure error={log.error} what={text.things.log} retry={log.retry} />
      ) : lines.length === 0 ? (
        log.loading ? (
          <SkeletonRows rows={6} />
        ) : (
          <div className="rounded-xl border border-line bg-surface">
            <Empty title={newestLine === 0 ? text.run.log.none.title : text.run.log.noMatch.title}>{newestLine === 0 ? (live ? text.run.log.none.live : text.run.log.none.ended) : text.run.log.noMatch.meaning}</Empty>
          </div>
        )
      ) : (
        <div className="relative">
          <div
            ref={frame}
            role="log"
            aria-label={text.run.log.label}
            tabIndex={0}
            className="max-h-[70vh] min-h-40 overflow-auto rounded-xl border border-line bg-sunken py-1.5 font-mono text-xs ring-inset-focus"
            onScroll={(event) => {
              const { scrollTop, scrollHeight, clientHeight } = event.currentTarget;
              const atEnd = scrollHeight - scrollTop - clientHeight < 24;
              if (live && atEnd !== follow) setFollow(atEnd);
            }}
          >
            {log.earlier > 0 && (
              <div className="flex justify-center pb-1.5">
                <Button small kind="ghost" onClick={log.readEarlier}>
                  {text.run.log.earlier(count(log.earlier))}
                </Button>
              </div>
            )}
            <div className="relative min-w-max" style={{ height: rows.getTotalSize(), ...(wrap ? { minWidth: 0 } : {}) }}>
              {rows.getVirtualItems().map((item) => {
                const line = lines[item.index]!;
                return (
                  <div key={item.key} ref={rows.measureElement} data-index={item.index} id={`L${line.line}`} className={cx("absolute flex gap-3 px-3 py-0.5 leading-5", wrap ? "inset-x-0" : "left-0 min-w-full", line.line === search.line && "bg-accent-soft", line.level === "error" && "shadow-[inset_3px_0_0_var(--s-failed)]")} style={{ transform: `translateY(${item.start}px)` }}>
                    <button type="button" aria-label={text.run.log.linkTo(line.line)} className="tnum -my-0.5 h-6 w-8 shrink-0 text-right text-ink-3 hover:text-accent-ink" onClick={() => onSearch({ line: line.line })}>
                      {line.line}
                    </button>
                    <time dateTime={line.ts} title={exact(Date.parse(line.ts))} className={cx("tnum shrink-0 text-ink-3 max-sm:hidden", logSince && "min-w-[11ch] text-right")}>
                      {tell(Date.parse(line.ts))}
                    </time>
                    <span className={cx("w-14 shrink-0 font-medium", TONES[line.level])}>{line.level}</span>
                    {line.step_id && !search.step && <span className="max-w-40 shrink-0 truncate text-ink-2 max-sm:hidden">{line.step_id}</span>}
                    <span className={wrap ? "min-w-0 break-words whitespace-pre-wrap" : "whitespace-pre"}>
                      <Marked text={line.message} q={search.q} />
                    </span>
                  </div>
                );
              })}
            </div>
          </div>
          {live && !follow && (
            <Button small kind="primary" icon={ArrowDown} className="absolute right-4 bottom-3 shadow-pop" onClick={() => setFollow(true)}>
              {text.run.log.follow}
            </Button>
          )}
        </div>
      )}
    </div>
  );
}

function SaveMenu({ runId, lines }: { runId: string; lines: readonly RunLogLine[] }) {
  const [read, setRead] = useState<number | null>(null);
  const saveAll = async (json: boolean) => {
    setRead(0);
    try {
      const all = await readWholeLog(runId, setRead);
      if (json) download(`run-${runId}.jsonl`, "application/jsonl", asJsonLines(all));
      else download(`run-${runId}.log`, "text/plain;charset=utf-8", asText(all));
      toast(text.run.log.saved(count(all.length)));
    } catch (error) {
      toast(sentenceOf(error), "error");
    } finally {
      setRead(null);
    }
  };
  return read === null ? (
    <Menu trigger={<IconButton small label={text.run.log.save} icon={ArrowDownToLine} />}>
      <MenuItem onSelect={() => void saveAll(false)}>{text.run.log.saveText}</MenuItem>
      <MenuItem onSelect={() => void saveAll(true)}>{text.run.log.saveJson}</MenuItem>
      <MenuItem disabled={lines.length === 0} onSelect={() => download(`run-${runId}-part.log`, "text/plain;charset=utf-8", asText(lines))}>
        {text.run.log.savePart}
      </MenuItem>
    </Menu>
  ) : (
    <span role="status" className="tnum px-1 text-xs text-ink-2">
      {text.run.log.read(count(read))}
    </span>
  );
}

function Marked({ text, q }: { text: string; q: string | undefined }) {
  if (!q) return <>{text}</>;
  const parts: { text: string; hit: boolean }[] = [];
  const lower = text.toLowerCase();
  const needle = q.toLowerCase();
  let at = 0;
  for (let hit = lower.indexOf(needle); hit >= 0 && parts.length < 200; hit = lower.indexOf(needle, at)) {
    parts.push({ text: text.slice(at, hit), hit: false }, { text: text.slice(hit, hit + needle.length), hit: true });
    at = hit + needle.length;
  }
  parts.push({ text: text.slice(at), hit: false });
  return <>{parts.map((part, index) => (part.hit ? <mark key={index} className="rounded-xs bg-[color-mix(in_oklab,var(--s-paused)_35%,transparent)] text-inherit">{part.text}</mark> : part.text))}</>;
}
