// Half-written messages, one per conversation, kept until the tab closes or the person signs out.

const PREFIX = "rascunho:";
const nameOf = (id) => `${PREFIX}${document.body.dataset.member}:${id}`;

/** A key for one message: posting it twice with the same key stores it once. */
export const newKey = () =>
  crypto.randomUUID?.() ??
  // randomUUID needs https; a clinic's own network may not have it.
  [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");

export function readDraft(id) {
  try {
    const kept = JSON.parse(sessionStorage.getItem(nameOf(id)));
    if (kept) return kept;
  } catch {
    // Storage may be switched off; writing still works, only without memory.
  }
  return { text: "", mode: "resposta", key: newKey(), reply: null };
}

export function keepDraft(id, draft) {
  try {
    if (draft.text || draft.reply) sessionStorage.setItem(nameOf(id), JSON.stringify(draft));
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
