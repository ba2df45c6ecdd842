import { Keyboard, SlidersHorizontal } from "lucide-react";
import { setPrefs, usePrefs, type ThemeChoice } from "@/shared/prefs/prefs";
import { text } from "@/shared/text";
import { type TimeMode } from "@/shared/time/format";
import { IconButton } from "@/shared/ui/Button";
import { Menu, MenuChoice, MenuDivider, MenuItem } from "@/shared/ui/Overlay";

const THEMES = [["system", text.display.themes.system], ["light", text.display.themes.light], ["dark", text.display.themes.dark]] as const;
const TIMES = [["relative", text.display.times.relative], ["local", text.display.times.local], ["utc", "UTC"]] as const;

export function PrefsMenu({ onShortcuts }: { onShortcuts: () => void }) {
  const { theme, time } = usePrefs();
  return (
    <Menu trigger={<IconButton label={text.display.title} icon={SlidersHorizontal} />}>
      <MenuChoice value={theme} options={THEMES} onChange={(value) => setPrefs({ theme: value as ThemeChoice })}>
        {text.display.theme}
      </MenuChoice>
      <MenuDivider />
      <MenuChoice value={time} options={TIMES} onChange={(value) => setPrefs({ time: value as TimeMode })}>
        {text.display.time}
      </MenuChoice>
      <MenuDivider />
      <MenuItem onSelect={onShortcuts}>
        <Keyboard className="size-4 text-ink-3" aria-hidden />
        <span className="flex-1">{text.shortcuts.title}</span>
        <kbd className="text-xs text-ink-3">?</kbd>
      </MenuItem>
    </Menu>
  );
}
