// Quick replies and blanks: `/` and `{{` in the box, filled in for this patient, with a word where a value is missing.
import { takeStored } from "./composer.js";
import { el, say } from "./fragments.js";
import { closeMenu, offer, plain, putText, typeSign } from "./menu.js";
import { notice } from "./notices.js";
import { currentId, onThread } from "./thread.js";

// A patient's name or protocol may change while the conversation stands open.
const FRESH_MS = 30_000;
let known = null;

const form = () => el("escrever");
const headers = () => ({ Accept: "application/json", "X-CSRFToken": document.body.dataset.csrf });

async function fetchOffered() {
  const id = currentId();
  try {
    const response = await fetch(form().dataset.quick, { headers: headers() });
    if (!response.ok) return null;
    return { id, at: Date.now(), ...(await response.json()) };
  } catch {
    // Without a line nothing is offered; what is typed stays what it is.
    return null;
  }
}

async function offered() {
  if (known?.id === currentId() && Date.now() - known.at < FRESH_MS) return known;
  const found = await fetchOffered();
  if (found?.id === currentId()) known = found;
  return found ?? { replies: [], blanks: [] };
}

const forget = () => (known = null);

/** How well a reply answers what was typed: its name's beginning, a word of it, its text; 0 not at all. */
function rank({ name, folder, text }, wanted) {
  if (plain(name).startsWith(wanted)) return 3;
  if (plain(name).includes(wanted) || plain(folder).startsWith(wanted)) return 2;
  return plain(text).includes(wanted) ? 1 : 0;
}

async function replies(words) {
  const wanted = plain(words);
  const { replies: all } = await offered();
  return all
    .map((reply) => ({ reply, rank: rank(reply, wanted) }))
    .filter((one) => one.rank)
    .sort((one, other) => other.rank - one.rank)
    .map(({ reply }) => ({
      reply,
      title: `/${reply.name}`,
      note: [reply.folder || reply.whose, reply.files.length && say("withFiles", { count: reply.files.length })]
        .filter(Boolean)
        .join(" · "),
      detail: reply.text,
    }));
}

/** Counts the use and lets the files come along, into the conversation in which it was chosen. */
async function use(reply) {
  const id = currentId();
  const body = new FormData(form());
  const url = form().dataset.useQuick.replace(/0{8}-[0-]+/, reply.id);
  try {
    const response = await fetch(url, { method: "POST", headers: headers(), body });
    const answer = await response.json();
    if (!response.ok) return notice(answer.detail, "problem");
    takeStored(id, answer.files);
  } catch {
    if (reply.files.length) notice(say("noFiles"), "problem");
  }
}

/** Marks the first blank that has no value, so that typing fills it. */
function pointAt(missing) {
  const box = el("texto");
  const blank = `{{${missing[0]}}}`;
  const at = box.value.indexOf(blank);
  if (at >= 0) box.setSelectionRange(at, at + blank.length);
  notice(say("blankEmpty", { names: missing.map((name) => `{{${name}}}`).join(", ") }), "problem");
}

function takeReply({ reply }, range) {
  putText(reply.text, range);
  if (reply.missing.length) pointAt(reply.missing);
  use(reply);
}

async function blanks(words) {
  const wanted = plain(words);
  const { blanks: all } = await offered();
  return all
    .filter(({ name, label }) => plain(name).includes(wanted) || plain(label).includes(wanted))
    .sort((one, other) => plain(other.name).startsWith(wanted) - plain(one.name).startsWith(wanted))
    .map((blank) => ({ blank, title: `{{${blank.name}}}`, note: blank.label, detail: blank.value || say("noValue") }));
}

function takeBlank({ blank }, range) {
  if (blank.value) return putText(blank.value, range);
  putText("", range);
  notice(say("blankEmpty", { names: `{{${blank.name}}}` }), "problem");
}

/** Opens what is behind a slash, for a finger. */
function press() {
  typeSign("/");
  offered().then(({ replies: all }) => all.length || notice(say("noReplies")));
}

/** Starts offering. */
export function start() {
  offer({
    name: "quickReplies",
    hasFoot: true,
    match: (before) => {
      const found = /(?:^|\s)\/(\S*)$/.exec(before);
      return found && { from: before.length - found[1].length - 1, words: found[1] };
    },
    options: replies,
    choose: takeReply,
  });
  offer({
    name: "blanks",
    match: (before) => {
      const found = /\{\{\s?([^{}\n]{0,20})$/.exec(before);
      return found && { from: found.index, words: found[1] };
    },
    options: blanks,
    choose: takeBlank,
  });
  onThread(() => {}, forget);
  document.addEventListener("click", (event) => {
    const act = event.target.closest?.("[data-act]");
    if (act?.dataset.act === "quick") press();
  });
  document.addEventListener("htmx:after:request", ({ detail: { ctx } }) => {
    if (!ctx.sourceElement?.matches?.("[data-quick-form]") || ctx.response.status >= 400) return;
    forget();
    closeMenu();
    notice(say("quickKept"));
  });
}
