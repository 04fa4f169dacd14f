// Half-written messages, kept until the tab closes or the person signs out (and on the server, synced.js): for each conversation one answer and
// one note, which never become each other.

const PREFIX = "rascunho:";
const nameOf = (id) => `${PREFIX}${document.body.dataset.member}:${id}`;

/** A key for one message: posting it twice with the same key stores it once. */
export const newKey = () =>
  crypto.randomUUID?.() ??
  // randomUUID needs https; a clinic's own network may not have it.
  [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");

/** Nothing written yet, in one mode. */
export const blank = () => ({ text: "", key: newKey(), reply: null });

/** What is half-written in a conversation: `mode` and, under the name of each mode, its own text, key and quote. */
export function readDraft(id) {
  let kept = null;
  try {
    kept = JSON.parse(sessionStorage.getItem(nameOf(id)));
  } catch {
    // Storage may be switched off; writing still works, only without memory.
  }
  return { mode: kept?.mode ?? "resposta", resposta: kept?.resposta ?? blank(), nota: kept?.nota ?? blank() };
}

/** Whom a note being sent names, of those that were picked while it was written. */
export const namedIn = ({ text, named = [] }) =>
  named.filter(({ name }) => text.includes(`@${name}`)).map(({ id }) => id);

let whenKept = () => {};

/** Calls `listener(id, draft)` whenever a draft was kept here. */
export const onKept = (listener) => (whenKept = listener);

export function keepDraft(id, draft) {
  whenKept(id, draft);
  try {
    const isWritten = [draft.resposta, draft.nota].some(({ text, reply, own }) => text || reply || own);
    if (isWritten) sessionStorage.setItem(nameOf(id), JSON.stringify(draft));
    else sessionStorage.removeItem(nameOf(id));
  } catch {
    // See readDraft.
  }
}

/** Forgets every draft; patients' words must not outlive the session. */
export function forgetDrafts() {
  try {
    for (const name of Object.keys(sessionStorage)) if (name.startsWith(PREFIX)) sessionStorage.removeItem(name);
  } catch {
    // See readDraft.
  }
}
