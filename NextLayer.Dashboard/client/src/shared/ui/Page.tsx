import { useEffect, type ReactNode } from "react";
import { text } from "../text";
import { cx } from "./cx";

interface PageProps {
  title: string;
  /** Beside the title, such as a state. */
  aside?: ReactNode;
  note?: ReactNode;
  actions?: ReactNode;
  /** Above the title: where one comes from. */
  trail?: ReactNode;
  children: ReactNode;
  /** Fills the window instead of growing with its content. */
  fill?: boolean;
}

export function Page({ title, aside, note, actions, trail, children, fill }: PageProps) {
  useEffect(() => {
    document.title = text.common.documentTitle(title);
  }, [title]);
  return (
    <div className={cx("mx-auto flex w-full max-w-[110rem] flex-col gap-4 px-3 py-4 sm:px-6", fill && "lg:h-full lg:min-h-0")}>
      <header className="flex flex-wrap items-start gap-x-4 gap-y-2">
        <div className="min-w-0 flex-1 basis-64">
          {trail && <div className="mb-0.5 text-xs text-ink-3">{trail}</div>}
          <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
            <h1 className="min-w-0 text-xl font-semibold tracking-tight break-words">{title}</h1>
            {aside}
          </div>
          {note && <div className="mt-0.5 text-sm text-ink-2">{note}</div>}
        </div>
        {actions && <div className="flex flex-wrap items-center gap-2">{actions}</div>}
      </header>
      {children}
    </div>
  );
}

export function Card({ title, actions, children, className, bare }: { title?: string; actions?: ReactNode; children: ReactNode; className?: string; bare?: boolean }) {
  return (
    <section className={cx("min-w-0 rounded-xl border border-line bg-surface", className)} {...(title ? { "aria-label": title } : {})}>
      {title && (
        <div className="flex min-h-11 flex-wrap items-center justify-between gap-2 border-b border-line px-4 py-1.5">
          <h2 className="text-sm font-semibold">{title}</h2>
          {actions}
        </div>
      )}
      <div className={bare ? "" : "p-4"}>{children}</div>
    </section>
  );
}

/** Names and values of one thing. */
export function Facts({ items, className }: { items: readonly (readonly [string, ReactNode])[]; className?: string }) {
  return (
    <dl className={cx("grid grid-cols-[minmax(6rem,auto)_1fr] gap-x-4 gap-y-1.5 text-sm", className)}>
      {items.map(([name, value]) => (
        <div key={name} className="contents">
          <dt className="text-ink-3">{name}</dt>
          <dd className="min-w-0 break-words">{value}</dd>
        </div>
      ))}
    </dl>
  );
}

export const TABLE = "w-full border-separate border-spacing-0 text-sm";
export const TH = "h-9 border-b border-line px-3 text-left text-xs font-medium whitespace-nowrap text-ink-3 first:pl-4 last:pr-4";
export const TD = "h-10 border-b border-line px-3 py-1.5 align-middle first:pl-4 last:pr-4";

/** Scrolls sideways by itself on a narrow window, reachable by keyboard. */
export function TableFrame({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div role="region" aria-label={label} tabIndex={0} className="relative overflow-x-auto rounded-xl border border-line bg-surface ring-inset-focus [&_tbody:last-child_tr:last-child_td]:border-b-0">
      {children}
    </div>
  );
}
