import { Activity, Building2, CalendarClock, ClipboardCheck, Coins, Gauge, KeyRound, ListTree, Plug, Power, ScrollText, Users, Workflow, type LucideIcon } from "lucide-react";
import type { Permission } from "@/shared/access/access";
import { text } from "@/shared/text";

export interface Place {
  to: "/" | "/runs" | "/approvals" | "/pipelines" | "/triggers" | "/connectors" | "/workers" | "/engine" | "/tenants" | "/providers" | "/members" | "/keys" | "/audit";
  word: string;
  icon: LucideIcon;
  /** After "g". */
  key: string;
  /** What one must be allowed to see it. */
  needs: Permission;
}

/** All places, in the groups in which the navigation shows them. */
export const PLACES: readonly { group: string; places: readonly Place[] }[] = [
  {
    group: text.nav.groups.watch,
    places: [
      { to: "/", word: text.pages.overview, icon: Gauge, key: "o", needs: "runs.read" },
      { to: "/runs", word: text.pages.runs, icon: Activity, key: "r", needs: "runs.read" },
      { to: "/approvals", word: text.pages.approvals, icon: ClipboardCheck, key: "a", needs: "runs.read" },
    ],
  },
  {
    group: text.nav.groups.build,
    places: [
      { to: "/pipelines", word: text.pages.pipelines, icon: Workflow, key: "p", needs: "workflows.read" },
      { to: "/triggers", word: text.pages.triggers, icon: CalendarClock, key: "s", needs: "triggers.read" },
      { to: "/connectors", word: text.pages.connectors, icon: Plug, key: "c", needs: "connectors.read" },
      { to: "/providers", word: text.pages.providers, icon: Coins, key: "d", needs: "costs.read" },
    ],
  },
  {
    group: text.nav.groups.operate,
    places: [
      { to: "/workers", word: text.pages.workers, icon: ListTree, key: "w", needs: "workers.read" },
      { to: "/engine", word: text.pages.engine, icon: Power, key: "e", needs: "engine.read" },
    ],
  },
  {
    group: text.nav.groups.administer,
    places: [
      { to: "/tenants", word: text.pages.tenants, icon: Building2, key: "t", needs: "tenant.read" },
      { to: "/members", word: text.pages.members, icon: Users, key: "m", needs: "members.manage" },
      { to: "/keys", word: text.pages.keys, icon: KeyRound, key: "k", needs: "keys.manage" },
      { to: "/audit", word: text.pages.audit, icon: ScrollText, key: "u", needs: "audit.read" },
    ],
  },
];

export const ALL_PLACES = PLACES.flatMap((group) => group.places);
