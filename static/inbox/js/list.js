// The conversation list: single cards are fetched again when something happens to them, and J/K walk it.
import { el, exchange } from "./fragments.js";
import { isLoading } from "./stage.js";

const BATCH_MS = 120;
const RETRY_MS = 2_000;
const COUNT_MS = 60_000;

// What is to be fetched next: single cards, or the first page.
const waiting = new Set();
let isWhole = false;
let isBusy = false;
let timer = 0;

const listUrl = () => el("busca").form.getAttribute("hx-post");

/** What the list shows now: the tab, the segment and the words searched for. Words travel in the body, never in an address. */
export function view() {
  const data = new FormData();
  data.set("filtro", el("filtro").value);
  data.set("q", el("busca").value);
  data.set("segmento", el("segmento")?.value ?? "");
  data.set("condicoes", el("condicoes").value);
  data.set("ordem", el("abas").dataset.order);
  return data;
}

const nameOf = (data) => ["filtro", "ordem", "segmento", "condicoes", "q"].map((name) => data.get(name)).join(" ");

function soon(delay) {
  timer ||= setTimeout(fetchWaiting, delay);
}

/** One request at a time: an answer that is overtaken would put an older state over a newer one. */
async function fetchWaiting() {
  timer = 0;
  if (isBusy || !(isWhole || waiting.size)) return;
  isBusy = true;
  const data = view();
  const name = nameOf(data);
  const ids = isWhole ? [] : [...waiting];
  waiting.clear();
  isWhole = false;
  for (const id of ids) data.append("conversa", id);
  const { ok, status } = await exchange(listUrl(), {
    data,
    target: el("lista"),
    swap: ids.length ? "merge" : "innerMorph",
    quiet: true,
    // Another tab was chosen meanwhile: its own answer is newer than this one.
    isWanted: () => nameOf(view()) === name,
  });
  isBusy = false;
  const failed = !ok && (status === 0 || status >= 500);
  if (failed) for (const id of ids) waiting.add(id);
  // The last card of a list may have left: then the page says that it is empty.
  isWhole ||= failed ? !ids.length : ok && ids.length > 0 && !el("lista").querySelector(".card-row, .empty");
  if (isWhole || waiting.size) soon(failed ? RETRY_MS * (0.5 + Math.random()) : BATCH_MS);
}

/** Fetches one conversation's card again, together with others that change in the same moment. */
export function refreshCard(id) {
  waiting.add(id);
  soon(BATCH_MS);
}

/** Fetches the first page of the list again, for when events may have been missed. */
export function refreshList() {
  isWhole = true;
  clearTimeout(timer);
  timer = 0;
  soon(0);
}

/** Marks the card of the open conversation, or of the one that is on its way. */
export function markCurrent(id, isComing = isLoading()) {
  for (const card of el("lista").querySelectorAll(".card")) {
    const isIt = Boolean(id) && card.dataset.conversation === id;
    if (isIt) card.setAttribute("aria-current", "true");
    else card.removeAttribute("aria-current");
    if (isIt && isComing) card.setAttribute("aria-busy", "true");
    else card.removeAttribute("aria-busy");
  }
}

const cards = () => [...el("lista").querySelectorAll(".card")];

/** Moves the marked card by one, starting from the focused or the open one. */
export function step(by) {
  const all = cards();
  if (!all.length) return;
  const from = all.indexOf(document.activeElement);
  const start = from >= 0 ? from : all.findIndex((card) => card.hasAttribute("aria-current"));
  const next = all[Math.max(0, Math.min(all.length - 1, start < 0 ? 0 : start + by))];
  next.focus();
  next.scrollIntoView({ block: "nearest" });
}

export const chooseTab = (number) => el("abas").querySelectorAll("a")[number - 1]?.click();

/** Marks a conversation as unread. The open one is left first: on screen it would be read again at once. */
async function markUnread(button, currentId) {
  const card = button.closest(".card-row").querySelector(".card");
  if (card.dataset.conversation === currentId()) {
    const home = document.querySelector("#cabeca .back").href;
    const { ok } = await exchange(home, { target: el("palco"), swap: "innerHTML" });
    if (!ok) return;
    history.replaceState(null, "", home);
  }
  const { ok } = await exchange(button.dataset.url, { data: new FormData() });
  if (!ok) return;
  card.focus();
  refreshCard(card.dataset.conversation);
}

/** Folds the menu of orders after a choice, a click elsewhere and Escape. */
function foldOrders(event) {
  const menu = el("ordem");
  if (!menu.open || (menu.contains(event.target) && !event.target.closest?.("#ordem button") && !event.key)) return;
  menu.open = false;
  if (!event.key) return;
  event.stopPropagation();
  menu.querySelector("summary").focus();
}

/** What comes next changes by the clock alone; only while it is looked at from its top. */
function countAnew() {
  const isNext = el("abas").dataset.order === "proximo";
  if (isNext && !document.hidden && el("lista").scrollTop < 1 && !el("busca").value) refreshList();
}

/** Starts listening; `currentId` tells which conversation is open. */
export function start(currentId) {
  document.addEventListener("click", (event) => {
    const tab = event.target.closest?.("#abas a");
    if (!tab || event.ctrlKey || event.metaKey || event.shiftKey) return;
    el("filtro").value = tab.dataset.filter;
    if (currentId()) return;
    const here = new URL(tab.href);
    if (el("condicoes").value) here.searchParams.set("condicoes", el("condicoes").value);
    history.replaceState(history.state, "", here);
  });
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-act=unread]");
    if (button) markUnread(button, currentId);
  });
  document.addEventListener("keydown", (event) => {
    if (!["ArrowDown", "ArrowUp"].includes(event.key) || !event.target.closest?.("#lista, .search")) return;
    event.preventDefault();
    step(event.key === "ArrowDown" ? 1 : -1);
  });
  document.addEventListener("click", foldOrders);
  // Before the page's own keys, for which Escape leaves where one is.
  document.addEventListener("keydown", (event) => event.key === "Escape" && foldOrders(event), true);
  setInterval(countAnew, COUNT_MS);
  document.addEventListener("htmx:after:swap", () => markCurrent(currentId()));
}
