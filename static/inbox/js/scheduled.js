// What waits for its moment above the box: asked for anew when it changed, taken back into the box.

import { serverNow } from "./clock.js";
import { draftAt, keepAt } from "./composer.js";
import { blank, newKey } from "./drafts.js";
import { el, htmx, say } from "./fragments.js";
import { currentId, onThread } from "./thread.js";

const COUNT_MS = 500;

/** Asks anew what waits. */
export function refresh() {
  if (el("agendadas")) htmx.trigger(el("agendadas"), "scheduled");
}

/** Counts down what can still be undone. */
function count() {
  for (const span of document.querySelectorAll("#agendadas [data-leaves-at]")) {
    const left = Math.ceil((Number(span.dataset.leavesAt) - serverNow()) / 1000);
    span.textContent = left > 0 ? say("leavesIn", { count: left }) : say("leaving");
  }
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
  document.addEventListener("kept-for-later", refresh);
  setInterval(count, COUNT_MS);
  document.addEventListener("htmx:after:request", ({ detail: { ctx } }) => {
    if (!ctx.response || ctx.response.status >= 400) return;
    const { sourceElement } = ctx;
    if (sourceElement?.closest?.("[data-schedule]") && ctx.request.method === "POST") put(null);
    const given = sourceElement?.dataset?.giveBack;
    if (given) put([given, draftAt(currentId()).resposta.text].filter(Boolean).join("\n"));
  });
}
