// What the panel knows, and the one way it changes. Views are drawn again after every change.
import { useEffect, useState } from "preact/hooks";

export const config = JSON.parse(document.getElementById("config").textContent);
export const { key } = config;
export const base = `/chat/${key}/`;

/** The browser's locks between tabs; null where they are missing or, in a frame on another site, denied. */
export const locks = Promise.resolve(navigator.locks?.query()).then(
  (known) => (known ? navigator.locks : null),
  () => null,
);

const fresh = () => ({
  // "aguarda" until the session answers; then "conversa", "historico", "aviso" (form) or one of the ends: "bloqueado", "identifique".
  view: "aguarda",
  session: null,
  conversations: [],
  current: null,
  messages: new Map(),
  revision: 0,
  hasMore: false,
  queue: null,
  hours: config.hours,
  typing: null,
  outbox: [],
  problem: null,
  unseen: 0,
});

// What belongs to this panel and survives another session.
export const state = { ...fresh(), link: "ligando", isCrowded: false, isOpen: false, isInside: false };
const readers = new Set();

/** Changes some of the state and draws again. */
export function change(part) {
  Object.assign(state, part);
  for (const read of readers) read();
}

/** Forgets everything of the session, as when the visitor leaves or another one comes. */
export function forget() {
  change(fresh());
}

/** The state, for a view that is drawn again when it changes. */
export function useShared() {
  const [, again] = useState(0);
  useEffect(() => {
    const read = () => again((n) => n + 1);
    readers.add(read);
    return () => readers.delete(read);
  }, []);
  return state;
}

export const conversationOf = (id) => state.conversations.find((one) => one.id === id) ?? null;
export const isOurs = (message) => message.from !== "visitante";

/** The shown conversation's messages in their order. */
export const inOrder = () => [...state.messages.values()].sort((a, b) => a.seq - b.seq);

/** Puts what a server told of a conversation in its place; an older word changes nothing. */
export function keepConversation(told) {
  if (!told) return;
  const known = conversationOf(told.id);
  if (known && known.revision > told.revision) return;
  const others = state.conversations.filter((one) => one.id !== told.id);
  change({ conversations: [told, ...others].sort((a, b) => (a.opened_at < b.opened_at ? 1 : -1)) });
}

/** Takes messages of the shown conversation. Each is known by its id; the higher revision holds. */
export function keepMessages(told) {
  const messages = new Map(state.messages);
  for (const message of told) {
    const known = messages.get(message.id);
    if (!known || known.revision <= message.revision) messages.set(message.id, message);
  }
  const arrived = new Set(told.map((message) => message.client_id).filter(Boolean));
  change({ messages, outbox: state.outbox.filter((entry) => !arrived.has(entry.client_id)) });
  return arrived;
}
