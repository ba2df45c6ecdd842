import { expect, it } from "vitest";
import { fitColumns, tracksOf } from "./fitColumns";

const columns = [
  { key: "status", rem: 8, spare: 0 },
  { key: "worker", rem: 6, grow: 1, spare: 2 },
  { key: "note", rem: 8, grow: 2, spare: 1 },
];
const keys = (width: number) => fitColumns(columns, width).map((column) => column.key);

it("keeps all where there is room", () => expect(keys(1000)).toEqual(["status", "worker", "note"]));
it("leaves out what can be spared first, in the order of the rest", () => expect(keys(440)).toEqual(["status", "note"]));
it("never leaves out what always stays", () => expect(keys(10)).toEqual(["status"]));
it("gives what is left over to those that grow", () => expect(tracksOf(columns)).toBe("2rem 8rem minmax(6rem, 1fr) minmax(8rem, 2fr) 2rem"));
