// Counts down the 24-hour window, on the thread's strip and on cards that are close to it.
import { everySecond } from "./clock.js";
import { el, say } from "./fragments.js";

const MINUTE = 60_000;
const SOON = 2 * 60 * MINUTE;
const NEAR = 4 * 60 * MINUTE;

function leftText(left) {
  const minutes = Math.max(0, Math.ceil(left / MINUTE));
  if (left <= 0) return say("windowClosed");
  if (minutes < 60) return say("windowMinutes", { minutes });
  return say("windowHours", { hours: Math.floor(minutes / 60), minutes: minutes % 60 });
}

function strip(now) {
  const box = el("janela");
  if (!box?.dataset.closesAt || box.dataset.state === "fechada") return;
  const left = Number(box.dataset.closesAt) - now;
  box.querySelector("[data-left]").textContent = left > 0 ? `${leftText(left)}.` : "";
  const state = left <= 0 ? "fechada" : left < SOON ? "quase" : "aberta";
  if (box.dataset.state !== state) box.dataset.state = state;
  box.toggleAttribute("data-near", left < NEAR);
  if (state === "fechada") box.querySelector("span").textContent = box.dataset.closedText;
}

function chips(now) {
  for (const chip of document.querySelectorAll(".chip[data-closes-at]")) {
    const left = Number(chip.dataset.closesAt) - now;
    chip.hidden = left > Number(chip.dataset.within);
    chip.querySelector("span").textContent = leftText(left);
  }
}

function tick(now) {
  strip(now);
  chips(now);
}

/** Lets the page's clock count it down. */
export function start() {
  everySecond(tick);
}
