// The open conversation: history that grows upward, new messages at the foot, what has been read.
import { el, exchange, lastSeq, notice, revision, say } from "./fragments.js";

const NEAR = 96;
const READ_AFTER_MS = 500;
const JUMP_PAGES = 20;
const RETRY_MS = 2_000;

let open = null;
const mounts = [];

/** Calls `mount(thread)` for each conversation that opens and `unmount()` when it goes. */
export const onThread = (mount, unmount = () => {}) => mounts.push({ mount, unmount });

export const currentId = () => open?.id ?? "";

const list = () => el("mensagens");
const distance = (box) => box.scrollHeight - box.scrollTop - box.clientHeight;

function toBottom() {
  const box = list();
  box.scrollTop = box.scrollHeight;
  open.sticking = true;
}

/** Keeps the foot in view while the person is there; otherwise offers the way down. */
function settle() {
  if (!open) return;
  if (open.sticking) toBottom();
  const jump = el("conversa").querySelector(".jump");
  jump.hidden = distance(list()) < 3 * NEAR;
  if (jump.hidden) open.news = false;
  jump.toggleAttribute("data-news", open.news);
  jump.querySelector("span").textContent = say(open.news ? "newMessages" : "bottom");
}

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

async function jumpTo(id) {
  for (let page = 0; page < JUMP_PAGES && !el(id) && list().dataset.older; page += 1) await loadOlder();
  const row = el(id);
  if (!row) return;
  open.sticking = false;
  row.scrollIntoView({ block: "center", behavior: "smooth" });
  row.classList.add("found");
  row.addEventListener("animationend", () => row.classList.remove("found"), { once: true });
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
  open = { id: element.dataset.conversation, element, sticking: true, news: false, loading: false };
  const box = list();
  box.addEventListener(
    "scroll",
    () => {
      open.sticking = distance(box) < NEAR;
      watchTop();
      settle();
      reportRead();
    },
    { passive: true },
  );
  // Pictures and players get their height late.
  box.addEventListener("load", settle, true);
  box.addEventListener("loadedmetadata", settle, true);
  open.sizes = new ResizeObserver(settle);
  open.sizes.observe(box);
  open.rows = new MutationObserver((records) => {
    if (records.some((record) => record.addedNodes.length)) open.news ||= !open.sticking && !open.loading;
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
  open.sizes.disconnect();
  open.rows.disconnect();
  open = null;
  for (const { unmount: each } of mounts) each();
}

function sync() {
  const element = document.querySelector("#conversa[data-conversation]");
  if (open && open.element !== element) unmount();
  if (element && !open) mount(element);
  else if (open) {
    group();
    reportRead();
  }
}

/** Starts watching for conversations that open and close. */
export function start() {
  document.addEventListener("htmx:after:swap", sync);
  document.addEventListener("visibilitychange", reportRead);
  // A refusal often means that a colleague was faster: show what they did.
  document.addEventListener("htmx:response:error", refreshThread);
  document.addEventListener("click", (event) => {
    const target = event.target.closest?.("[data-jump], [data-act]");
    if (!target) return;
    if (target.dataset.jump) jumpTo(target.dataset.jump);
    if (target.dataset.act === "bottom") toBottom();
    if (target.dataset.act === "copy") copy(target.closest(".message").querySelector(".text").innerText);
    if (target.dataset.act === "copy-value") copy(target.dataset.value);
    if (target.dataset.act === "panel") togglePanel();
  });
  sync();
}

function togglePanel() {
  const stage = el("palco");
  const isOpen = stage.dataset.panel === "aberto";
  if (isOpen) delete stage.dataset.panel;
  else stage.dataset.panel = "aberto";
  el("cabeca").querySelector("[aria-controls=painel]")?.setAttribute("aria-expanded", String(!isOpen));
}
