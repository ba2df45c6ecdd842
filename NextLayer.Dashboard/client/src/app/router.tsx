import { createRootRoute, createRoute, createRouter, lazyRouteComponent, Link } from "@tanstack/react-router";
import { CompassIcon } from "lucide-react";
import { readAuditSearch } from "@/features/audit/auditSearch";
import { readBuilderSearch } from "@/features/builder/builderSearch";
import { readPipelineSearch, readPipelinesSearch } from "@/features/pipelines/pipelineSearch";
import { readProvidersSearch } from "@/features/providers/providersSearch";
import { readRunSearch } from "@/features/run/runSearch";
import { runListQuery } from "@/features/runs/runListQuery";
import { readRunsSearch, toApi } from "@/features/runs/runsSearch";
import { readStartSearch } from "@/features/start/startSearch";
import { readTenantSearch } from "@/shared/api/oneTenant";
import { runQuery } from "@/shared/api/queries";
import { getPrefs } from "@/shared/prefs/prefs";
import { text } from "@/shared/text";
import { choice, localAddress, one, parseSearch, stringifySearch, type Search } from "@/shared/url/search";
import { buttonClass } from "@/shared/ui/Button";
import { Page } from "@/shared/ui/Page";
import { Empty, Failure, SkeletonRows } from "@/shared/ui/States";
import { ahead } from "./ahead";
import { guarded } from "./guarded";
import { queryClient } from "./queryClient";
import { Root } from "./Root";

const root = createRootRoute({
  component: Root,
  notFoundComponent: () => (
    <Page title={text.pages.notFound}>
      <Empty icon={CompassIcon} title={text.notFound.title} action={<Link to="/" className={buttonClass()}>{text.notFound.toOverview}</Link>}>
        {text.notFound.why}
      </Empty>
    </Page>
  ),
});

const at = <TPath extends string>(path: TPath) => ({ getParentRoute: () => root, path }) as const;

const overview = createRoute({
  ...at("/"),
  validateSearch: (search: Search): { window?: "1h" | "24h" | "7d" | "30d" | undefined } => ({ window: choice(search, "window", ["1h", "24h", "7d", "30d"]) }),
  component: guarded("runs.read", text.pages.overview, lazyRouteComponent(() => import("@/features/overview/OverviewPage"), "OverviewPage")),
});
const runs = createRoute({
  ...at("/runs"),
  validateSearch: readRunsSearch,
  loaderDeps: ({ search }) => search,
  loader: ({ deps, cause }) => void ahead(cause, "runs.read", () => queryClient.prefetchInfiniteQuery(runListQuery(toApi(deps, getPrefs().tenantId, Date.now())))),
  component: guarded("runs.read", text.pages.runs, lazyRouteComponent(() => import("@/features/runs/RunsPage"), "RunsPage")),
});
const run = createRoute({
  ...at("/runs/$runId"),
  validateSearch: readRunSearch,
  loader: ({ params, cause }) => void ahead(cause, "runs.read", () => queryClient.prefetchQuery(runQuery(params.runId))),
  component: guarded("runs.read", text.pages.run, lazyRouteComponent(() => import("@/features/run/RunDetailPage"), "RunDetailPage")),
});
const pipelines = createRoute({
  ...at("/pipelines"),
  validateSearch: readPipelinesSearch,
  component: guarded("workflows.read", text.pages.pipelines, lazyRouteComponent(() => import("@/features/pipelines/PipelinesPage"), "PipelinesPage")),
});
const pipeline = createRoute({
  ...at("/pipelines/$pipelineId"),
  validateSearch: readPipelineSearch,
  component: guarded("workflows.read", text.pages.pipeline, lazyRouteComponent(() => import("@/features/pipelines/PipelinePage"), "PipelinePage")),
});
const builder = createRoute({
  ...at("/pipelines/$pipelineId/versions/$versionId/edit"),
  validateSearch: readBuilderSearch,
  component: guarded("workflows.read", text.pages.builder, lazyRouteComponent(() => import("@/features/builder/BuilderPage"), "BuilderPage")),
});
const start = createRoute({
  ...at("/start"),
  validateSearch: readStartSearch,
  component: guarded("runs.start", text.pages.start, lazyRouteComponent(() => import("@/features/start/StartRunPage"), "StartRunPage")),
});
const workers = createRoute({ ...at("/workers"), component: guarded("workers.read", text.pages.workers, lazyRouteComponent(() => import("@/features/workers/WorkersPage"), "WorkersPage")) });
const approvals = createRoute({
  ...at("/approvals"),
  validateSearch: (search: Search): { run?: string | undefined; step?: string | undefined } => ({ run: one(search, "run"), step: one(search, "step") }),
  component: guarded("runs.read", text.pages.approvals, lazyRouteComponent(() => import("@/features/approvals/ApprovalsPage"), "ApprovalsPage")),
});
const triggers = createRoute({
  ...at("/triggers"),
  validateSearch: (search: Search): { tab?: "webhooks" | undefined; open?: string | undefined } => ({ tab: choice(search, "tab", ["webhooks"]), open: one(search, "open") }),
  component: guarded("triggers.read", text.pages.triggers, lazyRouteComponent(() => import("@/features/triggers/TriggersPage"), "TriggersPage")),
});
const connectors = createRoute({ ...at("/connectors"), component: guarded("connectors.read", text.pages.connectors, lazyRouteComponent(() => import("@/features/connectors/ConnectorsPage"), "ConnectorsPage")) });
const tenants = createRoute({
  ...at("/tenants"),
  validateSearch: (search: Search): { q?: string | undefined; open?: string | undefined } => ({ q: one(search, "q"), open: one(search, "open") }),
  component: guarded("tenant.read", text.pages.tenants, lazyRouteComponent(() => import("@/features/tenants/TenantsPage"), "TenantsPage")),
});
const providers = createRoute({
  ...at("/providers"),
  validateSearch: readProvidersSearch,
  component: guarded("costs.read", text.pages.providers, lazyRouteComponent(() => import("@/features/providers/ProvidersPage"), "ProvidersPage")),
});
const members = createRoute({
  ...at("/members"),
  validateSearch: readTenantSearch,
  component: guarded("members.manage", text.pages.members, lazyRouteComponent(() => import("@/features/members/MembersPage"), "MembersPage")),
});
const keys = createRoute({
  ...at("/keys"),
  validateSearch: readTenantSearch,
  component: guarded("keys.manage", text.pages.keys, lazyRouteComponent(() => import("@/features/keys/KeysPage"), "KeysPage")),
});
const audit = createRoute({
  ...at("/audit"),
  validateSearch: readAuditSearch,
  component: guarded("audit.read", text.pages.audit, lazyRouteComponent(() => import("@/features/audit/AuditPage"), "AuditPage")),
});
const signIn = createRoute({
  ...at("/sign-in"),
  // Only an address of this site: what it leads to is not for others to choose.
  validateSearch: (search: Search): { to?: string | undefined } => ({ to: localAddress(one(search, "to")) }),
  component: lazyRouteComponent(() => import("@/features/session/SignInPage"), "SignInPage"),
});
// What the link says stands behind #, which no server hears.
const decide = createRoute({ ...at("/decide"), component: lazyRouteComponent(() => import("@/features/approvals/DecidePage"), "DecidePage") });
const engine = createRoute({ ...at("/engine"), component: guarded("engine.read", text.pages.engine, lazyRouteComponent(() => import("@/features/engine/EnginePage"), "EnginePage")) });

export const router = createRouter({
  routeTree: root.addChildren([overview, runs, run, pipelines, pipeline, builder, start, workers, approvals, triggers, connectors, providers, tenants, members, keys, audit, engine, signIn, decide]),
  parseSearch,
  stringifySearch,
  defaultPreload: "intent",
  defaultPendingComponent: () => <SkeletonRows />,
  defaultPendingMs: 150,
  defaultErrorComponent: ({ error, reset }) => <Failure error={error} retry={reset} what={text.notFound.thisPage} />,
  scrollRestoration: true,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
