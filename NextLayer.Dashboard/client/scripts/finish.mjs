// After Vite: packs every text file with Brotli and gzip, and checks that the first view stays small.
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const FIRST_VIEW_LIMIT = 300_000;
const root = fileURLToPath(new URL("../../wwwroot/", import.meta.url));
const assets = join(root, "assets");

for (const name of readdirSync(assets)) {
  if (!/\.(js|css|svg)$/.test(name)) continue;
  const file = join(assets, name);
  const bytes = readFileSync(file);
  if (bytes.length < 1024) continue;
  const quality = bytes.length > 500_000 ? 9 : 11;
  writeFileSync(file + ".br", brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: quality } }));
  writeFileSync(file + ".gz", gzipSync(bytes, { level: 9 }));
}

const manifest = JSON.parse(readFileSync(join(root, ".vite/manifest.json"), "utf8"));
rmSync(join(root, ".vite"), { recursive: true });

// What a first visit to the start page loads: the entry, the overview's own part, all that these import, their styles, one font.
const seen = new Set();
const visit = (key) => {
  const chunk = manifest[key];
  if (!chunk || seen.has(chunk.file)) return;
  seen.add(chunk.file);
  for (const file of chunk.css ?? []) seen.add(file);
  for (const next of chunk.imports ?? []) visit(next);
};
visit("index.html");
for (const key of Object.keys(manifest)) if (/features\/overview\/OverviewPage\.tsx$/.test(key)) visit(key);
const packedSize = (file) => {
  try {
    return statSync(join(root, file + ".gz")).size;
  } catch {
    return statSync(join(root, file)).size;
  }
};
const fonts = readdirSync(assets).filter((name) => /inter-latin-wght-normal.*\.woff2$/.test(name)).map((name) => `assets/${name}`);
const first = [...seen, ...fonts].reduce((sum, file) => sum + packedSize(file), 0);
if (first > FIRST_VIEW_LIMIT) {
  console.error(`The first view is ${first} bytes compressed; at most ${FIRST_VIEW_LIMIT} are allowed.`);
  process.exit(1);
}
console.log(`First view: ${Math.round(first / 1000)} kB compressed of ${FIRST_VIEW_LIMIT / 1000} kB allowed.`);
