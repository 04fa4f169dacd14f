// Walking message by message with the keyboard. The list is one tab stop: forty messages with two buttons each would
// be eighty between the list of conversations and the box.
import { focusComposer } from "./composer.js";
import { el } from "./fragments.js";

const rows = () => [...el("mensagens").querySelectorAll(":scope > .message")];
const STEPS = { ArrowUp: -1, ArrowDown: 1 };

function reach(row, isIn) {
  for (const button of row.querySelectorAll(".tools button")) button.tabIndex = isIn ? 0 : -1;
}

function first() {
  const box = el("mensagens").getBoundingClientRect();
  return rows().findLast((row) => row.getBoundingClientRect().top < box.bottom - 8) ?? rows().at(-1);
}

function onKey(event) {
  const list = el("mensagens");
  if (event.target === list && event.key === "Enter") {
    event.preventDefault();
    first()?.focus();
    return;
  }
  const row = event.target.closest?.("#mensagens > .message");
  if (!row) return;
  // A row that was drawn anew meanwhile has its buttons out of reach again.
  if (event.key === "Tab") reach(row, true);
  if (event.key === "Escape") {
    event.stopImmediatePropagation();
    focusComposer();
  }
  if (event.target !== row || !STEPS[event.key]) return;
  event.preventDefault();
  const all = rows();
  const next = all[all.indexOf(row) + STEPS[event.key]];
  next?.focus();
  next?.scrollIntoView({ block: "nearest" });
}

/** Starts listening: Enter in the list goes to the newest message in view, arrows walk, Tab reaches its buttons. */
export function start() {
  document.addEventListener("keydown", onKey);
  document.addEventListener("focusin", (event) => {
    const row = event.target.closest?.("#mensagens > .message");
    if (row) reach(row, true);
  });
  document.addEventListener("focusout", (event) => {
    const row = event.target.closest?.("#mensagens > .message");
    if (row && !row.contains(event.relatedTarget)) reach(row, false);
  });
}
