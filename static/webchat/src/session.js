// The visitor's session: begun when the chat is opened, found again by the pointer, another one for another identity.
import { heldPointer, holdPointer, post } from "./api.js";
import { embedder, page, tell, tellUnseen } from "./bridge.js";
import * as link from "./link.js";
import * as outbox from "./outbox.js";
import { change, forget, isOurs, keepConversation, keepMessages, state } from "./state.js";

let under = null;
let who = null;

/** Remembers who the site says this is: a signed token, or words that only fill the form. */
export function identify(identity) {
  who = identity;
}

const told = () =>
  typeof who === "string" ? { identity: who } : who && typeof who === "object" ? { guess: guessOf(who) } : {};
const guessOf = ({ name = "", email = "", phone = "" }) => ({ name: `${name}`, email: `${email}`, phone: `${phone}` });

/** Begins or finds the session; whoever asks meanwhile waits for the same answer. */
export function start() {
  under ??= begin().finally(() => {
    under = null;
  });
  return under;
}

async function begin() {
  if (!heldPointer()) holdPointer(await link.pointerOfOthers());
  try {
    take(await ask());
  } catch (refusal) {
    refused(refusal);
  }
}

async function ask() {
  const body = { page, embedder: embedder(), pointer: heldPointer(), ...told() };
  try {
    return await post("sessao/", body);
  } catch (refusal) {
    if (refusal.code === "sessao_encerrada" && heldPointer()) {
      holdPointer(null);
      return post("sessao/", { ...body, pointer: null });
    }
    if (refusal.code !== "identidade_recusada") throw refusal;
    who = null;
    return post("sessao/", { page, embedder: embedder(), pointer: heldPointer() });
  }
}

function take(answer) {
  const before = state.session?.id ?? null;
  const { session } = answer;
  if (before && before !== session.id) forget();
  if (answer.pointer) holdPointer(answer.pointer);
  change({
    session,
    problem: null,
    hours: answer.hours,
    queue: answer.queue,
    conversations: answer.conversations,
    view: needed(session, answer),
  });
  keepConversation(answer.conversation);
  showTalk(answer.conversation, answer.messages, answer.has_more);
  // A pointer that the site already keeps goes with its session; a new one is kept after the first message.
  if (answer.pointer && (answer.conversation || before))
    tell("pointer", { value: answer.conversation ? answer.pointer : null });
  countUnseen();
  outbox.begin(session.id);
  link.begin();
}

const needed = (session, { conversation }) =>
  session.needs_form ? "aviso" : state.view === "historico" ? "historico" : conversation ? "conversa" : "conversa";

function refused(refusal) {
  if (refusal.code === "bloqueado") change({ view: "bloqueado", problem: refusal });
  else if (refusal.code === "identidade_exigida") change({ view: "identifique", problem: refusal });
  else {
    change({ problem: refusal, link: refusal.status === 0 ? "fora" : state.link });
    if (refusal.isPassing) setTimeout(start, Math.max(refusal.wait, 3) * 1000);
  }
}

/** Puts a conversation on the screen with what is known of it. */
export function showTalk(conversation, messages, hasMore) {
  change({ current: conversation?.id ?? null, messages: new Map(), hasMore, typing: null });
  keepMessages(messages);
  change({ revision: Math.max(0, ...messages.map((one) => one.revision), conversation?.revision ?? 0) });
}

/** Keeps the way back to this session in the site's storage; only somebody who wrote has one. */
export function keepPointer() {
  if (heldPointer()) tell("pointer", { value: heldPointer() });
}

/** Counts what the visitor has not seen. */
export function countUnseen() {
  tellUnseen(state.conversations.reduce((sum, one) => sum + one.unread, 0));
}

/** Ends the session on this device. */
export async function leave() {
  await post("sair/").catch(() => {});
  gone();
  link.announce({ type: "saiu" });
  await start();
}

/** Forgets what this tab knew, after the session ended here or in another tab. */
export function gone() {
  outbox.clear();
  holdPointer(null);
  who = null;
  link.end();
  forget();
  tell("pointer", { value: null });
  tell("unread", { count: 0 });
}

/** Somebody else is named: the door decides whether that is another session. */
export async function renew() {
  if (state.session || state.isOpen) await start();
}

/** Up to which message of ours the shown conversation goes. */
export const lastOfOurs = () => Math.max(0, ...[...state.messages.values()].filter(isOurs).map((one) => one.seq));
