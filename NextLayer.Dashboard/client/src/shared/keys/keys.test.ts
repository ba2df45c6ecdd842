import { expect, it } from "vitest";
import { nameOfKey, Sequence } from "./keys";

const press = (timeStamp: number) => ({ timeStamp });

it("tells two keys in a row to everybody who hears the second", () => {
  const sequence = new Sequence();
  const [g, t] = [press(0), press(100)];
  expect([sequence.hear(g, "g"), sequence.hear(g, "g")]).toEqual([null, null]);
  expect([sequence.hear(t, "t"), sequence.hear(t, "t")]).toEqual(["g t", "g t"]);
});

it("takes one press that two parts hear for one", () => {
  const sequence = new Sequence();
  const t = press(0);
  sequence.hear(t, "t");
  expect(sequence.hear(t, "t")).toBeNull();
  expect(sequence.hear(press(50), "t")).toBe("t t");
});

it("lets a second key begin another two, unless it has done something", () => {
  const sequence = new Sequence();
  sequence.hear(press(0), "t");
  sequence.hear(press(100), "g");
  expect(sequence.hear(press(200), "r")).toBe("g r");
  sequence.hear(press(300), "g");
  sequence.hear(press(400), "t");
  sequence.done();
  expect(sequence.hear(press(500), "a")).toBeNull();
});

it("forgets the first key after a while", () => {
  const sequence = new Sequence();
  sequence.hear(press(0), "g");
  expect(sequence.hear(press(1000), "r")).toBeNull();
});

it.each([
  [{ key: "K", ctrlKey: true }, "mod+k"],
  [{ key: "E", shiftKey: true }, "E"],
  [{ key: "Tab", shiftKey: true }, "shift+Tab"],
])("names %j %s", (event, name) => expect(nameOfKey({ ctrlKey: false, metaKey: false, shiftKey: false, altKey: false, ...event })).toBe(name));
