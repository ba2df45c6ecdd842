import { expect, it } from "vitest";
import { whyNotAgain } from "./redelivery";
import type { Delivery } from "./triggerQueries";

const call = (verdict: Delivery["verdict"], can_redeliver = true) => ({ verdict, can_redeliver }) as Delivery;

it("lets genuine calls whose body is kept be delivered again", () => {
  expect(whyNotAgain(call("accepted"), true)).toBeNull();
  expect(whyNotAgain(call("invalid_input"), true)).toBeNull();
});

it("says why another cannot", () => {
  expect(whyNotAgain(call("bad_signature", false), true)).toContain("signature");
  expect(whyNotAgain(call("disabled", false), true)).toContain("genuine");
  expect(whyNotAgain(call("duplicate", false), true)).toContain("earlier");
  expect(whyNotAgain(call("accepted", false), true)).toContain("not kept");
  expect(whyNotAgain(call("accepted"), false)).toContain("disabled");
});
