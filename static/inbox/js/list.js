// The conversation list: single cards are fetched again when something happens to them, and J/K walk it.
import { el, exchange } from "./fragments.js";

const BATCH_MS = 120;
const waiting = new Set();
let timer = 0;

const listUrl = () => el("busca").form.getAttribute("hx-post");

/** What the list shows now: the tab and the words searched for. Words travel in the body, never in an address. */
function view() {
  const data = new FormData();
  data.set("filtro", el("filtro").value);
  data.set("q", el("busca").value);
  return data;
}

async function fetchWaiting() {
  timer = 0;
  const data = view();
  for (const id of waiting) data.append("conversa", id);
  waiting.clear();
  await exchange(listUrl(), { data, target: el("lista"), quiet: true });
  if (!el("lista").querySelector(".card-row, .empty")) await refreshList();
}

/** Fetches one conversation's card again, together with others that change in the same moment. */
export function refreshCard(id) {
  waiting.add(id);
  timer ||= setTimeout(fetchWaiting, BATCH_MS);
}

/** Fetches the first page of the list again, for when events may have been missed. */
export const refreshList = () =>
  exchange(listUrl(), { data: view(), target: el("lista"), swap: "innerMorph", quiet: true });

/** Marks the card of the open conversation. */
export function markCurrent(id) {
  for (const card of el("lista").querySelectorAll(".card")) {
    if (card.dataset.conversation === id) card.setAttribute("aria-current", "true");
    else card.removeAttribute("aria-current");
  }
}

const cards = () => [...el("lista").querySelectorAll(".card")];

/** Moves the marked card by one, starting from the focused or the open one. */
export function step(by) {
  const all = cards();
  if (!all.length) return;
  const from = all.findIndex((card) => card === document.activeElement);
  const start = from >= 0 ? from : all.findIndex((card) => card.hasAttribute("aria-current"));
  const next = all[Math.max(0, Math.min(all.length - 1, start < 0 ? 0 : start + by))];
  next.focus();
  next.scrollIntoView({ block: "nearest" });
}

export const chooseTab = (number) => el("abas").querySelectorAll("a")[number - 1]?.click();

/** Starts listening; `currentId` tells which conversation is open. */
export function start(currentId) {
  document.addEventListener("click", (event) => {
    const tab = event.target.closest?.("#abas a");
    if (!tab || event.ctrlKey || event.metaKey || event.shiftKey) return;
    el("filtro").value = tab.dataset.filter;
    if (!currentId()) history.replaceState(history.state, "", tab.href);
  });
  document.addEventListener("keydown", (event) => {
    if (!["ArrowDown", "ArrowUp"].includes(event.key) || !event.target.closest?.("#lista, .search")) return;
    event.preventDefault();
    step(event.key === "ArrowDown" ? 1 : -1);
  });
  document.addEventListener("htmx:after:swap", () => markCurrent(currentId()));
}
