import { ChevronDown, Search, X } from "lucide-react";
import { useId, type InputHTMLAttributes, type ReactNode, type Ref, type SelectHTMLAttributes, type TextareaHTMLAttributes } from "react";
import { text } from "../text";
import { cx } from "./cx";

export const CONTROL =
  "w-full rounded-md border border-line-strong/70 bg-surface px-2.5 text-sm text-ink transition-colors hover:border-line-strong aria-invalid:border-danger disabled:opacity-60";

interface FieldProps {
  label: string;
  hint?: ReactNode;
  error?: string | undefined;
  required?: boolean;
  children: (ids: { id: string; "aria-describedby"?: string; "aria-invalid"?: true }) => ReactNode;
}

/** A label, its control, and what to know or mend about it, tied together for screen readers. */
export function Field({ label, hint, error, required, children }: FieldProps) {
  const id = useId();
  const note = `${id}-note`;
  return (
    <div className="flex flex-col gap-1">
      <label htmlFor={id} className="text-xs font-medium text-ink-2">
        {label}
        {required && <span className="font-normal text-ink-3"> {text.form.requiredMark}</span>}
      </label>
      {children({ id, ...(hint || error ? { "aria-describedby": note } : {}), ...(error ? { "aria-invalid": true } : {}) })}
      {(error || hint) && (
        <p id={note} className={cx("text-xs", error ? "text-danger dark:text-[var(--s-failed)]" : "text-ink-3")}>
          {error ?? hint}
        </p>
      )}
    </div>
  );
}

export function TextInput({ className, ...rest }: InputHTMLAttributes<HTMLInputElement> & { ref?: Ref<HTMLInputElement> }) {
  return <input className={cx(CONTROL, "h-8", className)} autoComplete="off" spellCheck={false} {...rest} />;
}

export function TextArea({ className, ...rest }: TextareaHTMLAttributes<HTMLTextAreaElement>) {
  return <textarea className={cx(CONTROL, "min-h-20 py-1.5", className)} spellCheck={false} {...rest} />;
}

export function Select({ className, children, ...rest }: SelectHTMLAttributes<HTMLSelectElement>) {
  return (
    <span className={cx("relative inline-flex", className)}>
      <select className={cx(CONTROL, "h-8 appearance-none truncate pr-7")} {...rest}>
        {children}
      </select>
      <ChevronDown className="pointer-events-none absolute top-2 right-2 size-4 text-ink-3" aria-hidden />
    </span>
  );
}

export function SearchInput({ value, onChange, label, className, inputRef }: { value: string; onChange: (value: string) => void; label: string; className?: string; inputRef?: Ref<HTMLInputElement> }) {
  return (
    <span className={cx("relative inline-flex", className)}>
      <Search className="pointer-events-none absolute top-2 left-2.5 size-4 text-ink-3" aria-hidden />
      <input
        {...(inputRef ? { ref: inputRef } : {})}
        data-search
        aria-label={label}
        placeholder={label}
        value={value}
        onChange={(event) => onChange(event.target.value)}
        onKeyDown={(event) => event.key === "Escape" && (value ? onChange("") : event.currentTarget.blur())}
        className={cx(CONTROL, "h-8 pr-7 pl-8")}
        autoComplete="off"
        spellCheck={false}
      />
      {value && (
        <button type="button" aria-label={text.common.clearSearch} className="absolute top-1 right-1 inline-flex size-6 items-center justify-center rounded text-ink-3 hover:text-ink" onClick={() => onChange("")}>
          <X className="size-4" aria-hidden />
        </button>
      )}
    </span>
  );
}

export function Checkbox({ label, hideLabel, ...rest }: InputHTMLAttributes<HTMLInputElement> & { label: string; hideLabel?: boolean }) {
  return (
    <label className="inline-flex min-h-6 items-center gap-2 text-sm">
      <input type="checkbox" className="size-4 rounded accent-[var(--accent)]" {...(hideLabel ? { "aria-label": label } : {})} {...rest} />
      {!hideLabel && label}
    </label>
  );
}

/** A few choices side by side, one of them taken. */
export function Segments({ value, options, onChange, label }: { value: string; options: readonly (readonly [string, string])[]; onChange: (value: string) => void; label: string }) {
  return (
    <div role="radiogroup" aria-label={label} className="inline-flex rounded-md border border-line bg-sunken p-0.5">
      {options.map(([key, text]) => (
        <button
          key={key}
          type="button"
          role="radio"
          aria-checked={value === key}
          onClick={() => onChange(key)}
          className={cx("h-6.5 rounded px-2.5 text-xs font-medium transition-colors", value === key ? "bg-raised text-ink shadow-sm" : "text-ink-2 hover:text-ink")}
        >
          {text}
        </button>
      ))}
    </div>
  );
}
