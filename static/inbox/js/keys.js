// Single keys that work outside of fields. Alt combinations clash with the ABNT2 keyboard.
import { focusComposer, setMode } from "./composer.js";
import { el } from "./fragments.js";
import { chooseTab, step } from "./list.js";
import { openPicker } from "./templates.js";

const press = (key) => document.querySelector(`#cabeca [data-key="${key}"]:not(:disabled)`)?.click();

const KEYS = {
  j: () => step(1),
  k: () => step(-1),
  "/": () => el("busca").select(),
  1: () => chooseTab(1),
  2: () => chooseTab(2),
  3: () => chooseTab(3),
  r: focusComposer,
  n: () => setMode("nota"),
  t: openPicker,
  a: () => press("a"),
  e: () => press("e"),
  x: () => press("x"),
  p: () => el("proximo")?.click(),
  "?": () => el("ajuda").showModal(),
};

const isField = (node) => node.matches?.("input:not([type=radio]), textarea, select, [contenteditable]");

function leave(target) {
  if (isField(target)) {
    target.blur();
    return;
  }
  const card = document.querySelector("#lista .card[aria-current]") ?? document.querySelector("#lista .card");
  card?.focus();
}

/** Starts listening for keys. */
export function start() {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || document.querySelector("dialog[open]")) return;
    if (event.key === "Escape") return leave(event.target);
    if (isField(event.target)) return;
    const act = KEYS[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });
}
