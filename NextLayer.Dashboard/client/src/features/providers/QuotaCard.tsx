import { useQuery } from "@tanstack/react-query";
import { text } from "@/shared/text";
import { count, duration } from "@/shared/time/format";
import { exact } from "@/shared/time/Time";
import { useNow } from "@/shared/time/useNow";
import { Card } from "@/shared/ui/Page";
import { Failure, Skeleton } from "@/shared/ui/States";
import { usageQuery, type Usage } from "./providerQueries";

/** Runs of today against what the tenant may make a day, and the days before. */
export function QuotaCard({ tenantId }: { tenantId: string }) {
  const query = useQuery(usageQuery(tenantId));
  return (
    <Card title={text.providers.quota.title}>
      {query.data ? <Quota usage={query.data} /> : query.isError ? <Failure error={query.error} what={text.things.quota} retry={() => void query.refetch()} /> : <Skeleton className="h-28" />}
    </Card>
  );
}

function Quota({ usage }: { usage: Usage }) {
  const now = useNow();
  const limit = usage.daily_run_limit;
  const share = limit ? Math.min(1, usage.used / limit) : limit === 0 ? 1 : 0;
  const tone = share >= 1 ? "failed" : share >= 0.8 ? "paused" : "running";
  const resets = Date.parse(usage.resets_at);
  const most = Math.max(1, ...usage.days.map((day) => day.runs));
  return (
    <div className="flex flex-col gap-4">
      <div>
        <p className="flex items-baseline gap-2">
          <span className="tnum text-xl font-semibold">{count(usage.used)}</span>
          <span className="text-sm text-ink-2">{limit === null ? text.providers.quota.unlimited : text.providers.quota.left(count(limit), count(usage.remaining ?? 0))}</span>
        </p>
        {limit !== null && (
          <div className="mt-2 h-2 overflow-hidden rounded-full bg-line" role="img" aria-label={text.providers.quota.used(Math.round(share * 100))}>
            <div className="h-full rounded-full" style={{ width: `${share * 100}%`, backgroundColor: `var(--s-${tone})` }} />
          </div>
        )}
        <p className="mt-1.5 text-xs text-ink-3" title={exact(resets)}>
          {(share >= 1 ? text.providers.quota.exhausted : text.providers.quota.resets)(duration(Math.max(0, Math.ceil((resets - now) / 60_000) * 60_000)))}
        </p>
      </div>
      <div>
        <div role="img" aria-label={text.providers.quota.days} className="flex h-14 items-end gap-px">
          {usage.days.map((day) => (
            <div key={day.day} title={text.providers.quota.day(day.day, count(day.runs), day.and_more ? "+" : "")} className="min-w-0 flex-1 rounded-t-xs bg-[color-mix(in_oklab,var(--s-running)_70%,transparent)]" style={{ height: `${(day.runs / most) * 100}%`, minHeight: day.runs > 0 ? 2 : 0 }} />
          ))}
        </div>
        <p className="tnum mt-1 flex justify-between text-2xs text-ink-3">
          <span>{usage.days[0]?.day}</span>
          <span>{text.providers.quota.today}</span>
        </p>
      </div>
    </div>
  );
}
