// Talks to the server in HTML fragments and slots their rows into ordered lists.
// Everything a person reads comes from these fragments; events only say that something changed.

export const htmx = window.htmx;
const texts = JSON.parse(document.getElementById("textos").textContent);

/** The sentence named `key`, its {blanks} filled in. */
export const say = (key, values = {}) =>
  texts[key].replace(/\{(\w+)\}/g, (blank, name) => String(values[name] ?? blank));

export const el = (id) => document.getElementById(id);

/** Shows a passing notice made of text, never of HTML. */
export function notice(text, level = "") {
  const box = document.createElement("div");
  box.className = `notice ${level}`;
  if (level === "problem") box.setAttribute("role", "alert");
  const words = document.createElement("p");
  words.textContent = text;
  box.append(words);
  el("avisos").append(box);
}

const rank = (row) => [
  Number(row.dataset.order),
  Number(row.dataset.seq ?? 0) - (row.hasAttribute("data-before") ? 0.5 : 0),
];

function comesBefore(a, b, descending) {
  const [x, y] = [rank(a), rank(b)];
  const difference = x[0] - y[0] || x[1] - y[1];
  return descending ? difference > 0 : difference < 0;
}

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

/** The sentence of a refusal, as the server wrote it in _notice.html; "" when the answer is something else. */
const problemIn = (html) =>
  new DOMParser().parseFromString(html, "text/html").querySelector(".notice p")?.textContent.trim() ?? "";

/**
 * Sends a form to the server and swaps the answer in. Resolves to {ok, status, problem}; status 0 means that
 * nobody knows whether the server got it. Never rejects, and `quiet` keeps failures off the screen. An answer that
 * is not wanted any more when it comes is dropped.
 */
export async function exchange(url, { data = null, target, swap = "merge", quiet = false, isWanted = () => true } = {}) {
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
    if (!quiet) notice(say("offline"), "problem");
    return { ok: false, status: 0, problem: say("offline") };
  }
  if (response.status === 401) signOut();
  if (!response.ok) {
    const problem = problemIn(text) || say("unexpected");
    if (!quiet) notice(problem, "problem");
    return { ok: false, status: response.status, problem };
  }
  // The person may have opened another conversation meanwhile: then the answer has nowhere to go.
  if (target?.isConnected && text.trim() && isWanted()) {
    await htmx.swap({ text, target, swap, sourceElement: target, transition: false });
  }
  return { ok: true, status: response.status, problem: "" };
}

/** The changes-since number of the open conversation, as text; "" when none is open. */
export const revision = () => el("cabeca")?.dataset.revision ?? "";

/** The seq of the newest message on screen: what the person can have read. */
export const lastSeq = () =>
  Math.max(0, ...[...document.querySelectorAll("#mensagens > [id^=m-]")].map((row) => Number(row.dataset.seq)));

document.addEventListener("htmx:config:request", ({ detail: { ctx } }) => {
  if (ctx.request.method !== "GET") ctx.request.headers["X-CSRFToken"] = document.body.dataset.csrf;
  if (ctx.sourceElement.closest?.("#conversa, #painel")) ctx.request.body?.set("desde", revision());
});

// A refusal is a notice, not something to swap into the place of a thread.
document.addEventListener("htmx:after:request", (event) => {
  const { ctx } = event.detail;
  const { status } = ctx.response;
  if (status < 400) return;
  event.preventDefault();
  if (status === 401) signOut();
  else notice(problemIn(ctx.text) || say("unexpected"), "problem");
});

document.addEventListener("htmx:error", ({ detail }) => {
  if (detail.ctx && !detail.ctx.response) notice(say("offline"), "problem");
});
