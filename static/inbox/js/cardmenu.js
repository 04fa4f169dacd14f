// The menu of a card: right click, a long press of a finger, or the menu key of a keyboard.
import { act, ask } from "./acts.js";
import { el, exchange, say } from "./fragments.js";
import { refreshList } from "./list.js";
import { notice } from "./notices.js";
import { toggle } from "./selection.js";

const PRESS_MS = 500;
const MOVED_PX = 10;
const EDGE_PX = 8;

let opener = null;
let timer = 0;
let pressedAt = null;

const menu = () => el("menu-conversa");
const items = () => [...menu().querySelectorAll("[role=menuitem]:not([hidden])")];

function place(x, y) {
  const { offsetWidth: width, offsetHeight: height } = menu();
  menu().style.left = `${Math.max(EDGE_PX, Math.min(x, innerWidth - width - EDGE_PX))}px`;
  menu().style.top = `${Math.max(EDGE_PX, Math.min(y, innerHeight - height - EDGE_PX))}px`;
}

function open(card, x, y) {
  opener = card;
  const row = card.closest(".card-row");
  const states = new Set((row.dataset.states ?? "").split(" "));
  for (const item of menu().querySelectorAll("[data-when]")) {
    item.hidden = !item.dataset.when
      .split(" ")
      .every((state) => (state[0] === "!" ? !states.has(state.slice(1)) : states.has(state)));
  }
  menu().showPopover();
  place(x, y);
  items()[0].focus();
}

/** Keeps a conversation on top of the reader's own lists, or no longer. */
async function pin(id, isPinned) {
  const data = new FormData();
  data.set("fixada", isPinned);
  const url = el("selecao").dataset.pins.replace(/0{8}-[0-9-]{27}/, id);
  const { ok } = await exchange(url, { data });
  if (ok) refreshList();
}

async function choose(item) {
  const card = opener;
  const id = card.dataset.conversation;
  const name = item.dataset.do;
  menu().hidePopover();
  if (item.dataset.pin) return pin(id, item.dataset.pin);
  if (name === "aba") return window.open(card.href, "_blank", "noopener");
  if (name === "link") {
    await navigator.clipboard.writeText(card.href.split("?")[0]);
    return notice(say("linkCopied"));
  }
  if (name === "escolher") return toggle(id);
  if (item.dataset.asks !== undefined) return ask(name, [id], card.querySelector(".name").textContent);
  await act(name, [id]);
}

function onKey(event) {
  if (!menu().matches(":popover-open")) return;
  const all = items();
  const at = all.indexOf(document.activeElement);
  const steps = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 };
  if (event.key in steps) {
    event.preventDefault();
    event.stopImmediatePropagation();
    all.at(steps[event.key] % all.length).focus();
  } else if (event.key === "Tab" || event.key === "Escape") {
    event.preventDefault();
    event.stopImmediatePropagation();
    menu().hidePopover();
  }
}

function stopPress() {
  clearTimeout(timer);
  timer = 0;
}

/** Starts listening. */
export function startCardMenu() {
  document.addEventListener("contextmenu", (event) => {
    const card = event.target.closest?.("#lista .card-row")?.querySelector(".card");
    if (!card) return;
    event.preventDefault();
    stopPress();
    if (menu().matches(":popover-open")) return;
    const box = card.getBoundingClientRect();
    // A keyboard points nowhere.
    const isPointed = event.clientX || event.clientY;
    open(card, isPointed ? event.clientX : box.left + 40, isPointed ? event.clientY : box.top + 40);
  });
  document.addEventListener("pointerdown", (event) => {
    // By hand: the browser would close it when the finger lifts that opened it.
    if (menu().matches(":popover-open") && !menu().contains(event.target)) menu().hidePopover();
    const card = event.pointerType === "touch" && event.target.closest?.("#lista .card");
    if (!card) return;
    pressedAt = [event.clientX, event.clientY];
    timer = setTimeout(() => {
      timer = 0;
      // The finger that lifts must not open the conversation.
      document.addEventListener("click", (click) => click.preventDefault() || click.stopPropagation(), {
        capture: true,
        once: true,
      });
      open(card, ...pressedAt);
    }, PRESS_MS);
  });
  document.addEventListener("pointermove", (event) => {
    if (timer && Math.hypot(event.clientX - pressedAt[0], event.clientY - pressedAt[1]) > MOVED_PX) stopPress();
  });
  for (const end of ["pointerup", "pointercancel", "scroll"]) document.addEventListener(end, stopPress, true);
  menu().addEventListener("click", (event) => {
    const item = event.target.closest("[role=menuitem]");
    if (item) choose(item);
  });
  menu().addEventListener("toggle", (event) => {
    if (event.newState === "closed" && opener?.isConnected && !document.querySelector("dialog[open]")) opener.focus();
  });
  document.addEventListener("keydown", onKey, true);
}
