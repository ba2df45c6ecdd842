import { useMemo } from "react";
import { text } from "@/shared/text";
import { absolute } from "@/shared/time/format";
import { Time } from "@/shared/time/Time";
import { clockChanges, wordOfChange } from "./clockChanges";
import type { ScheduleTimes } from "./triggerQueries";

const ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone;

/** Planned times in the schedule's own zone, and in the reader's where that is another; changes of the clocks stand out. */
export function TimesList({ times }: { times: ScheduleTimes }) {
  const changes = useMemo(() => clockChanges(times.times), [times]);
  const elsewhere = times.timezone !== ZONE;
  return (
    <ol className="tnum flex flex-col gap-1 text-xs">
      {times.times.map(({ at, local }) => {
        const change = changes.get(at);
        return (
          <li key={at} className="flex flex-wrap justify-between gap-x-3">
            <span>{local.slice(0, 16).replace("T", " ")}</span>
            <Time at={at} className="text-ink-3" />
            {elsewhere && <span className="basis-full text-ink-3">{text.schedules.here(absolute(Date.parse(at), "local").slice(0, 16))}</span>}
            {change !== undefined && <span className="basis-full font-medium text-warn">{text.schedules.clocksBefore(wordOfChange(change))}</span>}
          </li>
        );
      })}
    </ol>
  );
}
