import { FileUp, X } from "lucide-react";
import { useRef, useState } from "react";
import { text } from "../text";
import { Button, IconButton } from "../ui/Button";
import { Field } from "../ui/Form";
import { decodeSize, MOST_BYTES, readFile, sizeWord } from "./files";
import type { FileWish } from "./schema";

interface Props {
  label: string;
  wish: FileWish;
  value: string;
  hint: string | undefined;
  error: string | undefined;
  required: boolean;
  onChange: (value: string | undefined) => void;
}

/** A file whose content goes into the value. */
export function FileField({ label, wish, value, hint, error, required, onChange }: Props) {
  const input = useRef<HTMLInputElement>(null);
  const [name, setName] = useState<string | null>(null);
  const [wrong, setWrong] = useState<string | null>(null);
  const take = async (file: File | undefined) => {
    if (!file) return;
    if (file.size > MOST_BYTES) {
      setWrong(text.form.file.tooBig(file.name, sizeWord(file.size), sizeWord(MOST_BYTES)));
      return;
    }
    try {
      onChange(await readFile(file, wish.as));
      setName(file.name);
      setWrong(null);
    } catch (failure) {
      setWrong((failure as Error).message);
    }
  };
  return (
    <Field label={label} hint={hint ?? text.form.file.atMost(sizeWord(MOST_BYTES))} error={wrong ?? error} required={required}>
      {(ids) => (
        <div
          className="flex min-h-10 flex-wrap items-center gap-2 rounded-md border border-dashed border-line-strong/70 px-2 py-1"
          onDragOver={(event) => event.preventDefault()}
          onDrop={(event) => {
            event.preventDefault();
            void take(event.dataTransfer.files[0]);
          }}
        >
          <input
            {...ids}
            ref={input}
            type="file"
            accept={wish.accept || undefined}
            className="sr-only"
            tabIndex={-1}
            onChange={(event) => {
              void take(event.target.files?.[0]);
              event.target.value = "";
            }}
          />
          <Button small icon={FileUp} aria-label={text.form.file.chooseFor(label)} onClick={() => input.current?.click()}>
            {text.form.file.choose}
          </Button>
          {value ? (
            <>
              <span className="min-w-0 flex-1 truncate text-sm">
                {name ?? text.form.file.unnamed}, {sizeWord(decodeSize(value, wish.as))}
              </span>
              <IconButton
                small
                label={text.form.file.remove(label)}
                icon={X}
                onClick={() => {
                  onChange(undefined);
                  setName(null);
                }}
              />
            </>
          ) : (
            <span className="text-xs text-ink-3">{text.form.file.drop}</span>
          )}
        </div>
      )}
    </Field>
  );
}
