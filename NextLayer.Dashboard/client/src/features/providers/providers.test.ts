import { expect, it } from "vitest";
import { money, utcDay } from "./providerQueries";

it("writes money with its currency, to the cent, and tiny amounts in full", () => {
  expect(money("1234.5", "USD")).toBe("$1,234.50");
  expect(money("0.0004", "USD")).toBe("$0.0004");
  expect(money("0", "EUR")).toBe("€0.00");
  expect(money("-3.2", "USD")).toBe("-$3.20");
});

it("loses no digit of what no floating-point number holds", () => expect(money("90071992547409931.25", "USD")).toBe("$90,071,992,547,409,931.25"));

it("bears a currency that nobody knows", () => expect(money("5", "??")).toBe("5 ??"));

it("counts days in UTC", () => {
  expect(utcDay(Date.parse("2026-03-01T00:30:00Z"))).toBe("2026-03-01");
  expect(utcDay(Date.parse("2026-03-01T00:30:00Z"), 1)).toBe("2026-02-28");
});
