// Dialogs whose content the server draws, and forms that fold away in the page. A dialog belongs to the conversation
// it was opened for: it goes with it, and an answer that comes for another one is dropped.
import { focusBox } from "./composer.js";
import { el, exchange } from "./fragments.js";
import { currentId, onThread } from "./thread.js";

const OF_A_CONVERSATION = ["acao", "modelos", "confirmar"];

/** Opens a dialog that belongs to no open conversation: one of a card, of several, of the list itself. */
export const openAlone = (url) => show(url, () => true);

/** Opens what the server draws for the conversation on screen. */
export function openDialog(url) {
  const id = currentId();
  return show(url, () => id && currentId() === id);
}

async function show(url, isWanted) {
  if (!isWanted()) return;
  const { ok } = await exchange(url, { target: el("acao"), swap: "innerHTML", isWanted });
  if (!ok || !isWanted() || document.querySelector("dialog[open]")) return;
  el("acao").showModal();
  el("acao").querySelector(".dialog-body :is(input:not([type=hidden]), select, textarea)")?.focus();
}

/** Closes what was opened for the conversation that stood here. */
export function closeAll() {
  for (const id of OF_A_CONVERSATION) {
    if (!el(id).open) continue;
    el(id).returnValue = "nao";
    el(id).close();
  }
}

let marks = 0;

function mark(input, words) {
  const line = document.createElement("small");
  line.className = "problem said";
  marks += 1;
  line.id = `problema-${marks}`;
  line.textContent = words;
  input.closest(".field").append(line);
  input.setAttribute("aria-invalid", "true");
  input.setAttribute("aria-describedby", line.id);
}

/** Says what was refused at the input it is about, else at the foot of the dialog. */
function refuse(form, { words, fields }) {
  clear(form);
  const known = fields.filter(([name]) => form.elements[name]?.closest?.(".field"));
  for (const [name, line] of known) mark(form.elements[name], line);
  if (known.length) return form.elements[known[0][0]].focus();
  const line = document.createElement("p");
  line.className = "problem said";
  line.setAttribute("role", "alert");
  line.textContent = words;
  form.querySelector(".dialog-foot").before(line);
}

function clear(form) {
  for (const line of form.querySelectorAll(".said")) line.remove();
  for (const input of form.querySelectorAll("[aria-invalid]")) input.removeAttribute("aria-invalid");
}

/** Opens what a button's data-dialog names; closes it, or folds a form away, once it was taken. */
export function start() {
  onThread(() => {}, closeAll);
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-dialog]");
    if (button) openDialog(button.dataset.dialog);
  });
  // Whoever goes on typing writes to the patient instead of pressing single keys. "close" does not bubble.
  document.addEventListener("close", (event) => event.target.matches?.("dialog") && focusBox(), true);
  document.addEventListener("htmx:finally:request", ({ detail: { ctx } }) => {
    const form = ctx.sourceElement?.closest?.("dialog[open] form");
    if (form && ctx.refusal) refuse(form, ctx.refusal);
  });
  document.addEventListener("htmx:after:request", ({ detail: { ctx } }) => {
    const form = ctx.sourceElement?.closest?.("[data-closes], [data-folds]");
    // A field that asks what it means has done nothing yet.
    if (!form || ctx.response.status >= 400 || ctx.request.method === "GET") return;
    if (form.dataset.closes) return el(form.dataset.closes).close();
    form.reset();
    form.closest("details").open = false;
  });
}
