// Copies the browser libraries from node_modules into static/vendor, each under a name with its version, and builds
// the chat of a clinic's site (static/webchat/src) into static/webchat, so that a browser may keep them for ever. Run by
// `npm ci && npm run build`; the result is committed.
import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { basename } from "node:path";
import { build, transform } from "esbuild";

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
const echarts = await versionOf("echarts");

/** Only the charts that the reports draw: the whole library is twice as large. */
const charts = await build({
  stdin: {
    contents: `
      import { BarChart, HeatmapChart, LineChart } from "echarts/charts";
      import { AriaComponent, GridComponent, LegendComponent, TooltipComponent, VisualMapComponent } from "echarts/components";
      import * as core from "echarts/core";
      import { SVGRenderer } from "echarts/renderers";
      core.use([BarChart, HeatmapChart, LineChart, AriaComponent, GridComponent, LegendComponent, TooltipComponent,
        VisualMapComponent, SVGRenderer]);
      export const init = core.init;`,
    resolveDir: new URL(".", import.meta.url).pathname,
  },
  bundle: true,
  minify: true,
  write: false,
  format: "iife",
  globalName: "echarts",
  legalComments: "none",
});

const outputs = {
  [`echarts-${echarts}.min.js`]: charts.outputFiles[0].text,
  "echarts.LICENSE.txt": await readFile(new URL("echarts/LICENSE", MODULES), "utf8"),
  "echarts.NOTICE.txt": await readFile(new URL("echarts/NOTICE", MODULES), "utf8"),
  [`htmx-${htmx}.min.js`]: (await readFile(new URL("htmx.org/dist/htmx.min.js", MODULES), "utf8"))
    // The map is not shipped, and a browser's tools would report its absence on every page.
    .replace(/\n?\/\/# sourceMappingURL=.*\s*$/, "\n"),
  "htmx.LICENSE.txt": await readFile(new URL("htmx.org/LICENSE", MODULES), "utf8").catch(() => "BSD-0-Clause\n"),
  [`lucide-${lucide}.svg`]: await sprite(),
  "lucide.LICENSE.txt": await readFile(new URL("lucide-static/LICENSE", MODULES), "utf8"),
  "react.LICENSE.txt": await readFile(new URL("react/LICENSE", MODULES), "utf8"),
  "xyflow.LICENSE.txt": await readFile(new URL("@xyflow/react/LICENSE", MODULES), "utf8"),
  // Its code stands inside the chat's panel.
  "preact.LICENSE.txt": await readFile(new URL("preact/LICENSE", MODULES), "utf8"),
};

await mkdir(VENDOR, { recursive: true });
for (const name of await readdir(VENDOR)) {
  if (name !== "icons.txt" && !(name in outputs)) await rm(new URL(name, VENDOR));
}
for (const [name, text] of Object.entries(outputs)) await writeFile(new URL(name, VENDOR), text);
console.log(Object.keys(outputs).join("\n"));

const CHAT = new URL("static/webchat/", import.meta.url);
const SOURCES = new URL("src/", CHAT);
const BUILT = new URL("built/", CHAT);
const inSources = (name) => new URL(name, SOURCES).pathname;

/** A style that a script imports is its text, made small. */
const styleAsText = {
  name: "style-as-text",
  setup(builder) {
    builder.onLoad({ filter: /loader\.css$/ }, async ({ path }) => {
      const { code } = await transform(await readFile(path, "utf8"), { loader: "css", minify: true });
      return { contents: code.trim(), loader: "text" };
    });
  },
};

/** Builds entries into built/ under names with the hash of what they hold; returns those names. */
async function chatPart(entryPoints, define = {}) {
  const { metafile } = await build({
    entryPoints: entryPoints.map(inSources),
    outdir: BUILT.pathname,
    bundle: true,
    minify: true,
    format: "esm",
    splitting: true,
    target: ["es2022", "safari16.4"],
    charset: "utf8",
    entryNames: "[name]-[hash]",
    chunkNames: "[name]-[hash]",
    jsx: "automatic",
    jsxImportSource: "preact",
    legalComments: "none",
    metafile: true,
    define,
  });
  const made = Object.entries(metafile.outputs).map(([path, { entryPoint }]) => [entryPoint, basename(path)]);
  return Object.fromEntries(made.filter(([entry]) => entry).map(([entry, path]) => [basename(entry), path]));
}

/** Tells of what the build was made, so that a test without Node sees when somebody forgot it. */
async function sourcesHash(folder = SOURCES) {
  const sum = createHash("sha256");
  const names = (await readdir(folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => `${entry.parentPath.replace(/\/$/, "")}/${entry.name}`)
    .sort();
  for (const name of names) sum.update(await readFile(name));
  return sum.digest("hex");
}

/** Builds the page on which flows are drawn; its names hold the hash of what they hold. */
async function flowEditor() {
  const own = new URL("static/flows/", import.meta.url);
  const built = new URL("built/", own);
  await rm(built, { recursive: true, force: true });
  const { metafile } = await build({
    entryPoints: ["src/editor.jsx", "src/editor.css"].map((name) => new URL(name, own).pathname),
    outdir: built.pathname,
    bundle: true,
    minify: true,
    format: "esm",
    target: ["es2022", "safari16.4"],
    charset: "utf8",
    entryNames: "[name]-[hash]",
    jsx: "automatic",
    legalComments: "none",
    metafile: true,
    define: { "process.env.NODE_ENV": '"production"' },
  });
  const made = Object.keys(metafile.outputs).map((path) => basename(path));
  const [style, script] = [".css", ".js"].map((end) => made.find((name) => name.endsWith(end)));
  await writeFile(new URL("sources.txt", built), `${await sourcesHash(new URL("src/", own))}\n`);
  await writeFile(
    new URL("templates/inbox/flows/_built.html", import.meta.url),
    `{% load static %}{# Written by npm run build. #}
<link rel="stylesheet" href="{% static 'flows/built/${style}' %}">
<script type="module" src="{% static 'flows/built/${script}' %}"></script>
`,
  );
  console.log(made.join("\n"));
}

await flowEditor();
await rm(BUILT, { recursive: true, force: true });
await build({
  entryPoints: [inSources("loader.js")],
  outfile: new URL("webchat.js", CHAT).pathname,
  bundle: true,
  minify: true,
  format: "iife",
  target: ["es2022", "safari16.4"],
  charset: "utf8",
  plugins: [styleAsText],
});
const { "work.js": work } = await chatPart(["work.js"]);
const panel = await chatPart(["panel.jsx", "panel.css"], { WORK: JSON.stringify(`./${work}`) });
await writeFile(new URL("sources.txt", BUILT), `${await sourcesHash()}\n`);
await writeFile(
  new URL("templates/chat/_built.html", import.meta.url),
  `{% load static %}{# Written by npm run build. #}
<link rel="stylesheet" href="{% static 'webchat/built/${panel["panel.css"]}' %}">
<script type="module" src="{% static 'webchat/built/${panel["panel.jsx"]}' %}"></script>
`,
);
console.log(["webchat.js", ...(await readdir(BUILT))].join("\n"));
