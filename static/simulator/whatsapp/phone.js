// The phone: asks what is new, draws it without disturbing what is there, and starts the other parts.

import { call, here, tapped } from "./api.js";
import { startBubbles } from "./bubbles.js";
import { startComposer } from "./composer.js";
import { startPanel, windowShow } from "./panel.js";

const scroller = document.getElementById("rolagem");
const situation = document.getElementById("situacao");
const clock = document.getElementById("relogio");
const below = document.getElementById("descer");
const RETRY_MS = 2000;
const NEAR_END = 120;

const chat = () => document.getElementById("conversa");
const isAtEnd = () => scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < NEAR_END;
const toEnd = () => scroller.scrollTo({ top: scroller.scrollHeight });

/** Replace only the bubbles that changed, so a voice note goes on playing. */
function merge(fresh) {
  const list = chat().querySelector(".mensagens");
  const old = new Map([...list.children].map((item) => [item.dataset.wamid, item]));
  const items = [...fresh.querySelector(".mensagens").children].map((item) => {
    const same = old.get(item.dataset.wamid);
    if (same?.dataset.rev === item.dataset.rev) return same;
    if (!same && item.matches(".linha")) item.classList.add("nova");
    return item;
  });
  const wanted = new Set(items);
  for (const item of [...list.children]) if (!wanted.has(item)) item.remove();
  items.forEach((item, place) => {
    if (list.children[place] !== item) list.insertBefore(item, list.children[place] || null);
  });
  Object.assign(chat().dataset, fresh.dataset);
}

function stateShow() {
  const isTyping = chat().dataset.typing === "1";
  situation.textContent = isTyping ? situation.dataset.typing : situation.dataset.idle;
  situation.classList.toggle("digitando", isTyping);
  windowShow(chat().dataset);
  clockShow();
}

function clockShow() {
  const offset = Number(chat().dataset.offset);
  const time = new Date(Date.now() + offset * 1000);
  clock.textContent = time.toLocaleTimeString(document.documentElement.lang, {
    hour: "2-digit",
    minute: "2-digit",
    timeZone: clock.dataset.zone,
  });
  clock.toggleAttribute("data-shifted", offset !== 0);
}

const path = (tail) => `/telefone/${here.numberPk}/${here.personPk}/${tail}/`;

async function fragment(address) {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(String(answer.status));
  const holder = document.createElement("template");
  holder.innerHTML = await answer.text();
  return holder.content.firstElementChild;
}

export async function chatRefresh() {
  const wasAtEnd = isAtEnd();
  merge(await fragment(path("conversa")));
  stateShow();
  if (wasAtEnd) toEnd();
  await seen();
}

export async function peopleRefresh() {
  const list = document.getElementById("pessoas");
  const fresh = await fragment(`/telefone/${here.numberPk}/pessoas/?pessoa=${here.personPk || ""}`);
  const top = list.scrollTop;
  list.replaceWith(fresh);
  fresh.scrollTop = top;
}

/** Tell the simulator that somebody looks at the chat, as WhatsApp does. */
async function seen() {
  const isOpen = !matchMedia("(max-width: 720px)").matches || document.body.classList.contains("na-conversa");
  if (document.visibilityState !== "visible" || !isOpen) return;
  await call("POST", "chats/open/", { number: here.number, person: here.person }, { quiet: true });
}

async function follow() {
  let list = chat().dataset.listMark;
  for (;;) {
    try {
      const known = new URLSearchParams({ chat: chat().dataset.mark, list });
      const news = await (await fetch(`${path("novidades")}?${known}`)).json();
      if (news.list !== list) {
        list = news.list;
        await peopleRefresh();
      }
      if (news.chat !== chat().dataset.mark) await chatRefresh();
    } catch {
      await new Promise((resume) => setTimeout(resume, RETRY_MS));
    }
  }
}

/** At phone width the list and the chat are two screens; the address says which one shows. */
function startScreens() {
  const show = () => document.body.classList.toggle("na-conversa", location.hash === "#conversa");
  document.querySelector(".lista").addEventListener("click", (event) => {
    const link = event.target.closest("a.pessoa");
    if (link) link.hash = "conversa";
  });
  document.getElementById("voltar")?.addEventListener("click", () => {
    history.replaceState(null, "", location.pathname + location.search);
    show();
  });
  addEventListener("hashchange", () => {
    show();
    if (scroller) {
      toEnd();
      seen().catch(() => {});
    }
  });
  show();
}

startScreens();
startPanel();
if (scroller) {
  startBubbles(scroller);
  startComposer();
  stateShow();
  toEnd();
  // Pictures and voice notes grow after the first layout.
  requestAnimationFrame(toEnd);
  addEventListener("load", toEnd);
  seen().catch(() => {});
  document.addEventListener("visibilitychange", () => seen().catch(() => {}));
  scroller.addEventListener(
    "scroll",
    () => {
      below.hidden = isAtEnd();
    },
    { passive: true },
  );
  below.addEventListener("click", () => scroller.scrollTo({ top: scroller.scrollHeight, behavior: "smooth" }));
  setInterval(() => {
    clockShow();
    windowShow(chat().dataset);
  }, 5000);
  document.addEventListener(
    "sent",
    tapped(async () => {
      await chatRefresh();
      toEnd();
    }),
  );
  follow();
}
