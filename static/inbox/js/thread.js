// The open conversation: history that grows upward, new messages at the foot, what has been read.
import { el, exchange, lastSeq, put, revision, say } from "./fragments.js";
import { notice } from "./notices.js";
import { isLoading } from "./stage.js";

const NEAR = 96;
// So long after the last move upwards the hand still belongs to the person, not to the foot.
const MOVING_MS = 600;
const READ_AFTER_MS = 500;
const JUMP_PAGES = 20;
const RETRY_MS = 2_000;
// The server sends what it hinted at within milliseconds; after this it is asked.
const TOLD_MS = 1_500;

let open = null;
const mounts = [];

/** Calls `mount(thread)` for each conversation that opens and `unmount(id)` when it goes. */
export const onThread = (mount, unmount = () => {}) => mounts.push({ mount, unmount });

/** The conversation that can be read and written in; "" while another one is on its way. */
export const currentId = () => (isLoading() ? "" : (open?.id ?? ""));

const list = () => el("mensagens");
const distance = (box) => box.scrollHeight - box.scrollTop - box.clientHeight;

/** Goes to the foot and stays there. */
export function toBottom() {
  const box = list();
  box.scrollTop = box.scrollHeight;
  open.sticking = true;
}

/** Whether what is new may pull the foot into view: the person is there, and is not just leaving it. */
const follows = () => open.sticking && !open.touching && performance.now() - open.movedUpAt > MOVING_MS;

/** Offers the way down to whoever is far from the foot, or near it with something new below. */
function drawJump() {
  const jump = el("conversa").querySelector(".jump:not(.up)");
  const away = distance(list());
  if (away < NEAR) open.news = false;
  jump.hidden = away < 3 * NEAR && !open.news;
  jump.toggleAttribute("data-news", open.news);
  jump.querySelector("span").textContent = say(open.news ? "newMessages" : "bottom");
  const unread = el("nao-lidas");
  const isAbove = unread && unread.getBoundingClientRect().bottom < list().getBoundingClientRect().top;
  el("conversa").querySelector(".jump.up").hidden = !isAbove;
}

/** Keeps the foot in view when something grew. Never called for the person's own scrolling: each small step up
 * from the foot would be taken back. */
function settle() {
  if (!open) return;
  if (follows()) toBottom();
  drawJump();
}

function onScroll() {
  const box = list();
  // Rows that go away end at the foot too; that is nobody's hand.
  if (box.scrollTop < open.top && distance(box) > 1) open.movedUpAt = performance.now();
  open.top = box.scrollTop;
  open.sticking = distance(box) < NEAR;
  watchTop();
  drawJump();
  reportRead();
}

/** Called when a bubble was put in without a swap. */
export const rowsChanged = () => group();

/** A name stands over the first of several bubbles by the same hand. */
function group() {
  for (const row of list().querySelectorAll(":scope > .message.out")) {
    row.toggleAttribute("data-same", row.previousElementSibling?.dataset.author === row.dataset.author);
  }
}

async function loadOlder() {
  const box = list();
  if (!box.dataset.older || open.loading) return;
  const thread = open;
  thread.loading = true;
  const fromFoot = box.scrollHeight - box.scrollTop;
  const url = `${thread.element.dataset.changes}?antes=${encodeURIComponent(box.dataset.older)}`;
  const { ok } = await exchange(url, { target: box, swap: "merge older:true", quiet: true });
  thread.loading = false;
  if (!ok || open !== thread) return;
  box.scrollTop = box.scrollHeight - fromFoot;
  watchTop();
}

function watchTop() {
  const box = list();
  if (box.scrollTop < 5 * NEAR) loadOlder();
}

/** Fetches what changed since the revision on screen. Calls that come meanwhile become one more fetch. */
export async function refreshThread() {
  if (!open) return;
  if (open.busy) {
    open.again = true;
    return;
  }
  const thread = open;
  thread.busy = true;
  const url = `${thread.element.dataset.changes}?desde=${revision()}`;
  const { ok, status } = await exchange(url, { target: list(), quiet: true });
  thread.busy = false;
  if (!ok && (status === 0 || status >= 500)) {
    // Nobody else will say again that there is something to fetch.
    setTimeout(() => open === thread && refreshThread(), RETRY_MS * (0.5 + Math.random()));
    return;
  }
  if (thread.again && open === thread) {
    thread.again = false;
    refreshThread();
  }
}

/** Something of the open conversation changed, up to revision `seq` (null: something beside it). A server that
 * follows the page sends what; else it is fetched. */
export function hinted(seq) {
  if (!open || (seq !== null && seq <= Number(revision()))) return;
  if (!open.isFollowed) return refreshThread();
  open.awaited = Math.max(open.awaited, seq ?? 0);
  open.toldTimer ||= setTimeout(ask, TOLD_MS);
}

function ask() {
  forgetAsking();
  refreshThread();
}

function forgetAsking() {
  clearTimeout(open?.toldTimer);
  if (open) open.toldTimer = 0;
}

/** Whether the server sends what changes from now on. */
export function followed(conversation, isFollowed) {
  if (open && conversation === currentId()) open.isFollowed = isFollowed;
}

/** Puts in what the server sent: bubbles, or with `whole` the parts around them too, as a fetch would have. */
export async function told({ conversation, seq, data }) {
  if (!open || conversation !== currentId()) return;
  const known = Number(revision());
  if (seq >= open.awaited) forgetAsking();
  // A gap, or a fetch under way whose answer may be older than this: then another fetch settles it.
  if (data.html === null || data.since > known || open.busy) return refreshThread();
  if (!data.whole && seq <= known) return;
  // Older than what is on screen, but it may hold a part that the later answer left out.
  if (seq < known) return refreshThread();
  await put(data.html, { target: list() });
}

/** Tells the server that the messages were seen: page in front, and the foot in view. */
function reportRead() {
  clearTimeout(open?.readTimer);
  if (!open || !Number(el("cabeca").dataset.unread) || document.hidden || !open.sticking) return;
  // Once per revision: a reader whose reading does not count must not ask for ever.
  if (open.reported === revision()) return;
  const thread = open;
  thread.readTimer = setTimeout(() => {
    if (open !== thread || document.hidden) return;
    thread.reported = revision();
    const data = new FormData();
    data.set("desde", revision());
    data.set("visto", lastSeq());
    exchange(thread.element.dataset.read, { data, target: list(), quiet: true });
  }, READ_AFTER_MS);
}

/** Brings a row into view, fetching history until it is there; tells whether it is. */
export async function jumpTo(id) {
  for (let page = 0; page < JUMP_PAGES && !el(id) && list().dataset.older; page += 1) await loadOlder();
  const row = el(id);
  if (!row) return false;
  // The first steps of a smooth way up are still near the foot.
  open.sticking = false;
  open.movedUpAt = performance.now();
  row.scrollIntoView({ block: "center", behavior: "smooth" });
  row.classList.add("found");
  row.addEventListener("animationend", () => row.classList.remove("found"), { once: true });
  return true;
}

/** Puts text on the clipboard, also where the page is not served over https. */
export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const box = document.createElement("textarea");
    box.value = text;
    document.body.append(box);
    box.select();
    document.execCommand("copy");
    box.remove();
  }
  notice(say("copied"));
}

function mount(element) {
  open = {
    id: element.dataset.conversation,
    element,
    sticking: true,
    news: false,
    loading: false,
    top: 0,
    movedUpAt: -MOVING_MS,
    touching: false,
  };
  Object.assign(open, { isFollowed: false, awaited: 0, toldTimer: 0, highest: 0 });
  const box = list();
  const touch = ({ touches }) => (open.touching = touches.length > 0);
  box.addEventListener("scroll", onScroll, { passive: true });
  for (const name of ["touchstart", "touchend", "touchcancel"]) box.addEventListener(name, touch, { passive: true });
  // Pictures and players get their height late.
  box.addEventListener("load", settle, true);
  box.addEventListener("loadedmetadata", settle, true);
  open.sizes = new ResizeObserver(settle);
  open.sizes.observe(box);
  open.rows = new MutationObserver((records) => {
    if (records.some((record) => record.addedNodes.length)) open.news ||= !follows() && !open.loading;
    settle();
    reportRead();
  });
  open.rows.observe(box, { childList: true });
  const unread = el("nao-lidas");
  if (unread) {
    unread.scrollIntoView({ block: "center" });
    open.sticking = distance(box) < NEAR;
  } else toBottom();
  group();
  settle();
  watchTop();
  reportRead();
  for (const { mount: each } of mounts) each(element);
}

function unmount() {
  clearTimeout(open.readTimer);
  forgetAsking();
  open.sizes.disconnect();
  open.rows.disconnect();
  const { id } = open;
  open = null;
  for (const { unmount: each } of mounts) each(id);
}

/** An answer that was overtaken by a later state has put its own over it. */
function watchRevision() {
  const now = Number(revision());
  if (now < open.highest) refreshThread();
  open.highest = now;
}

/** Follows what stands on the stage. */
export function sync() {
  const element = document.querySelector("#conversa[data-conversation]");
  if (open && open.element !== element) unmount();
  if (element && !open) mount(element);
  else if (open) {
    group();
    reportRead();
    watchRevision();
  }
}

/** Starts watching for conversations that open and close. */
export function start() {
  document.addEventListener("htmx:after:swap", sync);
  document.addEventListener("visibilitychange", reportRead);
  // A refusal often means that a colleague was faster: show what they did.
  document.addEventListener("htmx:response:error", refreshThread);
  const foldActs = () => el("mais-acoes")?.hasAttribute("data-open") && toggleActs(false);
  document.addEventListener("keydown", (event) => event.key === "Escape" && foldActs());
  document.addEventListener("click", (event) => {
    if (!event.target.closest?.(".more-acts")) foldActs();
    const target = event.target.closest?.("[data-jump], [data-act]");
    if (!target) return;
    if (target.dataset.jump) jumpTo(target.dataset.jump);
    if (target.dataset.act === "bottom") toBottom();
    // What is copied keeps the line breaks that the person sees.
    // biome-ignore lint/performance/useDomNodeTextContent: textContent knows no line breaks.
    if (target.dataset.act === "copy") copy(target.closest(".message").querySelector(".text").innerText);
    if (target.dataset.act === "copy-value") copy(target.dataset.value);
    if (target.dataset.act === "panel") togglePanel();
    if (target.dataset.act === "more-acts") toggleActs();
  });
  sync();
}

/** Opens the menu of what can be done with the conversation, where the head has no room for it. */
function toggleActs(isOpen = !el("mais-acoes").hasAttribute("data-open")) {
  el("mais-acoes").toggleAttribute("data-open", isOpen);
  el("cabeca").querySelector(".more-acts").setAttribute("aria-expanded", String(isOpen));
  if (isOpen) el("mais-acoes").querySelector("button").focus();
}

function togglePanel() {
  const stage = el("palco");
  const isOpen = stage.dataset.panel === "aberto";
  if (isOpen) delete stage.dataset.panel;
  else stage.dataset.panel = "aberto";
  el("cabeca").querySelector("[aria-controls=painel]")?.setAttribute("aria-expanded", String(!isOpen));
}
