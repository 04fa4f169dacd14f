// Answering by another channel: the ways to the person, and what was typed and chosen goes along to the one that is chosen.
import { filesMove } from "./composer.js";
import { blank, keepDraft, newKey, readDraft } from "./drafts.js";
import { el, exchange } from "./fragments.js";
import { currentId } from "./thread.js";

const idIn = (path) => /\/conversas\/([0-9a-f-]{36})\//.exec(path ?? "")?.[1] ?? "";

async function open(url) {
  const id = currentId();
  const isWanted = () => id && currentId() === id;
  if (!isWanted()) return;
  const data = new FormData();
  // Measured there, and kept nowhere.
  data.set("texto", el("texto")?.value ?? "");
  const { ok } = await exchange(url, { data, target: el("acao"), swap: "innerHTML", isWanted });
  if (!ok || !isWanted() || document.querySelector("dialog[open]")) return;
  el("acao").showModal();
  el("acao").querySelector(".way:enabled")?.focus();
}

/** Moves the answer that was being written to the conversation where it goes on; a note stays where it is about. */
export function draftMove(from, to) {
  const old = readDraft(from);
  if (!old.resposta.text) return;
  const draft = readDraft(to);
  draft.resposta.text = [draft.resposta.text, old.resposta.text].filter(Boolean).join("\n");
  draft.resposta.key = newKey();
  draft.mode = "resposta";
  old.resposta = blank();
  keepDraft(to, draft);
  keepDraft(from, old);
}

/** Starts listening for the button and for the answer that brings the other conversation. */
export function start() {
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-elsewhere]");
    if (button) open(button.dataset.elsewhere);
    // Under a message that this channel does not bring.
    if (event.target.closest?.("[data-act=elsewhere]"))
      open(document.querySelector("#escrever [data-elsewhere]").dataset.elsewhere);
  });
  // Before the other composer stands there and reads its draft.
  document.addEventListener("htmx:before:swap", ({ detail: { ctx } }) => {
    const form = ctx.sourceElement?.closest?.("#outro-canal");
    const to = form && idIn(ctx.response?.headers?.get?.("HX-Push-Url"));
    if (!to) return;
    draftMove(form.dataset.from, to);
    filesMove(form.dataset.from, to);
  });
}
