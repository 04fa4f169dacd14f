// Talks to the server in HTML fragments and slots their rows into ordered lists.
// Everything a person reads comes from these fragments; events only say that something changed.

import { notice } from "./notices.js";
import { comesBefore } from "./order.js";

export const htmx = window.htmx;
const texts = JSON.parse(document.getElementById("textos").textContent);

/** The sentence named `key`, its {blanks} filled in. */
export const say = (key, values = {}) =>
  texts[key].replace(/\{(\w+)\}/g, (blank, name) => String(values[name] ?? blank));

export const el = (id) => document.getElementById(id);

/** Puts a row where its order says. Most rows are the newest, so the search starts at that end. */
function place(list, row) {
  const descending = list.dataset.orderBy !== "asc";
  const rows = [...list.children].filter((other) => other !== row && other.dataset.order !== undefined);
  if (descending) {
    const next = rows.find((other) => comesBefore(row, other, true));
    if (next) return next.before(row);
    const last = list.querySelector(":scope > [data-last]");
    return last ? last.before(row) : list.append(row);
  }
  const previous = rows.findLast((other) => comesBefore(other, row, false));
  return previous ? previous.after(row) : list.prepend(row);
}

let api = null;

function updateRow(list, old, row) {
  const moved = old.dataset.order !== row.dataset.order;
  const fragment = document.createDocumentFragment();
  fragment.append(row);
  api.morph(old, fragment, false);
  if (!moved) return;
  const focused = old.contains(document.activeElement) ? document.activeElement : null;
  place(list, old);
  focused?.focus({ preventScroll: true });
}

/** The "merge" swap: rows replace their namesakes, find their place, or take a row away (data-gone). */
function merge(list, fragment, { older = false } = {}) {
  const changed = [];
  const oldest = list.dataset.older && list.querySelector(":scope > .message, :scope > .event");
  for (const row of [...fragment.children]) {
    const old = row.id && el(row.id);
    // The bubble that stood for it until the server drew it.
    if (row.dataset.client) el(`l-${row.dataset.client}`)?.remove();
    if (row.dataset.cursor !== undefined) {
      if (row.dataset.cursor) list.dataset.older = row.dataset.cursor;
      else delete list.dataset.older;
    }
    if (row.hasAttribute("data-gone")) {
      old?.remove();
    } else if (old && list.contains(old)) {
      updateRow(list, old, row);
      changed.push(old);
    } else if (row.dataset.order !== undefined && (older || !oldest || !comesBefore(row, oldest, false))) {
      // A change far above the loaded history stays out: it would stand there without its neighbours.
      place(list, row);
      changed.push(row);
    }
  }
  if (changed.length) list.querySelector(":scope > .empty")?.remove();
  return changed;
}

htmx.registerExtension("merge", {
  init: (internal) => {
    api = internal;
  },
  handle_swap: (style, target, fragment, spec) => style === "merge" && merge(target, fragment, spec),
});

const signOut = () => location.assign(`${document.body.dataset.login}?next=${encodeURIComponent(location.pathname)}`);

/** A refusal as the server wrote it in _notice.html: the sentence ("" when the answer is something else), how grave
 * it is, and what is wrong with single inputs. */
function refusalIn(html) {
  const box = new DOMParser().parseFromString(html, "text/html").querySelector(".notice");
  const fields = [...(box?.querySelectorAll("template[data-field]") ?? [])];
  return {
    words: box?.querySelector("p")?.textContent.trim() ?? "",
    level: box?.dataset.level ?? "problem",
    fields: fields.map((field) => [field.dataset.field, field.content.textContent.trim()]),
  };
}

/**
 * Sends a form to the server and swaps the answer in. Resolves to {ok, status, problem}; status 0 means that
 * nobody knows whether the server got it. Never rejects, and `quiet` keeps failures off the screen. An answer that
 * is not wanted any more when it comes is dropped.
 */
export async function exchange(
  url,
  { data = null, target, swap = "merge", quiet = false, isWanted = () => true } = {},
) {
  let response;
  let text;
  try {
    response = await fetch(url, {
      method: data ? "POST" : "GET",
      body: data,
      credentials: "same-origin",
      headers: { "HX-Request": "true", "X-CSRFToken": document.body.dataset.csrf, Accept: "text/html" },
    });
    text = await response.text();
  } catch {
    if (!quiet) notice(say("noAnswer"), "problem");
    return { ok: false, status: 0, problem: say("noAnswer") };
  }
  if (response.status === 401) signOut();
  if (!response.ok) {
    const { words, level } = refusalIn(text);
    const problem = words || say("unexpected");
    if (!quiet) notice(problem, level);
    return { ok: false, status: response.status, problem };
  }
  if (isWanted()) await put(text, { target, swap });
  return { ok: true, status: response.status, problem: "" };
}

/** Swaps a fragment in, wherever it came from. */
export async function put(text, { target, swap = "merge" }) {
  // The person may have opened another conversation meanwhile: then the answer has nowhere to go.
  if (!target?.isConnected || !text.trim()) return;
  await htmx.swap({ text, target, swap, sourceElement: target, transition: false });
}

/** Opens a conversation's address on the stage, as a click on its card does. */
export const openTalk = (url) => htmx.ajax("GET", url, { target: "#palco", swap: "innerHTML", push: url });

/** The changes-since number of the open conversation, as text; "" when none is open. */
export const revision = () => el("cabeca")?.dataset.revision ?? "";

/** The seq of the newest message on screen: what the person can have read. */
export const lastSeq = () =>
  Math.max(0, ...[...document.querySelectorAll("#mensagens > [id^=m-]")].map((row) => Number(row.dataset.seq)));

/** Whether a failure is told where it happened, by the stage or inside of a dialog, and needs no notice. */
const isSaidThere = (ctx) =>
  (ctx.request.method === "GET" && ctx.target?.id === "palco") || Boolean(ctx.sourceElement?.closest?.("dialog[open]"));

document.addEventListener("htmx:config:request", ({ detail: { ctx } }) => {
  if (ctx.request.method !== "GET") ctx.request.headers["X-CSRFToken"] = document.body.dataset.csrf;
  if (ctx.sourceElement.closest?.("#conversa, #painel")) ctx.request.body?.set("desde", revision());
});

// An answer to what was done in one conversation has no place in another: its head and its column would be drawn over.
document.addEventListener("htmx:before:request", ({ detail: { ctx } }) => {
  if (ctx.target?.closest?.("#conversa")) ctx.conversation = el("conversa").dataset.conversation;
});
document.addEventListener("htmx:before:swap", (event) => {
  const { conversation } = event.detail.ctx;
  if (conversation && conversation !== el("conversa")?.dataset.conversation) event.preventDefault();
});

// A refusal is a notice, not something to swap into the place of a thread.
document.addEventListener("htmx:after:request", (event) => {
  const { ctx } = event.detail;
  const { status } = ctx.response;
  if (status < 400) return;
  event.preventDefault();
  const refusal = refusalIn(ctx.text);
  refusal.words ||= say("unexpected");
  ctx.refusal = refusal;
  if (status === 401) signOut();
  else if (!isSaidThere(ctx)) notice(refusal.words, refusal.level);
});

document.addEventListener("htmx:error", ({ detail: { ctx } }) => {
  if (!ctx || ctx.response) return;
  ctx.refusal = { words: say("noAnswer"), level: "problem", fields: [] };
  if (!isSaidThere(ctx)) notice(say("noAnswer"), "problem");
});
