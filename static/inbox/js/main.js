// Starts the inbox and ties its parts together.

import { startCardMenu } from "./cardmenu.js";
import { heardAt, startClock } from "./clock.js";
import * as composer from "./composer.js";
import * as dialogs from "./dialogs.js";
import * as elsewhere from "./elsewhere.js";
import * as emoji from "./emoji.js";
import * as followed from "./followed.js";
import * as found from "./found.js";
import { el, revision, say } from "./fragments.js";
import * as gallery from "./gallery.js";
import * as handed from "./handed.js";
import * as keys from "./keys.js";
import * as list from "./list.js";
import { startMentions } from "./mentions.js";
import * as menu from "./menu.js";
import * as messageMenu from "./message_menu.js";
import { startNarrow } from "./narrow.js";
import { notice } from "./notices.js";
import * as notify from "./notify.js";
import * as palette from "./palette.js";
import { refreshChosen } from "./personal.js";
import * as player from "./player.js";
import * as preferences from "./preferences.js";
import { clearPresence, drawPresence, heard } from "./presence.js";
import * as quick from "./quick.js";
import { startRail } from "./rail.js";
import { startSaved } from "./saved.js";
import * as scheduled from "./scheduled.js";
import { startSelection } from "./selection.js";
import { connect } from "./socket.js";
import * as stage from "./stage.js";
import { refreshStanding, startStanding } from "./standing.js";
import * as synced from "./synced.js";
import { startTags } from "./tags.js";
import * as templates from "./templates.js";
import * as thread from "./thread.js";
import * as voice from "./voice.js";
import * as walk from "./walk.js";
import * as countdown from "./window.js";

const VIEWING_MS = 20_000;
const TYPING_MS = 4_000;
const BANNER_AFTER_MS = 1_500;
const SPREAD_MS = 1_000;
const GREET_MS = 300;

let typedAt = 0;
let bannerTimer = 0;
// biome-ignore lint/correctness/noUnusedVariables: `||=` asks whether it runs already.
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

/** Asks what the open conversation's page missed, and to be sent what changes there from now on. */
const sayFollowing = () =>
  thread.currentId() &&
  socket?.send({ type: "resume", conversation: thread.currentId(), seq: Number(revision()), follow: true });

function catchUp(missed) {
  sayFollowing();
  if (thread.currentId() && socket) sayViewing();
  // What happened between drawing the page and opening the socket was heard by nobody.
  list.refreshList();
  if (!missed) return;
  thread.refreshThread();
  scheduled.refresh();
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
  if (data.what === "preferences" && isMe) refreshChosen();
  if (data.what === "queue_changed" || data.what === "channel_changed") list.refreshList();
  if (data.what === "channel_changed") thread.refreshThread();
}

function onEvent(event) {
  heardAt(event.at);
  if (event.type === "system_message") onSystem(event);
  if (!event.conversation) return;
  if (event.type === "changes") return thread.told(event);
  const isOpen = event.conversation === thread.currentId();
  if (event.type === "viewing" || event.type === "typing") {
    // Who has just come hears at once who was there before.
    if (isOpen && heard(event)) setTimeout(sayViewing, GREET_MS * Math.random());
    return;
  }
  if (event.type === "ticket_assigned" && event.data.attendant === document.body.dataset.member) {
    handed.passed(event.conversation).then((isNews) => isNews && notify.tellPassed(event.conversation));
  }
  if (event.data?.mentioned?.includes(document.body.dataset.member) && !(isOpen && !document.hidden)) {
    notify.tellMentioned(event.conversation, event.data.note);
  }
  followed.onEvent(event, isOpen && !document.hidden);
  if (event.data?.woke && event.data.attendant === document.body.dataset.member) {
    notice(say("woke"));
    notify.tellBack();
  }
  if (event.type === "resumed") thread.followed(event.conversation, event.data.follow);
  else list.refreshCard(event.conversation);
  if (!isOpen) return;
  if (event.data?.scheduled) scheduled.refresh();
  // What was missed before is not sent: it is fetched.
  if (event.type !== "resumed") thread.hinted(event.seq);
  else if (event.seq > Number(revision())) thread.refreshThread();
}

function confirmDialog() {
  document.addEventListener("htmx:confirm", (event) => {
    const { ctx, issueRequest, dropRequest } = event.detail;
    event.preventDefault();
    const dialog = el("confirmar");
    el("confirmar-texto").textContent = ctx.confirm;
    dialog.returnValue = "nao";
    dialog.addEventListener("close", () => (dialog.returnValue === "sim" ? issueRequest() : dropRequest()), {
      once: true,
    });
    dialog.showModal();
  });
  // A click beside a dialog closes it.
  document.addEventListener("click", (event) => event.target.matches?.("dialog[open]") && event.target.close());
}

const THEMES = { claro: "themeLight", escuro: "themeDark", automatico: "themeAuto" };

let socket = null;

confirmDialog();
startRail((theme) => notice(say(THEMES[theme])));
document.addEventListener("click", ({ target }) => target.closest?.("[data-act=help]") && el("ajuda").showModal());
list.start(() => stage.comingId() || thread.currentId());
stage.start(() => {
  // What was opened for the conversation that is about to go must not act on the one that comes.
  if (stage.isLoading()) dialogs.closeAll();
  else thread.sync();
  list.markCurrent(stage.comingId() || thread.currentId(), stage.isLoading());
});
thread.onThread(
  () => {
    clearPresence();
    sayViewing();
    sayFollowing();
    list.markCurrent(thread.currentId());
  },
  (id) => {
    clearPresence();
    socket?.send({ type: "resume", conversation: id, seq: 0, follow: false });
  },
);
composer.start({
  typing: () => {
    if (Date.now() - typedAt < TYPING_MS) return;
    typedAt = Date.now();
    socket.send({ type: "typing", conversation: thread.currentId() });
  },
});
synced.start();
menu.start();
quick.start();
startMentions();
scheduled.start();
followed.start();
emoji.start();
voice.start();
templates.start();
dialogs.start();
elsewhere.start();
gallery.start();
player.start();
messageMenu.start();
palette.start();
preferences.start();
startTags();
startSelection();
startNarrow();
startSaved();
startCardMenu();
startStanding();
countdown.start();
startClock();
notify.start();
handed.start();
walk.start();
keys.start();
socket = connect({ path: document.body.dataset.socket, onEvent, onState: showState, onCatchUp: catchUp });
found.start();
thread.start();
setInterval(sayViewing, VIEWING_MS);
setInterval(drawPresence, 2_000);
