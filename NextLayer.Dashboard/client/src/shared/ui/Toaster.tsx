import { CircleCheck, TriangleAlert, X } from "lucide-react";
import { text } from "../text";
import { dismiss, useToasts } from "./toasts";

export function Toaster() {
  const toasts = useToasts();
  return (
    <div aria-live="polite" role="status" className="pointer-events-none fixed right-3 bottom-3 z-[60] flex w-80 max-w-[calc(100vw-1.5rem)] flex-col gap-2">
      {toasts.map((each) => (
        <div key={each.id} className="pointer-events-auto flex items-start gap-2.5 rounded-lg border border-line bg-raised py-2.5 pr-2 pl-3 text-sm shadow-pop animate-pop">
          {each.kind === "error" ? (
            <TriangleAlert className="mt-0.5 size-4 shrink-0 text-[var(--s-failed)]" aria-hidden />
          ) : (
            <CircleCheck className="mt-0.5 size-4 shrink-0 text-[var(--s-succeeded)]" aria-hidden />
          )}
          <p className="min-w-0 flex-1 break-words">{each.text}</p>
          <button type="button" aria-label={text.common.dismiss} className="rounded p-0.5 text-ink-3 hover:text-ink" onClick={() => dismiss(each.id)}>
            <X className="size-4" aria-hidden />
          </button>
        </div>
      ))}
    </div>
  );
}
