import { Activity, Building2, CalendarClock, ClipboardCheck, Coins, Gauge, KeyRound, ListTree, Plug, Power, ScrollText, Users, Workflow, type LucideIcon } from "lucide-react";
import type { Permission } from "@/shared/access/access";

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
    group: "Watch",
    places: [
      { to: "/", word: "Overview", icon: Gauge, key: "o", needs: "runs.read" },
      { to: "/runs", word: "Runs", icon: Activity, key: "r", needs: "runs.read" },
      { to: "/approvals", word: "Approvals", icon: ClipboardCheck, key: "a", needs: "runs.read" },
    ],
  },
  {
    group: "Build",
    places: [
      { to: "/pipelines", word: "Pipelines", icon: Workflow, key: "p", needs: "workflows.read" },
      { to: "/triggers", word: "Triggers", icon: CalendarClock, key: "s", needs: "triggers.read" },
      { to: "/connectors", word: "Connectors", icon: Plug, key: "c", needs: "connectors.read" },
      { to: "/providers", word: "Providers", icon: Coins, key: "d", needs: "costs.read" },
    ],
  },
  {
    group: "Operate",
    places: [
      { to: "/workers", word: "Workers", icon: ListTree, key: "w", needs: "workers.read" },
      { to: "/engine", word: "Engine", icon: Power, key: "e", needs: "engine.read" },
    ],
  },
  {
    group: "Administer",
    places: [
      { to: "/tenants", word: "Tenants", icon: Building2, key: "t", needs: "tenant.read" },
      { to: "/members", word: "Members", icon: Users, key: "m", needs: "members.manage" },
      { to: "/keys", word: "API keys", icon: KeyRound, key: "k", needs: "keys.manage" },
      { to: "/audit", word: "Audit", icon: ScrollText, key: "u", needs: "audit.read" },
    ],
  },
];

export const ALL_PLACES = PLACES.flatMap((group) => group.places);
