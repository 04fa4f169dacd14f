// What changed hands: a notice for what was passed to the reader, and some seconds to give back what they took.
import { el, exchange, openTalk, say } from "./fragments.js";
import { fade, notice } from "./notices.js";
import { currentId } from "./thread.js";

let cameFrom = "";

/** Says who was passed to the reader, by whom and why; several become one notice. Tells whether there was anything to
 * say: what the reader took is theirs without a word. */
export async function passed(id) {
  const box = el("aviso-passados") ?? el("passados").content.firstElementChild.cloneNode(true);
  const list = box.querySelector("ul");
  list.querySelector(`#p-${id}`)?.remove();
  const url = el("passados").dataset.url.replace("00000000-0000-0000-0000-000000000000", id);
  if (!box.isConnected) {
    box.hidden = true;
    el("avisos").append(box);
  }
  const { ok } = await exchange(url, { target: list, swap: "beforeend", quiet: true });
  if (!list.childElementCount) {
    box.remove();
    if (!ok) notice(say("assignedToYou"));
    return !ok;
  }
  const count = list.childElementCount;
  box.querySelector("p").textContent = count > 1 ? say("assignedMany", { count }) : say("assignedToYou");
  box.hidden = false;
  fade(box);
  return true;
}

async function undo(button) {
  const { url, conversation } = button.dataset;
  const back = cameFrom;
  button.closest(".notice").remove();
  const target = currentId() === conversation ? el("mensagens") : null;
  const data = new FormData();
  data.set("desde", el("cabeca")?.dataset.revision ?? "");
  const { ok } = await exchange(url, { data, target, isWanted: () => currentId() === conversation });
  if (ok && back && currentId() === conversation) {
    openTalk(back);
  }
}

/** Starts listening for "undo". */
export function start() {
  document.addEventListener("htmx:before:request", ({ detail: { ctx } }) => {
    // The next patient is put over the one who was here; to give back also means to come back.
    // What asks for suggested answers by itself is no act of the reader's.
    if (ctx.target?.closest?.("#sugestoes")) return;
    if (ctx.request.method === "POST" && ctx.target?.closest?.("#palco")) {
      cameFrom = ctx.target.id === "palco" ? location.pathname : "";
    }
  });
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-act=undo]");
    if (button) undo(button);
    if (event.target.closest?.(".passed a")) event.target.closest(".notice").remove();
  });
}
