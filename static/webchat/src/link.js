// How news come: one socket for all tabs of a browser (whoever holds the lock has it and tells the others), asking
// every few seconds where sockets are blocked, and after a sleep or a lost line whatever was missed since a revision.
import { get, heldPointer, post } from "./api.js";
import { apply, talkFrames } from "./news.js";
import * as outbox from "./outbox.js";
import { gone, showTalk, start } from "./session.js";
import { change, key, locks, state } from "./state.js";

const BEAT = 20_000;
const PATIENCE = 10_000;
const POLL = 4_000;
const FURTHEST = 30_000;
const CROWDED = 60_000;
const channel = "BroadcastChannel" in self ? new BroadcastChannel(`central:${key}`) : null;
let socket = null;
let isReady = false;
let release = null;
let isLeader = false;
let isWanted = false;
let tries = 0;
let lastHeard = 0;
let timers = [];

/** Tells the other tabs of this browser. */
export function announce(message) {
  channel?.postMessage({ ...message, session: state.session?.id ?? null });
}

/** Asks the other tabs for the way back to the session, which the site's storage keeps only after the first message. */
export function pointerOfOthers() {
  if (!channel) return Promise.resolve(null);
  return new Promise((resolve) => {
    const timer = setTimeout(answered, 120, null);
    function answered(value) {
      clearTimeout(timer);
      channel.removeEventListener("message", hear);
      resolve(value);
    }
    const hear = ({ data }) => data.type === "ponteiro" && answered(data.value);
    channel.addEventListener("message", hear);
    channel.postMessage({ type: "quem" });
  });
}

channel?.addEventListener("message", ({ data }) => {
  const { type, session } = data;
  if (type === "quem" && state.session && heldPointer())
    channel.postMessage({ type: "ponteiro", value: heldPointer() });
  if (!state.session || session !== state.session.id) return;
  if (type === "quadro") apply(data.frame);
  else if (type === "ligacao") change({ link: data.link });
  else if (type === "saida") outbox.begin();
  else if (type === "chegou") outbox.arrived(data, true);
  else if (type === "saiu") {
    gone();
    start();
  }
});

/** Wants news from now on: this tab keeps the socket, or hears from the one that does. */
export async function begin() {
  if (isWanted) return resume();
  isWanted = true;
  const held = await locks;
  if (!held) return lead();
  // While another tab leads there is nothing to wait for.
  setTimeout(() => !isLeader && state.link === "ligando" && change({ link: "ligado" }), 1_000);
  return held.request(`${key}:linha`, () => {
    if (!isWanted) return undefined;
    lead();
    return new Promise((resolve) => {
      release = resolve;
    });
  });
}

export function end() {
  isWanted = false;
  for (const timer of timers) clearInterval(timer);
  timers = [];
  close();
  release?.();
  release = null;
  isLeader = false;
  tries = 0;
}

function lead() {
  isLeader = true;
  timers.push(setInterval(beat, BEAT), setInterval(poll, POLL));
  open();
}

function linked(link) {
  if (link !== state.link) change({ link });
  announce({ type: "ligacao", link });
}

function open() {
  if (!isWanted || socket) return;
  const address = `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws/chat/${key}/`;
  const mine = new WebSocket(address);
  socket = mine;
  isReady = false;
  mine.onopen = () =>
    mine.send(JSON.stringify({ type: "hello", token: heldPointer(), session: state.session.id, ...place() }));
  mine.onmessage = ({ data }) => socket === mine && heard(JSON.parse(data));
  mine.onclose = ({ code }) => socket === mine && closed(code);
}

const place = () => ({ conversation: state.current, revision: state.revision });

function close() {
  const mine = socket;
  socket = null;
  isReady = false;
  mine?.close();
}

function closed(code) {
  socket = null;
  isReady = false;
  if (code === 4401) {
    end();
    start();
  } else if (code === 4403) change({ view: "bloqueado" });
  else if (code === 4429) {
    // Its network has as many as it may: this panel asks every few seconds until there is room.
    change({ isCrowded: true });
    setTimeout(open, CROWDED * (0.5 + Math.random() / 2));
    poll();
  } else again();
}

/** Opens anew after a while that doubles, with chance in it: a server that returns is not met by everybody at once. */
function again() {
  if (!isWanted) return;
  if (tries > 0) linked("fora");
  const wait = Math.min(FURTHEST, 1_000 * 2 ** tries++);
  setTimeout(open, wait * (0.5 + Math.random() / 2));
}

function heard(frame) {
  lastHeard = Date.now();
  if (isReady && state.link !== "ligado") linked("ligado");
  if (frame.type === "heartbeat") return;
  if (frame.type === "missed") return say({ type: "resume", ...place() });
  if (frame.type === "error") return;
  if (frame.type === "ready") return ready(frame);
  apply(frame);
  announce({ type: "quadro", frame });
}

function ready({ reload }) {
  isReady = true;
  tries = 0;
  change({ isCrowded: false });
  linked("ligado");
  if (reload) catchUp();
  outbox.retry();
}

function beat() {
  if (!isReady) return;
  const since = Date.now();
  say({ type: "heartbeat" });
  setTimeout(() => {
    if (!isReady || lastHeard >= since) return;
    // The line is dead and nobody said so.
    close();
    again();
  }, PATIENCE);
}

function say(frame) {
  if (socket?.readyState !== 1 || !isReady) return false;
  socket.send(JSON.stringify(frame));
  return true;
}

/** Asks for what happened while no socket was there. */
async function poll() {
  if (isReady || document.hidden || !state.session) return;
  try {
    await catchUp();
    linked("ligado");
    outbox.retry();
  } catch {
    linked("fora");
  }
}

/** Fetches all that changed in the shown conversation since what this tab knows. */
async function catchUp() {
  // Nothing was said yet, so there is nothing to miss but the clinic's hours.
  if (!state.current) return change({ hours: (await get("config.json", {})).hours });
  for (;;) {
    const { current, revision } = state;
    const news = await get("eventos/", { conversa: current, desde: revision });
    if (current !== state.current) return undefined;
    for (const frame of talkFrames(current, news)) {
      apply(frame);
      announce({ type: "quadro", frame });
    }
    if (!news.has_more) return undefined;
  }
}

/** Makes up for a sleep, a lost line or another conversation on the screen. */
export function resume() {
  if (!isWanted) return;
  if (say({ type: "resume", ...place() })) return;
  if (isLeader) {
    tries = 0;
    open();
  }
  catchUp().catch(() => {});
}

let lastTyped = 0;
/** Tells that the visitor is writing, never what. */
export function typing() {
  if (!state.current || Date.now() - lastTyped < 3_000) return;
  lastTyped = Date.now();
  const { current } = state;
  if (!say({ type: "typing", conversation: current })) post("digitando/", { conversation: current }).catch(() => {});
}

/** Tells how far the visitor received or read. */
export function seen(seq, what) {
  const { current } = state;
  if (!say({ type: "seen", conversation: current, seq, what })) {
    post("visto/", { conversation: current, seq, what }).catch(() => {});
  }
}

/** Shows another of the visitor's conversations. */
export async function show(id) {
  const told = await get("historico/", { conversa: id });
  change({ queue: null });
  showTalk(told.conversation, told.messages, told.has_more);
  resume();
}

/** Fetches what was said before the first message on the screen. */
export async function earlier() {
  const first = Math.min(...[...state.messages.values()].map((one) => one.seq));
  const told = await get("historico/", { conversa: state.current, antes: first });
  change({ hasMore: told.has_more });
  return told.messages;
}

addEventListener("online", () => state.session && resume());
addEventListener("offline", () => state.session && change({ link: "fora" }));
document.addEventListener("visibilitychange", () => !document.hidden && state.session && resume());
