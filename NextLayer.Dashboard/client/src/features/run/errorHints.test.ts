import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { HINTED, hintFor } from "./errorHints";

const documented = new Set(readFileSync(fileURLToPath(new URL("../../../../../docs/steps.md", import.meta.url)), "utf8").match(/\b[A-Z]+(_[A-Z]+)*\b/g));

// Of a code that is gone, nobody would ever read the hint.
it.each(HINTED.filter((code) => code !== "UNSUPPORTED_STEP"))("hints at %s, which a step reports", (code) => expect(documented).toContain(code));

it("keeps silent where it knows nothing better", () => expect(hintFor("SOMETHING_NEW")).toBeNull());
