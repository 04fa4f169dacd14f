// The attendant's own text in other words: shown above the box, put into it when they say so, and taken back. What
// they wrote themselves, and what they type meanwhile, is never lost.

import { el, exchange } from "./fragments.js";

let box = null;
// What was asked for: of which conversation and form, and which words.
let asked = null;

/** What stands in the box once `next` takes the place of `before`. What was typed around it stays; where the words
 * themselves were changed, both stand there. */
export function swapped(now, before, next) {
  if (now.startsWith(before)) return next + now.slice(before.length);
  if (now.endsWith(before)) return now.slice(0, now.length - before.length) + next;
  return [now, next].filter(Boolean).join("\n");
}

const strip = () => box.form()?.querySelector(".rewritten");

function show(state) {
  const place = strip();
  if (!place) return;
  place.hidden = !state;
  place.dataset.state = state;
}

/** Draws where the text stands: the strip tells as long as the box holds other words than the attendant's own. */
export function drawRewritten() {
  const mine = box.draft();
  if (!mine?.text) asked = null;
  if (!asked || asked.form !== box.form()) show(mine?.own === undefined ? "" : "taken");
}

async function ask(style) {
  const [form, mine] = [box.form(), box.draft()];
  if (!mine.text.trim()) return;
  const mark = { form, text: mine.text };
  asked = mark;
  show("waiting");
  const data = new FormData();
  data.set("texto", mine.text);
  data.set("jeito", style);
  const { url } = form.querySelector(".rewriting").dataset;
  const target = strip().querySelector(".proposal");
  const isWanted = () => asked === mark && box.form() === form;
  const { ok, problem } = await exchange(url, { data, target, swap: "innerHTML", quiet: true, isWanted });
  if (!isWanted()) return;
  strip().querySelector(".refused").textContent = problem;
  show(ok ? "ready" : "refused");
  if (!ok) asked = null;
}

function use() {
  const made = strip().querySelector("[data-rewritten]")?.dataset.rewritten;
  if (!made || !asked) return;
  const { text, own, used } = box.draft();
  const mine = own === undefined ? asked.text : swapped(asked.text, used, own);
  box.write(swapped(text, asked.text, made), { own: mine, used: made });
  asked = null;
  drawRewritten();
}

/** Gives the own words back, or leaves them where they still are. */
function back() {
  const { text, own, used } = box.draft();
  const isWaiting = strip().dataset.state !== "taken";
  asked = null;
  if (!isWaiting && own !== undefined) box.write(swapped(text, used, own), {});
  drawRewritten();
}

const ACTS = { "rewrite-use": use, "rewrite-back": back };

/** Starts it. `form` and `draft` give the composer's form and what is being written in it, `write` puts a text there
 * with what is to be kept beside it. */
export function start({ form, draft, write }) {
  box = { form, draft, write };
  document.addEventListener("click", ({ target }) => {
    const menu = box.form()?.querySelector(".rewriting");
    if (!menu) return;
    const choice = target.closest?.("[data-rewrite]");
    if (choice || !menu.contains(target)) menu.open = false;
    if (choice) ask(choice.dataset.rewrite);
    ACTS[target.closest?.("[data-act]")?.dataset.act]?.();
  });
  document.addEventListener("keydown", ({ key }) => {
    const menu = box.form()?.querySelector(".rewriting[open]");
    if (key !== "Escape" || !menu) return;
    menu.open = false;
    el("texto").focus();
  });
}
