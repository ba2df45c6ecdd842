import { LoaderCircle, type LucideIcon } from "lucide-react";
import type { ButtonHTMLAttributes, MouseEvent, ReactElement, Ref } from "react";
import type { Permission } from "../access/access";
import { useAccess } from "../access/me";
import { cx } from "./cx";
import { Tooltip } from "./Tooltip";

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
    "disabled:opacity-50 disabled:pointer-events-none aria-disabled:opacity-50 aria-disabled:cursor-not-allowed",
    small ? "h-7 text-xs" : "h-8 text-sm",
    iconOnly ? (small ? "w-7" : "w-8") : small ? "px-2" : "px-3",
    KINDS[kind],
  );
}

interface Guard {
  /** What one must be allowed to press it; who is not reads why instead. */
  needs?: Permission | undefined;
  /** The tenant in which; any where none is named. */
  tenant?: string | null | undefined;
}

/** A control that stays in sight and reachable for those who may not use it, and tells them why. */
function useGuard({ needs, tenant }: Guard) {
  const access = useAccess();
  const why = needs && access.why(needs, tenant);
  return {
    props: why ? { "aria-disabled": true, onClick: (event: MouseEvent) => event.preventDefault() } : {},
    wrap: (button: ReactElement) => (why ? <Tooltip text={why}>{button}</Tooltip> : button),
    refused: Boolean(why),
  };
}

interface Props extends ButtonHTMLAttributes<HTMLButtonElement>, Guard {
  kind?: Kind;
  small?: boolean;
  icon?: LucideIcon;
  busy?: boolean;
  ref?: Ref<HTMLButtonElement>;
}

export function Button({ kind = "secondary", small, icon: Icon, busy, children, className, disabled, needs, tenant, ...rest }: Props) {
  const guard = useGuard({ needs, tenant });
  return guard.wrap(
    <button type="button" className={cx(buttonClass(kind, small), className)} disabled={!guard.refused && (disabled || busy)} aria-busy={busy || undefined} {...rest} {...guard.props}>
      {busy ? <LoaderCircle className="size-3.5 animate-spin" aria-hidden /> : Icon && <Icon className="size-3.5" aria-hidden />}
      {children}
    </button>,
  );
}

interface IconProps extends ButtonHTMLAttributes<HTMLButtonElement>, Guard {
  /** What it does: read out, and shown when hovered. */
  label: string;
  icon: LucideIcon;
  kind?: Kind;
  small?: boolean;
  ref?: Ref<HTMLButtonElement>;
}

export function IconButton({ label, icon: Icon, kind = "ghost", small, className, needs, tenant, ...rest }: IconProps) {
  const guard = useGuard({ needs, tenant });
  return guard.wrap(
    <button type="button" aria-label={label} title={guard.refused ? undefined : label} className={cx(buttonClass(kind, small, true), className)} {...rest} {...guard.props}>
      <Icon className={small ? "size-3.5" : "size-4"} aria-hidden />
    </button>,
  );
}
