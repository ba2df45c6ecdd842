import { expect, it } from "vitest";
import type { Run } from "@/shared/api/types";
import { toCsv } from "./exporting";

it("quotes what needs it and lets no cell begin a formula", () => {
  const csv = toCsv([{ id: "1", status: "FAILED", error_message: '=HYPERLINK("x"), "a"\nb', trigger_type: "@sum", parameters: { a: 1 } } as unknown as Run]);
  const [header, row] = csv.split("\r\n");

  expect(header?.startsWith("id,status,")).toBe(true);
  expect(row).toContain(`"'=HYPERLINK(""x""), ""a""\nb"`);
  expect(row).toContain(",'@sum,");
  expect(row).toContain(`"{""a"":1}"`);
});
