// The stage while another conversation is on its way: it belongs to nobody, so nothing can be written, pressed or
// ended in the one that stood there before.
import { el, htmx, say } from "./fragments.js";

let coming = null;

const stage = () => el("palco");
const idIn = (path) => /\/conversas\/([0-9a-f-]{36})\//.exec(path ?? "")?.[1] ?? "";

/** Whether what stands on the stage is about to go. */
export const isLoading = () => coming !== null;

/** The id of the conversation that was asked for and is not here yet; "" when there is none. */
export const comingId = () => coming?.id ?? "";

function cover(words) {
  for (const part of stage().children) part.inert = true;
  const box = document.createElement("div");
  box.className = "stage-cover";
  box.setAttribute("role", "status");
  const spinner = document.createElement("span");
  spinner.className = "spinner";
  const text = document.createElement("p");
  text.textContent = words;
  box.append(spinner, text);
  stage().append(box);
  stage().setAttribute("aria-busy", "true");
}

function uncover() {
  stage().removeAttribute("aria-busy");
  stage().querySelector(":scope > .stage-cover")?.remove();
  for (const part of stage().children) part.inert = false;
}

function nameOf(id) {
  return el(`c-${id}`)?.querySelector(".name")?.textContent.trim() ?? "";
}

function begin(ctx) {
  const id = idIn(ctx.request.action);
  const name = id && nameOf(id);
  if (coming) uncover();
  const had = coming?.had ?? document.activeElement;
  coming = { ctx, id, name, had };
  cover(name ? say("opening", { name }) : say("loading"));
  onChange();
}

/** Another conversation was asked for and cannot be had: the old one does not come back in its place. */
async function fail({ id, name, ctx }) {
  const box = document.createElement("main");
  box.className = "thread thread-empty";
  box.id = "conversa";
  const words = document.createElement("div");
  words.className = "empty";
  const title = document.createElement("h2");
  title.textContent = say("notOpened", { name: name || say("thisOne") });
  const why = document.createElement("p");
  why.textContent = ctx.refusal?.words || say("noAnswer");
  const again = document.createElement("a");
  again.className = "button";
  again.href = ctx.request.action;
  again.textContent = say("tryAgain");
  const back = again.cloneNode();
  back.href = el("filtro").form.dataset.home;
  back.textContent = say("backToList");
  words.append(title, why, again, back);
  box.append(words);
  await htmx.swap({
    text: box.outerHTML,
    target: stage(),
    swap: "innerHTML",
    sourceElement: stage(),
    transition: false,
  });
  if (id) stage().querySelector("a").focus();
}

async function end(ctx) {
  if (ctx.target?.id === "palco" && !coming) return onChange();
  // Another request took its place, and covers the stage in its turn.
  if (coming?.ctx !== ctx || ctx.status?.includes("AbortError")) return;
  const gone = coming;
  coming = null;
  uncover();
  if (ctx.status !== "swapped" && gone.id) await fail(gone);
  else if (ctx.status !== "swapped") gone.had?.focus?.();
  onChange();
}

let onChange = () => {};

/** Starts watching what is asked for; `changed` is called when a conversation was asked for and when it came. */
export function start(changed) {
  onChange = changed;
  document.addEventListener("htmx:before:request", ({ detail: { ctx } }) => ctx.target?.id === "palco" && begin(ctx));
  document.addEventListener("htmx:finally:request", ({ detail: { ctx } }) => end(ctx));
  document.addEventListener("htmx:before:swap", (event) => {
    const { ctx } = event.detail;
    if (!coming || !ctx.request || ctx.target?.id !== "palco") return;
    // The answer to an earlier click, which came late.
    if (ctx !== coming.ctx) return event.preventDefault();
    // From here on it is the new conversation's: what mounts it may put the cursor into its box.
    coming = null;
    uncover();
  });
}
