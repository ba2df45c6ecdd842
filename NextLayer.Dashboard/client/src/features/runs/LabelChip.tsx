import { Link } from "@tanstack/react-router";
import { text } from "@/shared/text";

/** A label of a run; leads to all runs that have it. */
export function LabelChip({ pair }: { pair: string }) {
  return (
    <Link to="/runs" search={{ label: [pair], window: "all" }} title={text.runs.allWithLabel(pair)} className="inline-flex h-5.5 max-w-48 items-center rounded-full border border-line bg-sunken px-2 text-xs text-ink-2 hover:border-accent hover:text-accent-ink">
      <span className="truncate">{pair}</span>
    </Link>
  );
}
