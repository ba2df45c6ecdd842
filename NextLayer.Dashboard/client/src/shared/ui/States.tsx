import { CloudOff, Inbox, Lock, RotateCw, SearchX, TriangleAlert, type LucideIcon } from "lucide-react";
import type { ReactNode } from "react";
import { ApiError, sentenceOf } from "../api/http";
import { text } from "../text";
import { Button } from "./Button";
import { cx } from "./cx";

interface EmptyProps {
  icon?: LucideIcon;
  title: string;
  children?: ReactNode;
  action?: ReactNode;
}

export function Empty({ icon: Icon = Inbox, title, children, action }: EmptyProps) {
  return (
    <div className="flex flex-col items-center gap-3 px-6 py-14 text-center">
      <span className="flex size-10 items-center justify-center rounded-full bg-sunken text-ink-3">
        <Icon className="size-5" aria-hidden />
      </span>
      <div className="max-w-md">
        <p className="font-medium">{title}</p>
        {children && <div className="mt-1 text-sm text-pretty text-ink-2">{children}</div>}
      </div>
      {action && <div className="flex flex-wrap justify-center gap-2">{action}</div>}
    </div>
  );
}

/** What went wrong, in the words of whoever refused, and the way on. */
export function Failure({ error, retry, what }: { error: unknown; retry?: () => void; what: string }) {
  const known = error instanceof ApiError ? error : null;
  const icon = known?.isForbidden ? Lock : known?.isNotFound ? SearchX : known?.isUnreachable ? CloudOff : TriangleAlert;
  const title = known?.isForbidden
    ? text.failure.forbidden
    : known?.isNotFound
      ? text.failure.notFound(capital(what))
      : known?.isUnreachable
        ? text.failure.unreachable
        : text.failure.notLoaded(capital(what));
  return (
    <div role="alert">
      <Empty
        icon={icon}
        title={title}
        action={
          retry && (
            <Button icon={RotateCw} onClick={retry}>
              {text.failure.again}
            </Button>
          )
        }
      >
        {sentenceOf(error)}
      </Empty>
    </div>
  );
}

export function Skeleton({ className }: { className?: string }) {
  return <span className={cx("skeleton block h-4", className)} aria-hidden />;
}

export function SkeletonRows({ rows = 8, label = text.common.loading }: { rows?: number; label?: string }) {
  return (
    <div role="status" aria-label={label} className="flex flex-col gap-px py-2">
      {Array.from({ length: rows }, (_, index) => (
        <div key={index} className="flex h-10 items-center gap-6 px-4">
          <Skeleton className="w-20 shrink-0" />
          <Skeleton className="w-28 shrink-0" />
          <Skeleton className="hidden w-full max-w-64 sm:block" />
          <Skeleton className="ml-auto w-16" />
        </div>
      ))}
    </div>
  );
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
