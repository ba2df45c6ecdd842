import { text } from "../text";
import type { FileWish } from "./schema";

/** A call to start a run may have 2 MiB, and Base64 makes four bytes of three: so much leaves room for all else. */
export const MOST_BYTES = 1_000_000;

/** The text that stands for a file. */
export async function readFile(file: File, as: FileWish["as"]): Promise<string> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  if (as === "base64") return toBase64(bytes);
  if (as === "data-url") return `data:${file.type || "application/octet-stream"};base64,${toBase64(bytes)}`;
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new Error(text.form.file.notText(file.name));
  }
}

export function toBase64(bytes: Uint8Array): string {
  let text = "";
  // As many arguments as every browser takes.
  for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return btoa(text);
}

/** Bytes of the file behind a text. */
export function decodeSize(value: string, as: FileWish["as"]): number {
  if (as === "text") return new TextEncoder().encode(value).length;
  const code = value.slice(value.indexOf(",") + 1);
  return Math.floor((code.replace(/=+$/, "").length * 3) / 4);
}

export function sizeWord(bytes: number): string {
  return bytes < 1000 ? text.form.file.bytes(bytes) : bytes < 1_000_000 ? text.form.file.kilobytes(Math.round(bytes / 1000)) : text.form.file.megabytes((bytes / 1_000_000).toFixed(1));
}
