// What the visitor wrote and nobody confirmed: kept in the browser's database under its own key, posted in order, again
// after a reload or a lost connection; the door knows a repetition by its client_id.
import { post } from "./api.js";
import { page } from "./bridge.js";
import * as link from "./link.js";
import { countUnseen, keepPointer, start } from "./session.js";
import { change, keepConversation, keepMessages, key, locks, state } from "./state.js";

const RETRY = 3_000;
const SLOW = 300;
let opened = null;
let owner = null;
let isBusy = false;
let timer = 0;

/** The browser's database; null where it is switched off, and then the memory of this tab must do. */
function database() {
  opened ??= new Promise((resolve) => {
    const request = indexedDB.open(`central-${key}`, 1);
    request.onupgradeneeded = () => request.result.createObjectStore("saida", { keyPath: "client_id" });
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => resolve(null);
  }).catch(() => null);
  return opened;
}

async function withStore(mode, act) {
  const db = await database();
  if (!db) return undefined;
  return new Promise((resolve) => {
    const transaction = db.transaction("saida", mode);
    const request = act(transaction.objectStore("saida"));
    transaction.oncomplete = () => resolve(request.result);
    transaction.onabort = () => resolve(undefined);
  });
}

const keep = ({ state: _state, detail: _detail, until: _until, ...plain }) =>
  withStore("readwrite", (store) => store.put(plain));
const drop = (id) => withStore("readwrite", (store) => store.delete(id));

function draw(id, part) {
  change({ outbox: state.outbox.map((entry) => (entry.client_id === id ? { ...entry, ...part } : entry)) });
}

/** Reads what is still to be posted by this session; called when the session begins and when another tab wrote. */
export async function begin(session = owner) {
  owner = session;
  const kept = (await withStore("readonly", (store) => store.getAll())) ?? [];
  const known = new Map(state.outbox.map((entry) => [entry.client_id, entry]));
  const mine = kept.filter((entry) => entry.session === owner && !isHere(entry.client_id));
  for (const entry of mine) if (!known.has(entry.client_id)) known.set(entry.client_id, entry);
  change({ outbox: [...known.values()].sort((a, b) => a.at - b.at) });
  flush();
}

const isHere = (id) => [...state.messages.values()].some((message) => message.client_id === id);

/** Takes what the visitor wrote, shows it with a clock and posts it. */
export async function add({ text = "", file = null, choice = null }) {
  const entry = { client_id: newId(), session: owner, at: Date.now(), text, file, choice };
  // What stands on the screen is kept: the page may be gone the next moment. A database that hangs holds nobody up.
  await Promise.race([keep(entry), new Promise((resolve) => setTimeout(resolve, SLOW))]);
  change({ outbox: [...state.outbox, entry].sort((a, b) => a.at - b.at) });
  // From the first word on the site keeps the way back, whether or not it has arrived.
  keepPointer();
  link.announce({ type: "saida" });
  flush();
}

/** 128 random bits; a page without HTTPS has no randomUUID. */
export const newId = () =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");

/** Tries at once what stopped. */
export function retry(id) {
  if (id) draw(id, { state: undefined, detail: "" });
  clearTimeout(timer);
  flush();
}

/** Takes an entry back, for the visitor to write it anew. */
export async function takeBack(id) {
  change({ outbox: state.outbox.filter((entry) => entry.client_id !== id) });
  await drop(id);
  link.announce({ type: "saida" });
}

/** Forgets everything, as the visitor who leaves wants it. */
export function clear() {
  clearTimeout(timer);
  change({ outbox: [] });
  return withStore("readwrite", (store) => store.clear());
}

/** Posts what waits, one after the other; only one tab does it at a time. */
async function flush() {
  if (isBusy || !owner) return;
  isBusy = true;
  const held = await locks;
  const act = (lock) => (lock ? drain() : again(RETRY));
  await (held ? held.request(`${key}:saida`, { ifAvailable: true }, act) : drain());
  isBusy = false;
}

function again(wait) {
  clearTimeout(timer);
  timer = setTimeout(flush, wait);
}

async function drain() {
  for (;;) {
    const entry = state.outbox.find((one) => one.state !== "recusada");
    if (!entry) return;
    if (entry.until > Date.now()) return again(entry.until - Date.now());
    if (!(await deliver(entry))) return;
  }
}

/** Posts one entry. True where the next one may follow. */
async function deliver(entry) {
  const session = owner;
  try {
    const answer = await send(entry);
    if (session !== owner) return false;
    await drop(entry.client_id);
    change({ outbox: state.outbox.filter((one) => one.client_id !== entry.client_id) });
    arrived(answer);
    return true;
  } catch (refusal) {
    return refused(entry, refusal);
  }
}

function send({ client_id, text, file, choice }) {
  if (!file) return post("mensagens/", { client_id, page, ...(choice ? { choice } : { text }) });
  const form = new FormData();
  form.set("file", file, file.name);
  form.set("client_id", client_id);
  if (text) form.set("text", text);
  return post("arquivos/", form);
}

/** Shows what the door confirmed; it may have opened another conversation for it. */
export function arrived({ message, conversation }) {
  keepConversation(conversation);
  const isOther = state.current !== conversation.id;
  if (isOther) change({ current: conversation.id, messages: new Map(), hasMore: false, queue: null, revision: 0 });
  keepMessages([message]);
  keepPointer();
  countUnseen();
  link.announce({ type: "chegou", message, conversation });
  if (isOther) link.resume();
}

async function refused(entry, refusal) {
  const { client_id } = entry;
  if (refusal.code === "sessao_encerrada") {
    await start();
    // The door began another session for the same visitor: what they wrote is theirs still.
    await adopt(entry);
    return Boolean(state.session);
  }
  if (refusal.code === "bloqueado") change({ view: "bloqueado", problem: refusal });
  if (refusal.code === "aviso_nao_aceito") change({ view: "aviso", session: { ...state.session, needs_form: true } });
  if (refusal.isPassing) {
    const wait = refusal.wait ? refusal.wait * 1000 : RETRY;
    draw(client_id, refusal.status === 429 ? { until: Date.now() + wait, detail: refusal.message } : { until: 0 });
    again(wait);
    return false;
  }
  draw(client_id, { state: "recusada", detail: refusal.message });
  return refusal.status !== 403 && refusal.code !== "aviso_nao_aceito";
}

async function adopt(entry) {
  if (!state.session || entry.session === state.session.id) return;
  owner = state.session.id;
  const mine = { ...entry, session: owner };
  await keep(mine);
  if (!state.outbox.some((one) => one.client_id === mine.client_id)) change({ outbox: [...state.outbox, mine] });
}
