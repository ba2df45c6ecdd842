import { Outlet, useNavigate, useRouterState } from "@tanstack/react-router";
import { Menu as MenuIcon, Search } from "lucide-react";
import { lazy, Suspense, useEffect, useRef, useState } from "react";
import { useKeys, type Keymap } from "@/shared/keys/keys";
import { text } from "@/shared/text";
import { IconButton } from "@/shared/ui/Button";
import { Drawer } from "@/shared/ui/Overlay";
import { Toaster } from "@/shared/ui/Toaster";
import { AccountMenu } from "./AccountMenu";
import { EngineControl } from "./EngineControl";
import { ALL_PLACES } from "./nav";
import { Logo, Navigation } from "./Navigation";
import { PrefsMenu } from "./PrefsMenu";
import { ShortcutsDialog } from "./ShortcutsDialog";
import { TenantPicker } from "./TenantPicker";

// Opened by a key: its parts are fetched then.
const CommandPalette = lazy(() => import("./CommandPalette"));

export function Shell() {
  const [navOpen, setNavOpen] = useState(false);
  const [palette, setPalette] = useState(false);
  const [shortcuts, setShortcuts] = useState(false);
  const navigate = useNavigate();
  const path = useRouterState({ select: (state) => state.location.pathname });
  const main = useRef<HTMLElement>(null);

  // A new page: the phone's menu closes, and screen readers begin with the content.
  useEffect(() => {
    setNavOpen(false);
    if (document.activeElement === document.body) main.current?.focus({ preventScroll: true });
  }, [path]);

  const keys: Keymap = {
    "mod+k": () => setPalette(true),
    "?": () => setShortcuts(true),
    "/": () => document.querySelector<HTMLInputElement>("[data-search]")?.focus(),
  };
  for (const place of ALL_PLACES) keys[`g ${place.key}`] = () => void navigate({ to: place.to });
  useKeys(keys);

  return (
    <div className="flex h-dvh">
      <a href="#main" className="sr-only z-50 rounded-md bg-raised px-3 py-2 shadow-pop focus:not-sr-only focus:fixed focus:top-2 focus:left-2">
        {text.shell.skip}
      </a>
      <aside className="hidden w-56 shrink-0 flex-col border-r border-line bg-surface lg:flex">
        <div className="flex h-12 items-center gap-2.5 px-4">
          <Logo />
        </div>
        <Navigation />
      </aside>
      <div className="flex min-w-0 flex-1 flex-col">
        <header className="flex h-12 shrink-0 items-center gap-1.5 border-b border-line bg-surface px-2 sm:gap-2 sm:px-4">
          <IconButton label={text.shell.menu} icon={MenuIcon} className="lg:hidden" onClick={() => setNavOpen(true)} />
          <TenantPicker />
          <div className="flex-1" />
          <button
            type="button"
            onClick={() => setPalette(true)}
            className="flex h-8 items-center gap-2 rounded-md border border-transparent px-2 text-sm text-ink-3 hover:text-ink md:border-line md:bg-canvas md:hover:border-line-strong/60"
          >
            <Search className="size-4" aria-hidden />
            <span className="max-md:sr-only">{text.shell.find}</span>
            <kbd aria-hidden className="hidden rounded border border-line bg-surface px-1 text-2xs md:inline">{modKey()} K</kbd>
          </button>
          <EngineControl />
          <PrefsMenu onShortcuts={() => setShortcuts(true)} />
          <AccountMenu />
        </header>
        <main id="main" ref={main} tabIndex={-1} className="min-h-0 flex-1 overflow-y-auto focus:outline-none">
          <Outlet />
        </main>
      </div>
      <Drawer open={navOpen} onOpenChange={setNavOpen} title={text.common.product} side="left">
        <Navigation />
      </Drawer>
      {palette && (
        <Suspense fallback={null}>
          <CommandPalette onClose={() => setPalette(false)} onShortcuts={() => setShortcuts(true)} />
        </Suspense>
      )}
      <ShortcutsDialog open={shortcuts} onOpenChange={setShortcuts} />
      <Toaster />
    </div>
  );
}

export function modKey(): string {
  return /Mac|iPhone|iPad/.test(navigator.userAgent) ? "⌘" : text.shortcuts.control;
}
