// Bundles the page into a folder: node build.mjs [FOLDER]. Each file gets a compressed sibling, and the total is printed.
import { build } from "esbuild";
import { cpSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const here = dirname(fileURLToPath(import.meta.url));
const out = resolve(process.argv[2] ?? join(here, "dist"));
for (const made of ["assets", "index.html", "index.html.gz"]) rmSync(join(out, made), { recursive: true, force: true });
mkdirSync(join(out, "assets"), { recursive: true });

await build({
  absWorkingDir: here,
  entryPoints: { app: "src/main.tsx", style: "src/style/all.css" },
  outdir: join(out, "assets"),
  bundle: true,
  minify: true,
  format: "esm",
  target: ["chrome123", "firefox120", "safari17.5"],
  jsx: "automatic",
  jsxImportSource: "preact",
  legalComments: "none",
  logLevel: "warning",
});
cpSync(join(here, "index.html"), join(out, "index.html"));
cpSync(join(here, "icon.svg"), join(out, "assets/icon.svg"));

let total = 0;
for (const name of readdirSync(out, { recursive: true })) {
  const file = join(out, name);
  if (!statSync(file).isFile()) continue;
  const packed = gzipSync(readFileSync(file), { level: 9 });
  writeFileSync(`${file}.gz`, packed);
  total += packed.length;
}
console.log(`web: ${(total / 1024).toFixed(1)} KB compressed, in ${out}`);
