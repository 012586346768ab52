// Bundles the caller's page and the bench's page into dist/, with fixed file names: `node scripts/build-pages.mjs`.
import { copyFile, mkdir, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = dirname(dirname(fileURLToPath(import.meta.url)));

const PAGES = [
  { from: "gateway/web", to: "dist/gateway/web", name: "caller-page" },
  { from: "bench/page", to: "dist/bench/page", name: "bench-page" },
];

/** A page that grows past this has pulled in something it should not, such as zod (400 kB). */
const MAX_SCRIPT_BYTES = 150_000;

async function buildPage({ from, to, name }) {
  await mkdir(join(root, to), { recursive: true });
  await build({
    absWorkingDir: root,
    entryPoints: [`${from}/${name}.tsx`, `${from}/${name}.css`],
    outdir: to,
    bundle: true,
    minify: true,
    format: "esm",
    target: ["chrome109", "firefox115", "safari16"],
    jsx: "automatic",
    jsxImportSource: "preact",
    tsconfigRaw: {},
    logLevel: "warning",
  });
  await copyFile(join(root, from, "index.html"), join(root, to, "index.html"));
  await copyFile(join(root, "gateway/web/icon.svg"), join(root, to, "icon.svg"));
  await reportSizes(to, name);
}

async function reportSizes(to, name) {
  for (const ending of ["js", "css"]) {
    const file = join(to, `${name}.${ending}`);
    const { size } = await stat(join(root, file));
    console.log(`${file}  ${(size / 1024).toFixed(1)} kB`);
    if (size > MAX_SCRIPT_BYTES) throw new Error(`${file} is ${size} bytes, over ${MAX_SCRIPT_BYTES}`);
  }
}

try {
  await Promise.all(PAGES.map(buildPage));
} catch (failure) {
  console.error(`build-pages: ${failure.message}`);
  process.exit(1);
}
