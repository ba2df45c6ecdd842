import { LoaderCircle, type LucideIcon } from "lucide-react";
import type { ButtonHTMLAttributes, Ref } from "react";
import { cx } from "./cx";

type Kind = "primary" | "secondary" | "ghost" | "danger";

const KINDS: Record<Kind, string> = {
  primary: "bg-accent text-on-accent hover:bg-[color-mix(in_oklab,var(--accent)_88%,black)] border-transparent",
  secondary: "bg-raised text-ink border-line hover:bg-hover hover:border-line-strong/60",
  ghost: "bg-transparent text-ink-2 border-transparent hover:bg-hover hover:text-ink",
  danger: "bg-danger text-on-danger border-transparent hover:bg-[color-mix(in_oklab,var(--danger)_88%,black)]",
};

/** The look of a button, also for links that act like one. */
export function buttonClass(kind: Kind = "secondary", small = false, iconOnly = false): string {
  return cx(
    "inline-flex shrink-0 items-center justify-center gap-1.5 rounded-md border font-medium whitespace-nowrap select-none transition-colors",
    "disabled:opacity-50 disabled:pointer-events-none aria-disabled:opacity-50",
    small ? "h-7 text-xs" : "h-8 text-sm",
    iconOnly ? (small ? "w-7" : "w-8") : small ? "px-2" : "px-3",
    KINDS[kind],
  );
}

interface Props extends ButtonHTMLAttributes<HTMLButtonElement> {
  kind?: Kind;
  small?: boolean;
  icon?: LucideIcon;
  busy?: boolean;
  ref?: Ref<HTMLButtonElement>;
}

export function Button({ kind = "secondary", small, icon: Icon, busy, children, className, disabled, ...rest }: Props) {
  return (
    <button type="button" className={cx(buttonClass(kind, small), className)} disabled={disabled || busy} aria-busy={busy || undefined} {...rest}>
      {busy ? <LoaderCircle className="size-3.5 animate-spin" aria-hidden /> : Icon && <Icon className="size-3.5" aria-hidden />}
      {children}
    </button>
  );
}

interface IconProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  /** What it does: read out, and shown when hovered. */
  label: string;
  icon: LucideIcon;
  kind?: Kind;
  small?: boolean;
  ref?: Ref<HTMLButtonElement>;
}

export function IconButton({ label, icon: Icon, kind = "ghost", small, className, ...rest }: IconProps) {
  return (
    <button type="button" aria-label={label} title={label} className={cx(buttonClass(kind, small, true), className)} {...rest}>
      <Icon className={small ? "size-3.5" : "size-4"} aria-hidden />
    </button>
  );
}
