import { text } from "../text";
import { count } from "../time/format";
import { Button } from "./Button";

/** To the pages before and after, and where one is. */
export function Pager({ page, size, total, onPage }: { page: number; size: number; total: number; onPage: (page: number) => void }) {
  if (total <= size) return null;
  return (
    <nav aria-label={text.pager.label} className="flex items-center justify-end gap-2 text-xs text-ink-3">
      <span className="tnum mr-1">
        {text.pager.shown(count((page - 1) * size + 1), count(Math.min(page * size, total)), count(total))}
      </span>
      <Button small disabled={page <= 1} onClick={() => onPage(page - 1)}>
        {text.pager.previous}
      </Button>
      <Button small disabled={page * size >= total} onClick={() => onPage(page + 1)}>
        {text.pager.next}
      </Button>
    </nav>
  );
}
