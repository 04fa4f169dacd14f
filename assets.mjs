// Copies the browser libraries from node_modules into static/vendor, each under a name with its version, so
// that a browser may keep them for ever. Run by `npm ci && npm run build`; the result is committed.
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";

const VENDOR = new URL("static/vendor/", import.meta.url);
const MODULES = new URL("node_modules/", import.meta.url);
const ICONS = new URL("static/vendor/icons.txt", import.meta.url);

const versionOf = async (name) => JSON.parse(await readFile(new URL(`${name}/package.json`, MODULES), "utf8")).version;

/** One sprite with just the icons that icons.txt names; the whole set is half a megabyte. */
async function sprite() {
  const names = (await readFile(ICONS, "utf8")).split("\n").filter((line) => line && !line.startsWith("#"));
  const symbols = await Promise.all(
    [...new Set(names)].sort().map(async (name) => {
      const svg = await readFile(new URL(`lucide-static/icons/${name}.svg`, MODULES), "utf8");
      const shapes = svg.slice(svg.indexOf(">", svg.indexOf("<svg")) + 1, svg.lastIndexOf("</svg>"));
      return `<symbol id="${name}" viewBox="0 0 24 24">${shapes.replace(/\s*\n\s*/g, "")}</symbol>`;
    }),
  );
  return `<!-- Lucide, ISC licence, see lucide.LICENSE.txt -->
<svg xmlns="http://www.w3.org/2000/svg">\n${symbols.join("\n")}\n</svg>\n`;
}

const htmx = await versionOf("htmx.org");
const lucide = await versionOf("lucide-static");
const outputs = {
  [`htmx-${htmx}.min.js`]: (await readFile(new URL("htmx.org/dist/htmx.min.js", MODULES), "utf8"))
    // The map is not shipped, and a browser's tools would report its absence on every page.
    .replace(/\n?\/\/# sourceMappingURL=.*\s*$/, "\n"),
  "htmx.LICENSE.txt": await readFile(new URL("htmx.org/LICENSE", MODULES), "utf8").catch(() => "BSD-0-Clause\n"),
  [`lucide-${lucide}.svg`]: await sprite(),
  "lucide.LICENSE.txt": await readFile(new URL("lucide-static/LICENSE", MODULES), "utf8"),
};

await mkdir(VENDOR, { recursive: true });
for (const name of await readdir(VENDOR)) {
  if (name !== "icons.txt" && !(name in outputs)) await rm(new URL(name, VENDOR));
}
for (const [name, text] of Object.entries(outputs)) await writeFile(new URL(name, VENDOR), text);
console.log(Object.keys(outputs).join("\n"));
