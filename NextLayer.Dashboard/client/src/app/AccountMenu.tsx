import { KeyRound, LockOpen, LogOut, Users } from "lucide-react";
import { useNavigate } from "@tanstack/react-router";
import type { Me } from "@/shared/access/access";
import { useAccess } from "@/shared/access/me";
import { remove } from "@/shared/api/http";
import { text } from "@/shared/text";
import { exact } from "@/shared/time/Time";
import { buttonClass } from "@/shared/ui/Button";
import { Menu, MenuDivider, MenuItem } from "@/shared/ui/Overlay";

/** Who one is, what one may do, and the way out. */
export function AccountMenu() {
  const { me, off, can } = useAccess();
  const navigate = useNavigate();
  if (!off && !me) return null;
  const name = off ? text.account.off.title : nameOf(me!);
  return (
    <Menu
      trigger={
        <button type="button" aria-label={text.account.name(name)} title={name} className={buttonClass("ghost", false, true)}>
          {off ? <LockOpen className="size-4" aria-hidden /> : <Initials name={name} />}
        </button>
      }
    >
      <div className="w-64 px-2 py-1.5 text-sm">
        {off ? (
          <>
            <p className="font-medium">{text.account.off.title}</p>
            <p className="mt-0.5 text-xs text-ink-2">{text.account.off.meaning}</p>
          </>
        ) : (
          <Who me={me!} name={name} />
        )}
      </div>
      <MenuDivider />
      {can("members.manage") && (
        <MenuItem onSelect={() => void navigate({ to: "/members" })}>
          <Users className="size-4 text-ink-3" aria-hidden /> {text.pages.members}
        </MenuItem>
      )}
      {can("keys.manage") && (
        <MenuItem onSelect={() => void navigate({ to: "/keys" })}>
          <KeyRound className="size-4 text-ink-3" aria-hidden /> {text.pages.keys}
        </MenuItem>
      )}
      {!off && (
        <MenuItem onSelect={() => void signOut()}>
          <LogOut className="size-4 text-ink-3" aria-hidden /> {text.account.signOut}
        </MenuItem>
      )}
    </Menu>
  );
}

function Who({ me, name }: { me: Me; name: string }) {
  const more = me.memberships.length - 6;
  return (
    <>
      <p className="truncate font-medium" title={me.subject}>
        {name}
      </p>
      <p className="truncate text-xs text-ink-3">{me.kind === "api_key" ? text.account.kindKey : (me.email ?? me.subject)}</p>
      <dl className="mt-2 grid grid-cols-[1fr_auto] gap-x-3 gap-y-1 text-xs">
        {me.platform_role && (
          <>
            <dt className="text-ink-2">{text.account.wholeInstallation}</dt>
            <dd className="font-medium">{me.platform_role}</dd>
          </>
        )}
        {me.memberships.slice(0, 6).map((each) => (
          <div key={each.tenant_id} className="contents">
            <dt className="truncate text-ink-2">{each.tenant_name}</dt>
            <dd className="font-medium">{each.role}</dd>
          </div>
        ))}
      </dl>
      {more > 0 && <p className="mt-1 text-xs text-ink-3">{text.account.moreTenants(more)}</p>}
      {me.expires_at && <p className="mt-2 text-xs whitespace-pre-line text-ink-3">{text.account.until(exact(Date.parse(me.expires_at)).split("\n")[1]!)}</p>}
    </>
  );
}

function Initials({ name }: { name: string }) {
  const words = name.split(/[\s@._-]+/).filter(Boolean);
  const letters = (words[0]?.[0] ?? "?") + (words.length > 1 ? words[1]![0] : "");
  // A picture, not a text: the button's name says it in full.
  return <span aria-hidden data-letters={letters} className="flex size-6 items-center justify-center rounded-full bg-accent-soft text-2xs font-semibold text-accent-ink uppercase before:content-[attr(data-letters)]" />;
}

export function nameOf(me: Me): string {
  return me.name || me.email || me.subject;
}

/** A fresh page afterwards: nothing that was read stays, and open connections end. */
async function signOut(): Promise<void> {
  await remove("/session");
  location.assign("/sign-in");
}
