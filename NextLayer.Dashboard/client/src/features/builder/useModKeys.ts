import { useEffect } from "react";
import { useKeys } from "@/shared/keys/keys";
import { toast } from "@/shared/ui/toasts";
import { text } from "@/shared/text";
import { copySteps, type Draft } from "./model";

interface ModKeys {
  draft: Draft;
  selected: ReadonlySet<string>;
  frozen: boolean;
  undo: () => void;
  redo: () => void;
  save: () => void;
  paste: (text: string) => boolean;
}

/** Ctrl/Cmd with a letter, and the clipboard's own events: fields keep theirs. */
export function useModKeys({ draft, selected, frozen, undo, redo, save, paste }: ModKeys) {
  const inField = (target: EventTarget | null) => target instanceof HTMLElement && /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);
  const outside = (act: () => void) => (event: KeyboardEvent) => {
    if (!inField(event.target)) act();
  };
  useKeys({ "mod+z": outside(undo), "mod+y": outside(redo), "mod+s": save }, !frozen);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if ((event.ctrlKey || event.metaKey) && event.shiftKey && event.key.toLowerCase() === "z" && !inField(event.target) && !frozen) {
        event.preventDefault();
        redo();
      }
    };
    const onCopy = (event: ClipboardEvent) => {
      if (inField(event.target) || selected.size === 0 || getSelection()?.toString()) return;
      event.clipboardData?.setData("text/plain", copySteps(draft, selected));
      event.preventDefault();
      toast(text.builder.copied(selected.size));
    };
    const onPaste = (event: ClipboardEvent) => {
      if (frozen || inField(event.target)) return;
      if (paste(event.clipboardData?.getData("text/plain") ?? "")) event.preventDefault();
    };
    addEventListener("keydown", onKey, true);
    addEventListener("copy", onCopy);
    addEventListener("paste", onPaste);
    return () => {
      removeEventListener("keydown", onKey, true);
      removeEventListener("copy", onCopy);
      removeEventListener("paste", onPaste);
    };
  }, [draft, selected, frozen, redo, paste]);
}
