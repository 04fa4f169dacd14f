// The one clock of a page. The server says from when something has been running (data-since) or when it is due
// (data-due-at); the words beside it are kept true here, by the server's time, so that everybody reads the same.
import { say } from "./fragments.js";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const LEVELS = ["calm", "warning", "danger"];

const sentences = JSON.parse(document.getElementById("textos").textContent);
const watchers = [];

// What the server says comes late, never early: the largest difference seen is the nearest to the truth.
let ahead = Number(document.body.dataset.now) - Date.now();

/** The server's time, in milliseconds since 1970. */
export const serverNow = () => Date.now() + ahead;

/** Hears the server's time from an event. */
export function heardAt(moment) {
  const at = Date.parse(moment);
  if (!Number.isNaN(at)) ahead = Math.max(ahead, at - Date.now());
}

/** Says how long something took in its largest unit, rounded down. */
export function span(ms) {
  const [unit, size] =
    ms < MINUTE ? ["s", SECOND] : ms < HOUR ? ["min", MINUTE] : ms < 2 * DAY ? ["h", HOUR] : ["d", DAY];
  return say(`clock_${unit}`, { count: Math.floor(ms / size) });
}

/** Says how long something has been going on, in the sentence of that name where there is one. */
export function sinceText(name, ms) {
  const running = sentences[`clock_${name}`];
  if (!running) return span(ms);
  const isNew = ms < MINUTE && sentences[`clock_${name}_new`];
  return isNew ? say(`clock_${name}_new`) : say(`clock_${name}`, { span: span(ms) });
}

function write(element, text) {
  const place = element.querySelector("span") ?? element;
  if (place.textContent !== text) place.textContent = text;
}

function due(element, now) {
  const { dueAt, warnAt, clock } = element.dataset;
  const left = Number(dueAt) - now;
  const level = left <= 0 ? "danger" : warnAt && Number(warnAt) <= now ? "warning" : "calm";
  write(element, say(left <= 0 ? "clock_broken" : `clock_${clock}`, { span: span(Math.abs(left)) }));
  if (!element.classList.contains(level)) {
    element.classList.remove(...LEVELS);
    element.classList.add(level);
  }
  const isHidden = "quiet" in element.dataset && level === "calm";
  if (element.hidden !== isHidden) element.hidden = isHidden;
}

function tick() {
  if (document.hidden) return;
  const now = serverNow();
  for (const element of document.querySelectorAll("[data-since]")) {
    write(element, sinceText(element.dataset.clock, Math.max(0, now - Number(element.dataset.since))));
  }
  for (const element of document.querySelectorAll("[data-due-at]")) due(element, now);
  for (const each of watchers) each(now);
}

/** Calls `watch(now)` with every tick. */
export const everySecond = (watch) => watchers.push(watch);

/** Starts the clock. */
export function startClock() {
  tick();
  setInterval(tick, SECOND);
  document.addEventListener("htmx:after:swap", tick);
  document.addEventListener("visibilitychange", tick);
}
