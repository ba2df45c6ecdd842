import { createRootRoute, createRoute, createRouter, lazyRouteComponent, Link } from "@tanstack/react-router";
import { CompassIcon } from "lucide-react";
import { readBuilderSearch } from "@/features/builder/builderSearch";
import { readPipelineSearch, readPipelinesSearch } from "@/features/pipelines/pipelineSearch";
import { readRunSearch } from "@/features/run/runSearch";
import { readRunsSearch } from "@/features/runs/runsSearch";
import { readStartSearch } from "@/features/start/startSearch";
import { choice, one, parseSearch, stringifySearch, type Search } from "@/shared/url/search";
import { buttonClass } from "@/shared/ui/Button";
import { Page } from "@/shared/ui/Page";
import { Empty, Failure, SkeletonRows } from "@/shared/ui/States";
import { Shell } from "./Shell";

const root = createRootRoute({
  component: Shell,
  notFoundComponent: () => (
    <Page title="Not found">
      <Empty icon={CompassIcon} title="There is no such page" action={<Link to="/" className={buttonClass()}>To the overview</Link>}>
        The address may be mistyped, or what it showed was deleted.
      </Empty>
    </Page>
  ),
});

const at = <TPath extends string>(path: TPath) => ({ getParentRoute: () => root, path }) as const;

const overview = createRoute({
  ...at("/"),
  validateSearch: (search: Search): { window?: "1h" | "24h" | "7d" | "30d" | undefined } => ({ window: choice(search, "window", ["1h", "24h", "7d", "30d"]) }),
  component: lazyRouteComponent(() => import("@/features/overview/OverviewPage"), "OverviewPage"),
});
const runs = createRoute({
  ...at("/runs"),
  validateSearch: readRunsSearch,
  component: lazyRouteComponent(() => import("@/features/runs/RunsPage"), "RunsPage"),
});
const run = createRoute({
  ...at("/runs/$runId"),
  validateSearch: readRunSearch,
  component: lazyRouteComponent(() => import("@/features/run/RunDetailPage"), "RunDetailPage"),
});
const pipelines = createRoute({
  ...at("/pipelines"),
  validateSearch: readPipelinesSearch,
  component: lazyRouteComponent(() => import("@/features/pipelines/PipelinesPage"), "PipelinesPage"),
});
const pipeline = createRoute({
  ...at("/pipelines/$pipelineId"),
  validateSearch: readPipelineSearch,
  component: lazyRouteComponent(() => import("@/features/pipelines/PipelinePage"), "PipelinePage"),
});
const builder = createRoute({
  ...at("/pipelines/$pipelineId/versions/$versionId/edit"),
  validateSearch: readBuilderSearch,
  component: lazyRouteComponent(() => import("@/features/builder/BuilderPage"), "BuilderPage"),
});
const start = createRoute({
  ...at("/start"),
  validateSearch: readStartSearch,
  component: lazyRouteComponent(() => import("@/features/start/StartRunPage"), "StartRunPage"),
});
const workers = createRoute({ ...at("/workers"), component: lazyRouteComponent(() => import("@/features/workers/WorkersPage"), "WorkersPage") });
const approvals = createRoute({
  ...at("/approvals"),
  validateSearch: (search: Search): { run?: string | undefined; step?: string | undefined } => ({ run: one(search, "run"), step: one(search, "step") }),
  component: lazyRouteComponent(() => import("@/features/approvals/ApprovalsPage"), "ApprovalsPage"),
});
const triggers = createRoute({
  ...at("/triggers"),
  validateSearch: (search: Search): { tab?: "webhooks" | undefined; open?: string | undefined } => ({ tab: choice(search, "tab", ["webhooks"]), open: one(search, "open") }),
  component: lazyRouteComponent(() => import("@/features/triggers/TriggersPage"), "TriggersPage"),
});
const connectors = createRoute({ ...at("/connectors"), component: lazyRouteComponent(() => import("@/features/connectors/ConnectorsPage"), "ConnectorsPage") });
const tenants = createRoute({
  ...at("/tenants"),
  validateSearch: (search: Search): { q?: string | undefined; open?: string | undefined } => ({ q: one(search, "q"), open: one(search, "open") }),
  component: lazyRouteComponent(() => import("@/features/tenants/TenantsPage"), "TenantsPage"),
});
const engine = createRoute({ ...at("/engine"), component: lazyRouteComponent(() => import("@/features/engine/EnginePage"), "EnginePage") });

export const router = createRouter({
  routeTree: root.addChildren([overview, runs, run, pipelines, pipeline, builder, start, workers, approvals, triggers, connectors, tenants, engine]),
  parseSearch,
  stringifySearch,
  defaultPreload: "intent",
  defaultPendingComponent: () => <SkeletonRows />,
  defaultPendingMs: 150,
  defaultErrorComponent: ({ error, reset }) => <Failure error={error} retry={reset} what="this page" />,
  scrollRestoration: true,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
