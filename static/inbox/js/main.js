// Starts the inbox and ties its parts together.
import * as composer from "./composer.js";
import * as dialogs from "./dialogs.js";
import { forgetDrafts } from "./drafts.js";
import { el, notice, revision, say } from "./fragments.js";
import * as keys from "./keys.js";
import * as list from "./list.js";
import * as notify from "./notify.js";
import { clearPresence, drawPresence, heard } from "./presence.js";
import { connect } from "./socket.js";
import { refreshStanding, startStanding } from "./standing.js";
import * as templates from "./templates.js";
import * as thread from "./thread.js";
import * as countdown from "./window.js";

const VIEWING_MS = 20_000;
const TYPING_MS = 4_000;
const BANNER_AFTER_MS = 1_500;
const SPREAD_MS = 1_000;

let typedAt = 0;
let bannerTimer = 0;
let missedTimer = 0;

function showState(state) {
  const banner = el("conexao");
  el("ao-vivo").dataset.state = state;
  el("ao-vivo").textContent = say(state === "ligado" ? "live" : "notLive");
  if (state === "ligado") {
    clearTimeout(bannerTimer);
    bannerTimer = 0;
    if (!banner.hidden) notice(say("reconnected"));
    banner.hidden = true;
    return;
  }
  // A blink of the network is not worth alarming anybody. Counted from the first failure: each try
  // that fails comes here again.
  bannerTimer ||= setTimeout(() => {
    banner.querySelector("span").textContent = say("reconnecting");
    banner.hidden = false;
  }, BANNER_AFTER_MS);
}

const sayViewing = () =>
  thread.currentId() && !document.hidden && socket.send({ type: "viewing", conversation: thread.currentId() });

function catchUp(missed) {
  const id = thread.currentId();
  if (id) {
    socket?.send({ type: "resume", conversation: id, seq: Number(revision()) });
    sayViewing();
  }
  // What happened between drawing the page and opening the socket was heard by nobody.
  list.refreshList();
  if (missed) thread.refreshThread();
}

/** Everybody is told in the same moment, and often several times over: ask once, and not all together. */
function onMissed() {
  missedTimer ||= setTimeout(() => {
    missedTimer = 0;
    catchUp(true);
  }, Math.random() * SPREAD_MS);
}

function onSystem({ data }) {
  const isMe = data.member === document.body.dataset.member;
  if (data.what === "missed") return onMissed();
  if (data.what === "presence" && isMe) refreshStanding();
  if (data.what === "queue_changed" || data.what === "channel_changed") list.refreshList();
}

function onEvent(event) {
  if (event.type === "system_message") onSystem(event);
  if (!event.conversation) return;
  const isOpen = event.conversation === thread.currentId();
  if (event.type === "viewing" || event.type === "typing") {
    if (isOpen) heard(event);
    return;
  }
  if (event.type === "ticket_assigned" && event.data.attendant === document.body.dataset.member) {
    notice(say("assignedToYou"));
    notify.chimeIfOn();
  }
  if (event.type !== "resumed") list.refreshCard(event.conversation);
  if (isOpen && !(event.seq !== null && event.seq <= Number(revision()))) thread.refreshThread();
}

function confirmDialog() {
  document.addEventListener("htmx:confirm", (event) => {
    const { ctx, issueRequest, dropRequest } = event.detail;
    event.preventDefault();
    const dialog = el("confirmar");
    el("confirmar-texto").textContent = ctx.confirm;
    dialog.returnValue = "nao";
    dialog.addEventListener("close", () => (dialog.returnValue === "sim" ? issueRequest() : dropRequest()), { once: true });
    dialog.showModal();
  });
  // A click beside a dialog closes it.
  document.addEventListener("click", (event) => event.target.matches?.("dialog[open]") && event.target.close());
}

function rail() {
  document.addEventListener("click", (event) => {
    const act = event.target.closest?.("[data-act]")?.dataset.act;
    if (act === "help") el("ajuda").showModal();
    if (act === "theme") notice(say({ light: "themeLight", dark: "themeDark", auto: "themeAuto" }[window.nextTheme()]));
  });
  document.addEventListener("submit", (event) => event.target.matches("[data-act=logout]") && forgetDrafts());
}

let socket = null;

confirmDialog();
rail();
list.start(thread.currentId);
thread.onThread(() => {
  clearPresence();
  sayViewing();
  list.markCurrent(thread.currentId());
}, clearPresence);
composer.start({
  typing: () => {
    if (Date.now() - typedAt < TYPING_MS) return;
    typedAt = Date.now();
    socket.send({ type: "typing", conversation: thread.currentId() });
  },
});
templates.start();
dialogs.start();
startStanding();
countdown.start();
notify.start();
keys.start();
socket = connect({ path: document.body.dataset.socket, onEvent, onState: showState, onCatchUp: catchUp });
thread.start();
setInterval(sayViewing, VIEWING_MS);
setInterval(drawPresence, 2_000);
