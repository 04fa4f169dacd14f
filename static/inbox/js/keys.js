// Single keys that work outside of fields. Alt combinations clash with the ABNT2 keyboard.
import { focusComposer, setMode } from "./composer.js";
import { el } from "./fragments.js";
import { chooseTab, step } from "./list.js";
import { isLoading } from "./stage.js";
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
  "?": () => el("ajuda").showModal(),
};

// What moves patients. Somebody who types without looking where must not press them.
const ACTS = {
  a: () => press("a"),
  e: () => press("e"),
  x: () => press("x"),
  z: () => press("z"),
  p: () => el("proximo")?.click(),
};
// Words are typed faster than this; a key that is meant stands alone.
const ALONE_MS = 350;

let waiting = 0;
let isWaiting = false;
let pressedAt = -ALONE_MS;

const isField = (node) => node.matches?.("input:not([type=radio]), textarea, select, [contenteditable]");

function leave(target) {
  const card = document.querySelector("#lista .card[aria-current]") ?? document.querySelector("#lista .card");
  if (card?.checkVisibility()) card.focus();
  else if (isField(target)) target.blur();
}

/** Acts on a letter of ACTS that is meant: pressed in the list or with Shift, no other one before or after it. */
function meant(event, act) {
  const isAlone = event.timeStamp - pressedAt > ALONE_MS && !event.repeat;
  pressedAt = event.timeStamp;
  clearTimeout(waiting);
  isWaiting = Boolean(act && isAlone);
  if (!isWaiting) return;
  event.preventDefault();
  waiting = setTimeout(() => {
    isWaiting = false;
    if (!isLoading() && !document.querySelector("dialog[open]")) act();
  }, ALONE_MS);
}

/** Starts listening for keys. */
export function start() {
  document.addEventListener("keydown", (event) => {
    // AltGr is Ctrl and Alt on Windows; on ABNT2 keyboards without a key of their own it types / and ?.
    const isCommand = (event.ctrlKey || event.altKey) && !event.getModifierState("AltGraph");
    if (isCommand || event.metaKey || event.isComposing || document.querySelector("dialog[open]")) return;
    if (isLoading()) return;
    if (event.key === "Escape") {
      // Who leaves a field on purpose has ended what was typed: the next letter stands alone.
      pressedAt = -ALONE_MS;
      return leave(event.target);
    }
    // Meant for the dialog that is about to open, not for the card.
    if (isWaiting && event.key === "Enter") event.preventDefault();
    if (isField(event.target) || event.key.length > 1) return;
    const key = event.key.toLowerCase();
    const isMeant = event.shiftKey || event.target.closest?.("#lista");
    meant(event, isMeant && ACTS[key]);
    if (!KEYS[key] || ACTS[key]) return;
    event.preventDefault();
    KEYS[key]();
  });
}
