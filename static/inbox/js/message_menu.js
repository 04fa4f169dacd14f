// What can be done with one message: a menu that opens by its button, the right mouse button, a finger that rests on it,
// or the menu key, and is walked through with the arrows.
import { openDialog } from "./dialogs.js";
import { newKey } from "./drafts.js";
import { el, exchange, say } from "./fragments.js";
import { notice } from "./notices.js";
import { copy, currentId, jumpTo } from "./thread.js";

const REST_MS = 500;
const MOVED_PX = 10;
const UNDER_WAY_MS = 30_000;

// Emojis that were sent and do not stand on their message yet, by its row's id; "" takes ours away.
const underWay = new Map();

let row = null;
let resting = 0;
let touched = null;
let isHeld = false;

const menu = () => el("menu-mensagem");
const idOf = (message) => message.id.slice(2);
const address = (name, message) => menu().dataset[name].replace(menu().dataset.blank, idOf(message));
const abilities = (message) => message.querySelector(":scope > .tools")?.dataset.can?.split(" ") ?? null;
const items = () =>
  [...menu().querySelectorAll("[role=menuitem], .emojis button")].filter((one) => one.checkVisibility());

function emojis() {
  const offered = el("conversa").dataset.reactions.split(" ").filter(Boolean);
  return offered.map((emoji) => {
    const button = document.createElement("button");
    button.type = "button";
    button.setAttribute("role", "menuitem");
    button.tabIndex = -1;
    button.dataset.emoji = emoji;
    button.textContent = emoji;
    return button;
  });
}

function place({ x, y }) {
  const box = menu();
  const { width, height } = box.getBoundingClientRect();
  box.style.left = `${Math.max(8, Math.min(x, innerWidth - width - 8))}px`;
  box.style.top = `${Math.max(8, Math.min(y, innerHeight - height - 8))}px`;
}

/** Opens the menu of a message at a point of the window. */
function open(message, point) {
  const can = abilities(message);
  if (!can) return;
  row = message;
  for (const part of menu().querySelectorAll("[data-for]")) {
    part.hidden = part.dataset.for !== "link" && !can.includes(part.dataset.for);
  }
  menu()
    .querySelector(".emojis")
    .replaceChildren(...emojis());
  menu().showPopover();
  place(point);
  items()[0]?.focus();
}

function close({ isBack = true } = {}) {
  if (!menu().matches(":popover-open")) return;
  menu().hidePopover();
  // The row may have been drawn anew meanwhile.
  if (isBack && row) el(row.id)?.focus({ preventScroll: true });
}

async function post(url, fields) {
  const data = new FormData();
  for (const [name, value] of Object.entries(fields)) data.set(name, value);
  data.set("desde", el("cabeca").dataset.revision);
  const id = currentId();
  return exchange(url, { data, target: el("mensagens"), isWanted: () => currentId() === id });
}

/** The emoji stands there, paler, until the provider took it and the bubble is drawn with it. */
function drawAhead(id) {
  const stack = el(id)?.querySelector(".stack");
  const emoji = underWay.get(id);
  if (!stack) return;
  let list = stack.querySelector(".reactions");
  list?.querySelector(".going")?.remove();
  const ours = list?.querySelector("[data-act=unreact]");
  if (emoji === undefined) return;
  if (emoji ? ours?.dataset.emoji === emoji : !ours) return underWay.delete(id);
  ours?.closest("li").remove();
  if (!emoji) return;
  if (!list) {
    list = document.createElement("ul");
    list.className = "reactions";
    stack.querySelector(".bubble").after(list);
  }
  const chip = document.createElement("li");
  chip.className = "going";
  chip.textContent = emoji;
  list.append(chip);
}

async function react({ id }, emoji) {
  underWay.set(id, emoji);
  drawAhead(id);
  const forget = () => {
    underWay.delete(id);
    drawAhead(id);
  };
  const { ok } = await post(address("react", { id }), { emoji, client_id: newKey() });
  if (!ok) return forget();
  // One that the provider never took is not shown for ever.
  setTimeout(forget, UNDER_WAY_MS);
}

/** What a link to a message looks like; whoever opens it must be allowed to see the conversation. */
function linkTo(message) {
  const url = new URL(`/atendimento/conversas/${currentId()}/`, location.origin);
  url.searchParams.set("mensagem", idOf(message));
  return url.href;
}

const ACTS = {
  reply: (message) => message.querySelector("[data-act=reply]")?.click(),
  // What is copied keeps the line breaks that the person sees.
  // biome-ignore lint/performance/useDomNodeTextContent: textContent knows no line breaks.
  copy: (message) => copy(message.querySelector(".text").innerText),
  "keep-quick": (message) => openDialog(`${el("escrever").dataset.keepQuick}?mensagem=${idOf(message)}`),
  link: (message) => copy(linkTo(message)),
  forward: (message) => openDialog(address("forward", message)),
  star: (message) => post(address("star", message), { marcada: "sim" }),
  unstar: (message) => post(address("star", message), { marcada: "nao" }),
};

function choose(button) {
  const message = el(row.id) ?? row;
  const { emoji } = button.dataset;
  const act = button.dataset.for;
  close({ isBack: !["reply", "forward", "keep-quick"].includes(act) });
  if (emoji) react(message, emoji);
  else ACTS[act]?.(message);
}

function walk(event) {
  const all = items();
  const at = all.indexOf(document.activeElement);
  const steps = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 };
  if (event.key === "Escape" || event.key === "Tab") close();
  else if (event.key === "Home") all[0]?.focus();
  else if (event.key === "End") all.at(-1)?.focus();
  else if (steps[event.key]) all.at((at + steps[event.key]) % all.length)?.focus();
  else return;
  event.preventDefault();
  event.stopPropagation();
}

const messageAt = (node) => node.closest?.("#mensagens > .message:not(.going)");
const under = (node) => {
  const { left, bottom } = node.getBoundingClientRect();
  return { x: left, y: bottom + 4 };
};

function watchTouch() {
  const end = () => clearTimeout(resting);
  document.addEventListener(
    "touchstart",
    (event) => {
      end();
      isHeld = false;
      const message = messageAt(event.target);
      if (!message || event.touches.length > 1 || event.target.closest("a, button, input, audio, video")) return;
      const { clientX: x, clientY: y } = event.touches[0];
      touched = { x, y };
      resting = setTimeout(() => {
        isHeld = true;
        open(message, touched);
      }, REST_MS);
    },
    { passive: true },
  );
  document.addEventListener(
    "touchmove",
    ({ touches: [finger] }) => {
      if (touched && Math.hypot(finger.clientX - touched.x, finger.clientY - touched.y) > MOVED_PX) end();
    },
    { passive: true },
  );
  // The finger that goes up must not press what has just opened under it.
  document.addEventListener(
    "touchend",
    (event) => {
      end();
      if (isHeld && event.cancelable) event.preventDefault();
      isHeld = false;
    },
    { passive: false },
  );
  document.addEventListener("touchcancel", end);
}

/** A link to a message of the conversation that is open jumps there instead of opening a tab. */
function follow(event) {
  const link = event.target.closest?.("#mensagens a[href]");
  if (!link || event.ctrlKey || event.metaKey) return;
  const url = new URL(link.href, location.href);
  const message = url.searchParams.get("mensagem");
  if (url.origin !== location.origin || !message || !url.pathname.includes(`/conversas/${currentId()}/`)) return;
  event.preventDefault();
  jumpTo(`m-${message}`).then((isThere) => isThere || notice(say("notHere")));
}

/** Starts listening. */
export function start() {
  watchTouch();
  document.addEventListener("htmx:after:swap", () => [...underWay.keys()].forEach(drawAhead));
  menu().addEventListener("keydown", walk);
  menu().addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (button) choose(button);
  });
  document.addEventListener("contextmenu", (event) => {
    const message = messageAt(event.target);
    // Links, pictures and what is marked keep the browser's own menu.
    if (!message || !abilities(message) || event.target.closest("a, img, video, input")) return;
    if (!getSelection().isCollapsed) return;
    event.preventDefault();
    if (menu().matches(":popover-open")) return;
    const isKey = event.clientX === 0 && event.clientY === 0;
    open(message, isKey ? under(message.querySelector(".bubble")) : { x: event.clientX, y: event.clientY });
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "ContextMenu" && !(event.key === "F10" && event.shiftKey) && event.key !== "Enter") return;
    const message = event.target.matches?.("#mensagens > .message:not(.going)") && event.target;
    if (!message) return;
    event.preventDefault();
    open(message, under(message.querySelector(".bubble")));
  });
  document.addEventListener("click", (event) => {
    follow(event);
    const button = event.target.closest?.("#mensagens [data-act]");
    if (button?.dataset.act === "menu") open(messageAt(button), under(button));
    if (button?.dataset.act === "unreact") react(messageAt(button), "");
    event.target.closest?.("[data-closes-dialog]")?.closest("dialog").close();
  });
}
