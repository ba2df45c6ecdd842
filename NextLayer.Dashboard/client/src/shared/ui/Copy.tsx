import { Check, Copy as CopyIcon } from "lucide-react";
import { useState } from "react";
import { text } from "../text";
import { toast } from "./toasts";

export async function copyText(content: string, what = text.common.copied): Promise<void> {
  try {
    await navigator.clipboard.writeText(content);
    toast(what);
  } catch {
    toast(text.common.copyRefused, "error");
  }
}

export function CopyButton({ text, label }: { text: string; label: string }) {
  const [done, setDone] = useState(false);
  const Icon = done ? Check : CopyIcon;
  return (
    <button
      type="button"
      aria-label={label}
      title={label}
      className="inline-flex size-6 shrink-0 items-center justify-center rounded text-ink-3 hover:bg-hover hover:text-ink"
      onClick={(event) => {
        event.preventDefault();
        event.stopPropagation();
        void copyText(text).then(() => {
          setDone(true);
          setTimeout(() => setDone(false), 1200);
        });
      }}
    >
      <Icon className="size-3.5" aria-hidden />
    </button>
  );
}

/** The part of an id by which people tell runs made together apart: a UUIDv7 begins with the time, which many share. */
export function shortId(id: string): string {
  return id.slice(-8);
}
