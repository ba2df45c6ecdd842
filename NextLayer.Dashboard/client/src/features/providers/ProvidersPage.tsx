import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { Coins, Play } from "lucide-react";
import { useState } from "react";
import { useOneTenant } from "@/shared/api/oneTenant";
import { connectorsQuery, tenantQuery } from "@/shared/api/queries";
import type { Connector, Tenant } from "@/shared/api/types";
import { RUN_LOOKS } from "@/shared/status/status";
import { text } from "@/shared/text";
import { count, duration } from "@/shared/time/format";
import { Time } from "@/shared/time/Time";
import { Button } from "@/shared/ui/Button";
import { shortId } from "@/shared/ui/Copy";
import { Segments, Select } from "@/shared/ui/Form";
import { Card, Page, TABLE, TD, TH } from "@/shared/ui/Page";
import { Empty, Failure, Skeleton, SkeletonRows } from "@/shared/ui/States";
import { Status, Tag } from "@/shared/ui/Status";
import { CostChart } from "./CostChart";
import { costsQuery, providerPipelinesQuery, providerRunsQuery, RUN_STATUS_OF, utcDay, type ProviderPipeline } from "./providerQueries";
import { QuotaCard } from "./QuotaCard";
import { RunDialog } from "./RunDialog";

const route = getRouteApi("/providers");
const WINDOW_WORDS = [["7d", text.providers.windows.week], ["30d", text.providers.windows.month], ["90d", text.providers.windows.quarter]] as const;

export function ProvidersPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const { tenantId, picker, error } = useOneTenant(search);
  const tenant = useQuery({ ...tenantQuery(tenantId ?? ""), enabled: tenantId !== null });
  const window = search.window ?? "30d";
  return (
    <Page
      title={text.pages.providers}
      note={text.providers.note}
      actions={
        <>
          {picker}
          <Segments label={text.providers.window} value={window} options={WINDOW_WORDS} onChange={(value) => void navigate({ search: (old) => ({ ...old, window: value === "30d" ? undefined : (value as typeof window) }), replace: true })} />
        </>
      }
    >
      {error || tenant.isError ? (
        <Failure error={error ?? tenant.error} what={text.things.tenant} retry={() => void tenant.refetch()} />
      ) : !tenant.data ? (
        <SkeletonRows />
      ) : (
        <>
          <div className="grid grid-cols-1 gap-4 xl:grid-cols-[minmax(0,1fr)_22rem]">
            <CostsCard tenantId={tenant.data.id} length={Number(window.slice(0, -1))} />
            <QuotaCard tenantId={tenant.data.id} />
          </div>
          <Pipelines tenant={tenant.data} />
          <RecentRuns tenant={tenant.data} />
        </>
      )}
    </Page>
  );
}

function CostsCard({ tenantId, length }: { tenantId: string; length: number }) {
  const [chosen, setChosen] = useState<string | null>(null);
  const now = Date.now();
  const query = useQuery(costsQuery(tenantId, utcDay(now, length - 1), utcDay(now)));
  const currencies = [...new Set(query.data?.totals.map((each) => each.currency))];
  const currency = chosen && currencies.includes(chosen) ? chosen : currencies[0];
  const days = Array.from({ length }, (_, index) => utcDay(now, length - 1 - index));
  return (
    <Card
      title={text.providers.costs.title}
      actions={
        currencies.length > 1 && (
          <Select aria-label={text.providers.costs.currency} value={currency} onChange={(event) => setChosen(event.target.value)}>
            {currencies.map((each) => (
              <option key={each}>{each}</option>
            ))}
          </Select>
        )
      }
    >
      {query.data ? (
        currency ? (
          <CostChart costs={query.data} currency={currency} days={days} />
        ) : (
          <Empty icon={Coins} title={text.providers.costs.empty.title}>
            {text.providers.costs.empty.meaning}
          </Empty>
        )
      ) : query.isError ? (
        <Failure error={query.error} what={text.things.costs} retry={() => void query.refetch()} />
      ) : (
        <Skeleton className="h-48" />
      )}
    </Card>
  );
}

function Pipelines({ tenant }: { tenant: Tenant }) {
  const query = useQuery(providerPipelinesQuery());
  const connectors = useQuery(connectorsQuery(tenant.id)).data?.items ?? [];
  const [running, setRunning] = useState<ProviderPipeline | null>(null);
  const fitting = (pipeline: ProviderPipeline) => connectors.filter((each) => each.connector_type === pipeline.connector_type && each.status === "ACTIVE");
  return (
    <Card title={text.pages.pipelines} bare>
      {query.data ? (
        <ul>
          {query.data.map((pipeline) => (
            <Row key={pipeline.id} tenant={tenant} pipeline={pipeline} connectors={fitting(pipeline)} onRun={() => setRunning(pipeline)} />
          ))}
        </ul>
      ) : query.isError ? (
        <Failure error={query.error} what={text.things.pipelines} retry={() => void query.refetch()} />
      ) : (
        <SkeletonRows rows={3} />
      )}
      {running && <RunDialog tenant={tenant} pipeline={running} connectors={fitting(running)} onClose={() => setRunning(null)} />}
    </Card>
  );
}

function Row({ tenant, pipeline, connectors, onRun }: { tenant: Tenant; pipeline: ProviderPipeline; connectors: readonly Connector[]; onRun: () => void }) {
  const unpaid = tenant.billing_status !== "active" && tenant.billing_status !== "trialing";
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-2 border-b border-line px-4 py-3 last:border-0">
      <div className="min-w-0 flex-1 basis-56">
        <p className="flex flex-wrap items-center gap-x-2 gap-y-0.5 font-medium">
          {pipeline.name} <span className="font-mono text-2xs font-normal text-ink-3">{[pipeline.provider, pipeline.domain, pipeline.pipeline].filter(Boolean).join("/")}</span>
        </p>
        <p className="text-xs text-ink-2">{pipeline.description}</p>
      </div>
      {!pipeline.enabled ? (
        <Tag tone="cancelled">{text.providers.off}</Tag>
      ) : unpaid ? (
        <Tag tone="paused">{text.providers.unpaid(tenant.billing_status.replace("_", " "))}</Tag>
      ) : connectors.length > 0 ? (
        <Tag tone="succeeded">{text.providers.connected}</Tag>
      ) : (
        <Link to="/connectors" className="text-xs text-accent-ink underline underline-offset-2">
          {text.providers.needsConnector(pipeline.connector_type)}
        </Link>
      )}
      <Button icon={Play} needs="runs.start" tenant={tenant.id} disabled={!pipeline.enabled || unpaid || connectors.length === 0} onClick={onRun}>
        {text.providers.runAsk}
      </Button>
    </li>
  );
}

function RecentRuns({ tenant }: { tenant: Tenant }) {
  const query = useQuery(providerRunsQuery(tenant.id, tenant.slug));
  return (
    <Card title={text.providers.lastRuns} bare>
      {!query.data ? (
        query.isError ? (
          <Failure error={query.error} what={text.things.runs} retry={() => void query.refetch()} />
        ) : (
          <SkeletonRows rows={4} />
        )
      ) : query.data.length === 0 ? (
        <p className="px-4 py-6 text-center text-sm text-ink-2">{text.providers.noRuns}</p>
      ) : (
        <div role="region" aria-label={text.providers.lastRuns} tabIndex={0} className="overflow-x-auto ring-inset-focus [&_tbody_tr:last-child_td]:border-b-0">
          <table className={TABLE}>
            <thead>
              <tr>
                <th className={TH}>{text.common.run}</th>
                <th className={TH}>{text.common.state}</th>
                <th className={TH}>{text.common.pipeline}</th>
                <th className={TH}>{text.providers.day}</th>
                <th className={`${TH} text-right`}>{text.providers.rows}</th>
                <th className={`${TH} max-sm:hidden`}>{text.providers.took}</th>
                <th className={`${TH} max-sm:hidden`}>{text.providers.started}</th>
              </tr>
            </thead>
            <tbody>
              {query.data.map((run) => (
                <tr key={run.run_id} className="hover:bg-hover">
                  <td className={TD}>
                    <Link to="/runs/$runId" params={{ runId: run.run_id }} className="font-mono text-xs text-accent-ink hover:underline">
                      {shortId(run.run_id)}
                    </Link>
                  </td>
                  <td className={TD} title={run.error_message ?? undefined}>
                    <Status look={RUN_LOOKS[RUN_STATUS_OF[run.status]]} />
                  </td>
                  <td className={TD}>{run.pipeline_id}</td>
                  <td className={`${TD} tnum whitespace-nowrap`}>{run.date ?? "–"}</td>
                  <td className={`${TD} tnum text-right`}>{run.rows_processed === null ? "–" : count(run.rows_processed)}</td>
                  <td className={`${TD} tnum max-sm:hidden`}>{run.duration_seconds === null ? "–" : duration(run.duration_seconds * 1000)}</td>
                  <td className={`${TD} max-sm:hidden`}>
                    <Time at={run.created_at} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Card>
  );
}
