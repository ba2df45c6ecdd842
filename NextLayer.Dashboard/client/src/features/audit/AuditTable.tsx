import { ChevronRight } from "lucide-react";
import { useState, type ReactNode } from "react";
import type { Tone } from "@/shared/status/status";
import { text } from "@/shared/text";
import { Time } from "@/shared/time/Time";
import { shortId } from "@/shared/ui/Copy";
import { JsonTree } from "@/shared/ui/JsonTree";
import { Facts, TABLE, TableFrame, TD, TH } from "@/shared/ui/Page";
import { Tag } from "@/shared/ui/Status";
import { cx } from "@/shared/ui/cx";
import type { AuditEntry } from "./auditQueries";
import type { AuditSearch } from "./auditSearch";

const OUTCOMES: Record<AuditEntry["outcome"], [string, Tone]> = { succeeded: [text.audit.outcomes.succeeded, "succeeded"], refused: [text.audit.outcomes.refused, "paused"], failed: [text.audit.outcomes.failed, "failed"], unknown: [text.audit.outcomes.unknown, "cancelled"] };

type OnFilter = (part: Partial<AuditSearch>) => void;

/** Who did what. With `onFilter`, a click narrows the list; without it all entries are about one thing, which is not repeated. */
export function AuditTable({ entries, onFilter }: { entries: readonly AuditEntry[]; onFilter?: OnFilter }) {
  return (
    <TableFrame label={text.audit.table}>
      <table className={TABLE}>
        <thead>
          <tr>
            <th className={cx(TH, "w-8 pr-0!")}>
              <span className="sr-only">{text.audit.details}</span>
            </th>
            <th className={TH}>{text.audit.when}</th>
            <th className={TH}>{text.audit.who}</th>
            <th className={TH}>{text.audit.did}</th>
            <th className={cx(TH, onFilter ? "max-md:hidden" : "hidden")}>{text.audit.to}</th>
            <th className={`${TH} max-sm:hidden`}>{text.audit.outcome}</th>
            <th className={`${TH} max-lg:hidden`}>{text.audit.from}</th>
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
          <button type="button" aria-expanded={open} aria-label={text.audit.detailsOf(wordsOf(entry.action), who)} onClick={() => setOpen(!open)} className="inline-flex size-6 items-center justify-center rounded text-ink-3 hover:text-ink">
            <ChevronRight className={cx("size-4 transition-transform", open && "rotate-90")} aria-hidden />
          </button>
        </td>
        <td className={TD}>
          <Time at={entry.at} />
        </td>
        <td className={TD}>
          <Narrow title={text.audit.onlyBy(who)} to={{ actor: entry.actor.subject }} onFilter={onFilter} className="block max-w-16 truncate font-medium sm:max-w-40">
            {who}
          </Narrow>
        </td>
        <td className={TD}>
          <Narrow title={text.audit.only(entry.action)} to={{ action: entry.action }} onFilter={onFilter}>
            {wordsOf(entry.action)}
          </Narrow>
        </td>
        <td className={cx(TD, "text-ink-2", onFilter ? "max-md:hidden" : "hidden")}>
          {wordsOf(entry.object_type)}
          {entry.object_id && (
            <Narrow title={text.audit.only(entry.object_id)} to={{ object_type: entry.object_type, object_id: entry.object_id }} onFilter={onFilter} className="ml-1.5 font-mono text-xs">
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
                  [text.audit.facts.subject, <span key="s" className="font-mono text-xs break-all">{entry.actor.subject}</span>],
                  [text.audit.facts.kind, entry.actor.kind === "api_key" ? text.audit.kinds.api_key : entry.actor.kind === "user" ? text.audit.kinds.user : text.audit.kinds.development],
                  [text.audit.facts.object, <span key="o" className="font-mono text-xs break-all">{entry.object_type} {entry.object_id}</span>],
                  [text.audit.outcome, word],
                  [text.audit.from, entry.address ?? "–"],
                  [text.audit.facts.entry, <span key="e" className="font-mono text-xs break-all">{entry.id}</span>],
                ]}
              />
              {entry.detail && Object.keys(entry.detail).length > 0 && <JsonTree value={entry.detail} label={text.audit.facts.detail} />}
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
