import { Keyboard, SlidersHorizontal } from "lucide-react";
import { setPrefs, usePrefs, type ThemeChoice } from "@/shared/prefs/prefs";
import { type TimeMode } from "@/shared/time/format";
import { IconButton } from "@/shared/ui/Button";
import { Menu, MenuChoice, MenuDivider, MenuItem } from "@/shared/ui/Overlay";

const THEMES = [["system", "As the system"], ["light", "Light"], ["dark", "Dark"]] as const;
const TIMES = [["relative", "Relative: 5 min ago"], ["local", "Local time"], ["utc", "UTC"]] as const;

export function PrefsMenu({ onShortcuts }: { onShortcuts: () => void }) {
  const { theme, time } = usePrefs();
  return (
    <Menu trigger={<IconButton label="Display settings" icon={SlidersHorizontal} />}>
      <MenuChoice value={theme} options={THEMES} onChange={(value) => setPrefs({ theme: value as ThemeChoice })}>
        Theme
      </MenuChoice>
      <MenuDivider />
      <MenuChoice value={time} options={TIMES} onChange={(value) => setPrefs({ time: value as TimeMode })}>
        Times
      </MenuChoice>
      <MenuDivider />
      <MenuItem onSelect={onShortcuts}>
        <Keyboard className="size-4 text-ink-3" aria-hidden />
        <span className="flex-1">Keyboard shortcuts</span>
        <kbd className="text-xs text-ink-3">?</kbd>
      </MenuItem>
    </Menu>
  );
}
