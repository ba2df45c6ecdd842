import { expect, it } from "vitest";
import { decodeSize, readFile, sizeWord, toBase64 } from "./files";

const file = (bytes: number[], type = "") => new File([new Uint8Array(bytes)], "a.bin", { type });

it("reads files as a schema wants them", async () => {
  expect(await readFile(file([104, 105]), "text")).toBe("hi");
  expect(await readFile(file([0, 255]), "base64")).toBe("AP8=");
  expect(await readFile(file([0, 255], "image/png"), "data-url")).toBe("data:image/png;base64,AP8=");
  await expect(readFile(file([255, 254, 0]), "text")).rejects.toThrow("is no text");
});

it("takes files of many bytes", () => expect(atob(toBase64(new Uint8Array(1_000_000).fill(7)))).toHaveLength(1_000_000));

it.each([1, 2, 3, 4])("knows that %d bytes stand behind the text", (size) => {
  const code = toBase64(new Uint8Array(size));
  expect([decodeSize(code, "base64"), decodeSize(`data:;base64,${code}`, "data-url")]).toEqual([size, size]);
});

it.each([[999, "999 bytes"], [1500, "2 kB"], [1_250_000, "1.3 MB"]])("calls %d %s", (size, word) => expect(sizeWord(size)).toBe(word));
