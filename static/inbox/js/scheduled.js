// What waits for its moment above the box: asked for anew when it changed, taken back into the box.
import { draftAt, keepAt } from "./composer.js";
import { blank, newKey } from "./drafts.js";
import { el, htmx } from "./fragments.js";
import { currentId, onThread } from "./thread.js";

/** Asks anew what waits. */
export function refresh() {
  if (el("agendadas")) htmx.trigger(el("agendadas"), "scheduled");
}

function put(text) {
  const id = currentId();
  const draft = draftAt(id);
  draft.resposta = { ...draft.resposta, ...(text === null ? blank() : { text, key: newKey() }) };
  keepAt(id, draft);
}

/** Starts following. */
export function start() {
  // Once the page around it is ready: a request of the element's own would come before its token.
  onThread(() => setTimeout(refresh));
  document.addEventListener("htmx:after:request", ({ detail: { ctx } }) => {
    if (!ctx.response || ctx.response.status >= 400) return;
    const { sourceElement } = ctx;
    if (sourceElement?.closest?.("[data-schedule]") && ctx.request.method === "POST") put(null);
    const given = sourceElement?.dataset?.giveBack;
    if (given) put([given, draftAt(currentId()).resposta.text].filter(Boolean).join("\n"));
  });
}
