import { X } from "lucide-react";
import { Dialog as RadixDialog, DropdownMenu, Popover as RadixPopover } from "radix-ui";
import type { ReactNode } from "react";
import type { Permission } from "../access/access";
import { useAccess } from "../access/me";
import { text } from "../text";
import { Button, IconButton } from "./Button";
import { cx } from "./cx";

interface DialogProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: string;
  description?: ReactNode;
  children?: ReactNode;
  footer?: ReactNode;
  wide?: boolean;
}

const VEIL = "fixed inset-0 z-40 bg-black/40 animate-fade";

export function Dialog({ open, onOpenChange, title, description, children, footer, wide }: DialogProps) {
  return (
    <RadixDialog.Root open={open} onOpenChange={onOpenChange}>
      <RadixDialog.Portal>
        <RadixDialog.Overlay className={VEIL} />
        <RadixDialog.Content
          className={cx(
            "fixed top-[8vh] left-1/2 z-50 flex max-h-[84vh] w-[calc(100vw-1.5rem)] -translate-x-1/2 flex-col rounded-xl border border-line bg-surface shadow-pop animate-fade focus:outline-none",
            wide ? "max-w-4xl" : "max-w-lg",
          )}
          {...(description ? {} : { "aria-describedby": undefined })}
        >
          <div className="flex items-start gap-3 px-5 pt-4 pb-3">
            <div className="min-w-0 flex-1">
              <RadixDialog.Title className="text-lg font-semibold text-balance">{title}</RadixDialog.Title>
              {description && <RadixDialog.Description className="mt-0.5 text-sm text-ink-2">{description}</RadixDialog.Description>}
            </div>
            <RadixDialog.Close asChild>
              <IconButton label={text.common.close} icon={X} />
            </RadixDialog.Close>
          </div>
          {children && <div tabIndex={0} className="min-h-0 flex-1 overflow-y-auto px-5 pb-4 ring-inset-focus">{children}</div>}
          {footer && <div className="flex flex-wrap justify-end gap-2 border-t border-line px-5 py-3">{footer}</div>}
        </RadixDialog.Content>
      </RadixDialog.Portal>
    </RadixDialog.Root>
  );
}

/** From the side on a desk, over the whole page on a phone. */
export function Drawer({ open, onOpenChange, title, children, footer, side = "right" }: DialogProps & { side?: "left" | "right" }) {
  return (
    <RadixDialog.Root open={open} onOpenChange={onOpenChange}>
      <RadixDialog.Portal>
        <RadixDialog.Overlay className={VEIL} />
        <RadixDialog.Content
          aria-describedby={undefined}
          className={cx(
            "fixed inset-y-0 z-50 flex w-full flex-col border-line bg-surface shadow-pop focus:outline-none",
            side === "right" ? "right-0 max-w-lg border-l animate-slide" : "left-0 max-w-72 border-r animate-fade",
          )}
        >
          <div className="flex items-center gap-3 border-b border-line px-4 py-2.5">
            <RadixDialog.Title className="min-w-0 flex-1 truncate font-semibold">{title}</RadixDialog.Title>
            <RadixDialog.Close asChild>
              <IconButton label={text.common.close} icon={X} />
            </RadixDialog.Close>
          </div>
          <div tabIndex={0} className="min-h-0 flex-1 overflow-y-auto ring-inset-focus">{children}</div>
          {footer && <div className="flex justify-end gap-2 border-t border-line px-4 py-3">{footer}</div>}
        </RadixDialog.Content>
      </RadixDialog.Portal>
    </RadixDialog.Root>
  );
}

interface ConfirmProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: string;
  children?: ReactNode;
  action: string;
  danger?: boolean;
  busy?: boolean;
  disabled?: boolean;
  onConfirm: () => void;
}

export function Confirm({ open, onOpenChange, title, children, action, danger, busy, disabled, onConfirm }: ConfirmProps) {
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title={title}
      footer={
        <>
          <Button onClick={() => onOpenChange(false)}>{text.common.back}</Button>
          <Button kind={danger ? "danger" : "primary"} busy={busy ?? false} disabled={disabled} onClick={onConfirm}>
            {action}
          </Button>
        </>
      }
    >
      {children}
    </Dialog>
  );
}

const PANEL = "z-50 rounded-lg border border-line bg-raised p-1 shadow-pop animate-pop focus:outline-none";

export function Menu({ trigger, children, align = "end", defaultOpen = false }: { trigger: ReactNode; children: ReactNode; align?: "start" | "end"; defaultOpen?: boolean }) {
  return (
    <DropdownMenu.Root modal={false} defaultOpen={defaultOpen}>
      <DropdownMenu.Trigger asChild>{trigger}</DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content align={align} sideOffset={6} collisionPadding={8} className={cx(PANEL, "min-w-44 max-h-[70vh] overflow-y-auto")}>
          {children}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}

const ITEM =
  "flex w-full items-center gap-2 rounded-md px-2 py-1.5 text-sm text-ink outline-none select-none cursor-pointer data-highlighted:bg-hover data-disabled:opacity-50 data-disabled:pointer-events-none";

export function MenuItem({ children, onSelect, danger, disabled, needs }: { children: ReactNode; onSelect: () => void; danger?: boolean; disabled?: boolean; needs?: Permission }) {
  const access = useAccess();
  const why = needs && access.why(needs);
  return (
    <DropdownMenu.Item className={cx(ITEM, danger && "text-danger", why && "max-w-64 flex-wrap opacity-60")} disabled={disabled ?? false} aria-disabled={why ? true : undefined} onSelect={(event) => (why ? event.preventDefault() : onSelect())}>
      {children}
      {why && <span className="basis-full text-2xs text-ink-2">{why}</span>}
    </DropdownMenu.Item>
  );
}

export function MenuChoice({ children, value, options, onChange }: { children?: ReactNode; value: string; options: readonly (readonly [string, string])[]; onChange: (value: string) => void }) {
  return (
    <>
      {children && <DropdownMenu.Label className="px-2 pt-1.5 pb-1 text-2xs font-medium text-ink-3">{children}</DropdownMenu.Label>}
      <DropdownMenu.RadioGroup value={value} onValueChange={onChange}>
        {options.map(([key, label]) => (
          <DropdownMenu.RadioItem key={key} value={key} className={cx(ITEM, "pl-7 relative data-[state=checked]:font-medium")} onSelect={(event) => event.preventDefault()}>
            <DropdownMenu.ItemIndicator className="absolute left-2.5 size-1.5 rounded-full bg-accent" />
            {label}
          </DropdownMenu.RadioItem>
        ))}
      </DropdownMenu.RadioGroup>
    </>
  );
}

export function MenuDivider() {
  return <DropdownMenu.Separator className="my-1 h-px bg-line" />;
}

export function Popover({ trigger, children, label, className }: { trigger: ReactNode; children: ReactNode; label: string; className?: string }) {
  return (
    <RadixPopover.Root>
      <RadixPopover.Trigger asChild>{trigger}</RadixPopover.Trigger>
      <RadixPopover.Portal>
        <RadixPopover.Content aria-label={label} align="start" sideOffset={6} collisionPadding={8} className={cx(PANEL, "max-h-[70vh] max-w-[calc(100vw-1rem)] overflow-y-auto p-3", className)}>
          {children}
        </RadixPopover.Content>
      </RadixPopover.Portal>
    </RadixPopover.Root>
  );
}
