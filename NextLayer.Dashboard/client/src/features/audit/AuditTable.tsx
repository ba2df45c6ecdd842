import { ChevronRight } from "lucide-react";
import { useState, type ReactNode } from "react";
import type { Tone } from "@/shared/status/status";
import { Time } from "@/shared/time/Time";
import { shortId } from "@/shared/ui/Copy";
import { JsonTree } from "@/shared/ui/JsonTree";
import { Facts, TABLE, TableFrame, TD, TH } from "@/shared/ui/Page";
import { Tag } from "@/shared/ui/Status";
import { cx } from "@/shared/ui/cx";
import type { AuditEntry } from "./auditQueries";
import type { AuditSearch } from "./auditSearch";

const OUTCOMES: Record<AuditEntry["outcome"], [string, Tone]> = { succeeded: ["Done", "succeeded"], refused: ["Refused", "paused"], failed: ["Failed", "failed"], unknown: ["Not known", "cancelled"] };

type OnFilter = (part: Partial<AuditSearch>) => void;

/** Who did what. With `onFilter`, a click narrows the list; without it all entries are about one thing, which is not repeated. */
export function AuditTable({ entries, onFilter }: { entries: readonly AuditEntry[]; onFilter?: OnFilter }) {
  return (
    <TableFrame label="Audit log">
      <table className={TABLE}>
        <thead>
          <tr>
            <th className={cx(TH, "w-8 pr-0!")}>
              <span className="sr-only">Details</span>
            </th>
            <th className={TH}>When</th>
            <th className={TH}>Who</th>
            <th className={TH}>Did</th>
            <th className={cx(TH, onFilter ? "max-md:hidden" : "hidden")}>To</th>
            <th className={`${TH} max-sm:hidden`}>Outcome</th>
            <th className={`${TH} max-lg:hidden`}>From</th>
          </tr>
        </thead>
        {entries.map((entry) => (
          <Entry key={entry.id} entry={entry} onFilter={onFilter} />
        ))}
      </table>
    </TableFrame>
  );
}

function Narrow({ title, to, onFilter, className, children }: { title: string; to: Partial<AuditSearch>; onFilter: OnFilter | undefined; className?: string; children: ReactNode }) {
  if (!onFilter) return <span className={className}>{children}</span>;
  return (
    <button type="button" title={title} onClick={() => onFilter(to)} className={cx("rounded text-left hover:text-accent-ink hover:underline", className)}>
      {children}
    </button>
  );
}

function Entry({ entry, onFilter }: { entry: AuditEntry; onFilter: OnFilter | undefined }) {
  const [open, setOpen] = useState(false);
  const [word, tone] = OUTCOMES[entry.outcome];
  const who = entry.actor.name ?? entry.actor.subject;
  return (
    <tbody className="group">
      <tr className="hover:bg-hover">
        <td className={cx(TD, "w-8 pr-0!")}>
          <button type="button" aria-expanded={open} aria-label={`Details of ${wordsOf(entry.action)} by ${who}`} onClick={() => setOpen(!open)} className="inline-flex size-6 items-center justify-center rounded text-ink-3 hover:text-ink">
            <ChevronRight className={cx("size-4 transition-transform", open && "rotate-90")} aria-hidden />
          </button>
        </td>
        <td className={TD}>
          <Time at={entry.at} />
        </td>
        <td className={TD}>
          <Narrow title={`Only what ${who} did`} to={{ actor: entry.actor.subject }} onFilter={onFilter} className="block max-w-16 truncate font-medium sm:max-w-40">
            {who}
          </Narrow>
        </td>
        <td className={TD}>
          <Narrow title={`Only ${entry.action}`} to={{ action: entry.action }} onFilter={onFilter}>
            {wordsOf(entry.action)}
          </Narrow>
        </td>
        <td className={cx(TD, "text-ink-2", onFilter ? "max-md:hidden" : "hidden")}>
          {wordsOf(entry.object_type)}
          {entry.object_id && (
            <Narrow title={`Only ${entry.object_id}`} to={{ object_type: entry.object_type, object_id: entry.object_id }} onFilter={onFilter} className="ml-1.5 font-mono text-xs">
              {shortId(entry.object_id)}
            </Narrow>
          )}
        </td>
        <td className={`${TD} max-sm:hidden`}>
          <Tag tone={tone}>{word}</Tag>
        </td>
        <td className={`${TD} font-mono text-xs text-ink-2 max-lg:hidden`}>{entry.address ?? "–"}</td>
      </tr>
      {open && (
        <tr>
          <td colSpan={7} className="border-b border-line bg-sunken/50 px-4 py-3">
            <div className="grid gap-4 md:grid-cols-2">
              <Facts
                items={[
                  ["Subject", <span key="s" className="font-mono text-xs break-all">{entry.actor.subject}</span>],
                  ["Kind", entry.actor.kind === "api_key" ? "API key" : entry.actor.kind === "user" ? "Person" : "Nobody was asked"],
                  ["Object", <span key="o" className="font-mono text-xs break-all">{entry.object_type} {entry.object_id}</span>],
                  ["Outcome", word],
                  ["From", entry.address ?? "–"],
                  ["Entry", <span key="e" className="font-mono text-xs break-all">{entry.id}</span>],
                ]}
              />
              {entry.detail && Object.keys(entry.detail).length > 0 && <JsonTree value={entry.detail} label="Detail" />}
            </div>
          </td>
        </tr>
      )}
    </tbody>
  );
}

/** "PublishWorkflow" and "pipeline_version" as words. */
export function wordsOf(name: string): string {
  const words = name.replaceAll(/([a-z0-9])([A-Z])/g, "$1 $2").replaceAll(/[_.]/g, " ").toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}
