import { expect, it } from "vitest";
import type { Worker } from "@/shared/api/types";
import { drainWarning, nobodyClaims } from "./draining";

const worker = (state: Worker["state"], running = 0) => ({ worker_id: "w", state, running_runs: running }) as Worker;

it("tells how much is left, and when nobody else is there", () => {
  expect(drainWarning(worker("live", 3), 2)[0]).toBe("It finishes its 3 runs and gets nothing new until it is resumed.");
  expect(drainWarning(worker("live", 1), 1)).toEqual([
    "It finishes its one run and gets nothing new until it is resumed.",
    "That holds when its process or the control plane is restarted.",
    "No other worker is live: queued runs will wait.",
  ]);
  expect(drainWarning(worker("gone"), 0)).toHaveLength(2);
});

it("says why queued runs wait", () => {
  expect(nobodyClaims([worker("gone"), worker("live")])).toBeNull();
  expect(nobodyClaims([worker("gone"), worker("drained")])).toBe("draining");
  expect(nobodyClaims([worker("gone")])).toBe("gone");
});
