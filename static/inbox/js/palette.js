// Ctrl+K: everything that may be done here, and everybody, found by typing. What is done is what the page's own button
// does, with its question and its way back; a button that is not there now is not offered.
import { openDialog } from "./dialogs.js";
import { el, say } from "./fragments.js";
import { filtered } from "./matching.js";
import { currentId } from "./thread.js";

const WAIT_MS = 180;
const MOST = 12;
const PLACES = [
  "#cabeca .acts :is(button, a)",
  "#escrever :is(button, a)",
  "#painel .panel-head :is(button, a)",
  ".list-head :is(button, a)",
  "#abas a",
  ".rail :is(a, button)",
].join(",");
// They open or fold what stands here anyway.
const LEFT_OUT = ["more-acts", "palette", "menu", "dismiss"];

let options = [];
let at = 0;
let timer = 0;
let asked = 0;
let opener = null;

const input = () => el("paleta-busca");

function labelOf(node) {
  const words = node.getAttribute("aria-label") || node.querySelector(".only-readers")?.textContent;
  const text = words || node.textContent || node.title;
  return text.replace(/\s+/g, " ").trim();
}

function actions() {
  const found = new Map();
  for (const node of document.querySelectorAll(PLACES)) {
    const label = labelOf(node);
    if (!label || node.disabled || node.hidden || LEFT_OUT.includes(node.dataset.act)) continue;
    if (node.closest("[hidden], .instead, .answers") && !node.checkVisibility()) continue;
    if (!found.has(label)) found.set(label, { label, hint: say("action"), run: () => node.click() });
  }
  return [...found.values()];
}

function mark() {
  const rows = [...el("paleta-lista").children];
  for (const [index, row] of rows.entries()) row.setAttribute("aria-selected", String(index === at));
  if (rows[at]) {
    input().setAttribute("aria-activedescendant", rows[at].id);
    rows[at].scrollIntoView({ block: "nearest" });
  } else input().removeAttribute("aria-activedescendant");
}

function draw(found) {
  options = found;
  at = 0;
  const rows = found.map(({ label, hint }, index) => {
    const row = document.createElement("li");
    row.id = `paleta-${index}`;
    row.setAttribute("role", "option");
    const name = document.createElement("span");
    name.dir = "auto";
    name.textContent = label;
    const small = document.createElement("small");
    small.textContent = hint;
    row.append(name, small);
    return row;
  });
  el("paleta-lista").replaceChildren(...rows);
  el("paleta-total").textContent = found.length ? "" : say("nothingFound");
  mark();
}

async function people(words) {
  const data = new FormData();
  data.set("q", words);
  data.set("conversa", currentId() ?? "");
  try {
    const answer = await fetch(el("paleta").dataset.url, {
      method: "POST",
      body: data,
      credentials: "same-origin",
      headers: { "X-CSRFToken": document.body.dataset.csrf, Accept: "application/json" },
    });
    return answer.ok ? (await answer.json()).found : [];
  } catch {
    return [];
  }
}

const go = (url) => () => {
  // The list's own link opens it beside the list; anybody else is a page of their own.
  const card = document.querySelector(`#lista a[href^="${url}"]`);
  if (card) card.click();
  else location.assign(url);
};

function search() {
  const words = input().value.trim();
  const here = filtered(actions(), words).slice(0, MOST);
  draw(here);
  clearTimeout(timer);
  asked += 1;
  const mine = asked;
  if (words.length < 2) return;
  timer = setTimeout(async () => {
    const found = await people(words);
    if (mine !== asked || !el("paleta").open) return;
    const chosen = options[at]?.label;
    const run = ({ url, dialog }) => (dialog ? () => openDialog(dialog) : go(url));
    draw([...here, ...found.map((one) => ({ label: one.label, hint: one.hint, run: run(one) }))]);
    at = Math.max(
      0,
      options.findIndex(({ label }) => label === chosen),
    );
    mark();
  }, WAIT_MS);
}

function choose(index) {
  const option = options[index];
  if (!option) return;
  opener = null;
  el("paleta").close();
  // After the dialog's own closing has given the focus back.
  setTimeout(option.run);
}

export function openPalette() {
  if (document.querySelector("dialog[open]")) return;
  opener = document.activeElement;
  input().value = "";
  el("paleta").showModal();
  search();
}

function onKey(event) {
  const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: 5, PageUp: -5 };
  if (event.key === "Enter") choose(at);
  else if (steps[event.key] && options.length) {
    at = (at + steps[event.key] + options.length * 5) % options.length;
    mark();
  } else return;
  event.preventDefault();
}

/** Starts listening. */
export function start() {
  document.addEventListener("keydown", (event) => {
    if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
    event.preventDefault();
    openPalette();
  });
  input().addEventListener("input", search);
  input().addEventListener("keydown", onKey);
  el("paleta-lista").addEventListener("click", (event) => {
    const row = event.target.closest("li");
    if (row) choose([...el("paleta-lista").children].indexOf(row));
  });
  el("paleta").addEventListener("close", () => opener?.isConnected && opener.focus());
  document.addEventListener("click", (event) => event.target.closest?.("[data-act=palette]") && openPalette());
}
