// The charts of a report, drawn from the numbers that stand in the page beside their table.
import { el, say } from "./fragments.js";
import { startNotices } from "./notices.js";
import { startRail } from "./rail.js";
import { connect } from "./socket.js";
import { refreshStanding, startStanding } from "./standing.js";

const drawn = [];

function colour(name) {
  // A custom property tells both themes' colours; what the browser made of it is asked of an element.
  const probe = document.createElement("i");
  probe.style.color = `var(${name})`;
  document.body.append(probe);
  const found = getComputedStyle(probe).color;
  probe.remove();
  return found;
}

function palette() {
  return ["--accent", "--warning", "--info", "--danger"].map(colour);
}

// The content policy lets no markup of the library carry styles, so that its hints are drawn, not written.
function hint(trigger) {
  return {
    trigger,
    renderMode: "richText",
    confine: true,
    backgroundColor: colour("--surface-raised"),
    textStyle: { color: colour("--text") },
  };
}

function axis(more) {
  const muted = colour("--text-muted");
  return {
    axisLabel: { color: muted },
    axisLine: { lineStyle: { color: colour("--line-strong") } },
    splitLine: { lineStyle: { color: colour("--line") } },
    ...more,
  };
}

function common(data) {
  return {
    animation: false,
    color: palette(),
    aria: { enabled: true, decal: { show: matchMedia("(prefers-contrast: more)").matches } },
    grid: { left: 8, right: 16, top: data.series?.length > 1 ? 36 : 12, bottom: 8, containLabel: true },
    legend: data.series?.length > 1 ? { top: 0, textStyle: { color: colour("--text") } } : undefined,
  };
}

function lines(data) {
  return {
    ...common(data),
    tooltip: hint("axis"),
    xAxis: axis({ type: "category", data: data.labels, boundaryGap: data.labels.length < 2 }),
    yAxis: axis({ type: "value", minInterval: 1 }),
    series: data.series.map((one) => ({
      type: "line",
      name: one.name,
      data: one.values,
      symbolSize: 6,
      lineStyle: { width: 2 },
    })),
  };
}

function stacked(data) {
  return {
    ...common(data),
    tooltip: hint("axis"),
    xAxis: axis({ type: "value", minInterval: 1 }),
    yAxis: axis({
      type: "category",
      data: data.labels,
      inverse: true,
      axisLabel: { color: colour("--text"), width: 110, overflow: "truncate" },
    }),
    series: data.series.map((one) => ({
      type: "bar",
      name: one.name,
      data: one.values,
      stack: "tudo",
      barMaxWidth: 22,
    })),
  };
}

function heat(data) {
  const most = Math.max(1, ...data.values.map((value) => value[2]));
  return {
    ...common(data),
    tooltip: hint("item"),
    xAxis: axis({ type: "category", data: data.labels, splitArea: { show: true } }),
    yAxis: axis({ type: "category", data: data.rows, inverse: true, splitArea: { show: true } }),
    visualMap: { min: 0, max: most, show: false, inRange: { color: [colour("--surface"), colour("--accent")] } },
    series: [{ type: "heatmap", data: data.values, itemStyle: { borderColor: colour("--surface"), borderWidth: 1 } }],
  };
}

const KINDS = { lines, stacked, heat };

function draw(place) {
  const data = JSON.parse(el(place.dataset.chart).textContent);
  if (data.kind === "stacked") place.style.blockSize = `${Math.max(6, 2.4 * data.labels.length + 4)}rem`;
  const chart = globalThis.echarts.init(place, null, { renderer: "svg" });
  chart.setOption(KINDS[data.kind](data));
  drawn.push([chart, data]);
}

function redraw() {
  for (const [chart, data] of drawn) chart.setOption(KINDS[data.kind](data), true);
}

function onEvent(event) {
  if (event.data?.member === document.body.dataset.member) refreshStanding();
}

function onState(state) {
  el("ao-vivo").dataset.state = state;
  el("ao-vivo").textContent = say(state === "ligado" ? "live" : "notLive");
}

startStanding();
startNotices();
startRail();
connect({ path: document.body.dataset.socket, onEvent, onState, onCatchUp: () => {} });

// What hangs over the page goes when one looks elsewhere.
function fold(kept) {
  for (const open of document.querySelectorAll("details.meaning[open], details.menu[open]")) {
    if (open !== kept) open.open = false;
  }
}

document.addEventListener("click", (event) => fold(event.target.closest("details")));
document.addEventListener("keydown", (event) => {
  const open = document.querySelector("details.meaning[open], details.menu[open]");
  if (event.key !== "Escape" || !open) return;
  fold(null);
  open.querySelector("summary").focus();
});

for (const place of document.querySelectorAll("[data-chart]")) draw(place);
new MutationObserver(redraw).observe(document.documentElement, { attributeFilter: ["data-theme"] });
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
addEventListener("resize", () => {
  for (const [chart] of drawn) chart.resize();
});
