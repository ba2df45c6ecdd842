import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { BookOpen, LockOpen } from "lucide-react";
import { approvalsCountQuery } from "@/features/approvals/approvalQueries";
import { useAccess } from "@/shared/access/me";
import { usePrefs } from "@/shared/prefs/prefs";
import { text } from "@/shared/text";
import { PLACES } from "./nav";

const ITEM = "flex h-8 items-center gap-2.5 rounded-md px-2.5 text-sm font-medium text-ink-2 transition-colors hover:bg-hover hover:text-ink data-[status=active]:bg-accent-soft data-[status=active]:text-accent-ink";

export function Navigation() {
  const access = useAccess();
  const groups = PLACES.map(({ group, places }) => ({ group, places: places.filter((place) => access.can(place.needs)) })).filter(({ places }) => places.length > 0);
  return (
    <nav aria-label={text.nav.label} className="flex flex-1 flex-col gap-4 overflow-y-auto px-2.5 py-3">
      {groups.map(({ group, places }) => (
        <div key={group}>
          <p className="px-2.5 pb-1 text-2xs font-medium text-ink-3">{group}</p>
          <ul className="flex flex-col gap-0.5">
            {places.map(({ to, word, icon: Icon }) => (
              <li key={to}>
                <Link to={to} activeOptions={{ exact: to === "/", includeSearch: false }} className={ITEM}>
                  <Icon className="size-4 shrink-0" aria-hidden />
                  <span className="flex-1">{word}</span>
                  {to === "/approvals" && <ApprovalCount />}
                </Link>
              </li>
            ))}
          </ul>
        </div>
      ))}
      <div className="mt-auto">
        <a href="/docs" target="_blank" rel="noreferrer" className={ITEM}>
          <BookOpen className="size-4 shrink-0" aria-hidden />
          {text.nav.apiReference}
        </a>
        {access.off && (
          <p className="mt-1 flex gap-2.5 border-t border-line px-2.5 pt-3 pb-1 text-2xs text-ink-3" title={text.account.off.meaning}>
            <LockOpen className="mt-0.5 size-3.5 shrink-0" aria-hidden />
            {text.account.off.everybody}
          </p>
        )}
      </div>
    </nav>
  );
}

function ApprovalCount() {
  const { tenantId } = usePrefs();
  const { data } = useQuery(approvalsCountQuery(tenantId));
  if (!data || data.count === 0) return null;
  return (
    <span className="tnum rounded-full bg-warn-soft px-1.5 text-2xs leading-4 font-semibold text-warn">
      {data.more ? `${data.count}+` : data.count}
      <span className="sr-only"> {text.nav.waiting}</span>
    </span>
  );
}

export function Logo() {
  return (
    <>
      <img src="/favicon.svg" alt="" className="size-6" />
      <span className="text-base font-semibold tracking-tight">{text.common.product}</span>
    </>
  );
}
