import { Activity, Building2, CalendarClock, ClipboardCheck, Gauge, ListTree, Plug, Power, Workflow, type LucideIcon } from "lucide-react";

export interface Place {
  to: "/" | "/runs" | "/approvals" | "/pipelines" | "/triggers" | "/connectors" | "/workers" | "/engine" | "/tenants";
  word: string;
  icon: LucideIcon;
  /** After "g". */
  key: string;
}

/** All places, in the groups in which the navigation shows them. */
export const PLACES: readonly { group: string; places: readonly Place[] }[] = [
  {
    group: "Watch",
    places: [
      { to: "/", word: "Overview", icon: Gauge, key: "o" },
      { to: "/runs", word: "Runs", icon: Activity, key: "r" },
      { to: "/approvals", word: "Approvals", icon: ClipboardCheck, key: "a" },
    ],
  },
  {
    group: "Build",
    places: [
      { to: "/pipelines", word: "Pipelines", icon: Workflow, key: "p" },
      { to: "/triggers", word: "Triggers", icon: CalendarClock, key: "s" },
      { to: "/connectors", word: "Connectors", icon: Plug, key: "c" },
    ],
  },
  {
    group: "Operate",
    places: [
      { to: "/workers", word: "Workers", icon: ListTree, key: "w" },
      { to: "/engine", word: "Engine", icon: Power, key: "e" },
      { to: "/tenants", word: "Tenants", icon: Building2, key: "t" },
    ],
  },
];

export const ALL_PLACES = PLACES.flatMap((group) => group.places);
