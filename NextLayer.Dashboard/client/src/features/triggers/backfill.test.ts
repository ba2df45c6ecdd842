import { expect, it } from "vitest";
import { inputTime, momentOf, progressOf, timesWord } from "./backfill";
import type { Backfill } from "./triggerQueries";

const time = (run_status: Backfill["times"][number]["run_status"], run_id: string | null = "r") => ({ at: "", local: "", state: "existing", run_id, run_status }) as Backfill["times"][number];

it("reads a field as the moment that was put into it", () => {
  const moment = Date.UTC(2026, 2, 29, 1, 30);
  expect(momentOf(inputTime(moment))).toBe("2026-03-29T01:30:00.000Z");
  expect(momentOf("")).toBeNull();
});

it("says how many times have no run", () => {
  expect(timesWord([time(null, null)])).toBe("One planned time, none with a run");
  expect(timesWord([time(null, null), time("completed")])).toBe("2 planned times, 1 without a run");
  expect(timesWord([time("completed"), time("failed")])).toBe("2 planned times, each with a run");
});

it("counts runs that have ended, and how", () => {
  expect(progressOf([time("pending"), time("completed"), time("failed"), time(null, null)])).toEqual({ total: 3, ended: 2, failed: 1 });
});
