import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { post, sentenceOf } from "@/shared/api/http";
import { text } from "@/shared/text";
import { TimesList } from "./TimesList";
import type { ScheduleTimes } from "./triggerQueries";

/** When a schedule that is being written will come next. */
export function SchedulePreview({ cron, zone, tenantId }: { cron: string; zone: string; tenantId: string | undefined }) {
  const [asked, setAsked] = useState({ cron, zone });
  useEffect(() => {
    const timer = setTimeout(() => setAsked({ cron, zone }), 300);
    return () => clearTimeout(timer);
  }, [cron, zone]);
  const query = useQuery({
    queryKey: ["preview", asked],
    queryFn: ({ signal }) => post<ScheduleTimes>("/api/v1/triggers/schedule/preview", { cron: asked.cron, timezone: asked.zone }, { tenantId, signal }),
    retry: false,
    enabled: asked.cron.trim() !== "",
  });
  return (
    <section aria-label={text.schedules.nextTimes} className="rounded-lg bg-sunken p-3 text-xs">
      <h3 className="mb-1.5 font-medium text-ink-2">{text.schedules.nextTimes}</h3>
      {query.isError ? <p className="text-[var(--s-failed)]">{sentenceOf(query.error)}</p> : query.data && <TimesList times={query.data} />}
    </section>
  );
}
