// Drafts on the server: what is typed here stands on the person's other screens too. The copy of this page wins while
// the line is away, and where two screens wrote different things neither is dropped before the person says so.

import { draftAt, keepAt } from "./composer.js";
import { onKept } from "./drafts.js";
import { el, say } from "./fragments.js";
import { onThread } from "./thread.js";

const SAVE_MS = 800;
const AGAIN_MS = 5_000;
const MODES = ["resposta", "nota"];
// A browser lets a request outlive its page only so large.
const OUTLIVES = 15_000;
const NOTHING = { text: "", version: "" };
const lines = new Map();
let withDraft = new Set();

const nameOf = (key) => `rascunho:${document.body.dataset.member}:${key}:guardado`;
const urlOf = (id) => document.body.dataset.drafts.replace(/0{8}-[0-]+/, id);

/** What the server was last known to keep; it outlives a reload as the draft itself does. */
function lineOf(id, mode) {
  const key = `${id}:${mode}`;
  if (!lines.has(key)) {
    let kept = NOTHING;
    try {
      kept = JSON.parse(sessionStorage.getItem(nameOf(key))) ?? NOTHING;
    } catch {
      // See drafts.js.
    }
    lines.set(key, { key, kept, timer: 0, isBusy: false, isAgain: false, other: null });
  }
  return lines.get(key);
}

function remember(line, kept) {
  line.kept = kept;
  try {
    if (kept.version) sessionStorage.setItem(nameOf(line.key), JSON.stringify(kept));
    else sessionStorage.removeItem(nameOf(line.key));
  } catch {
    // See drafts.js.
  }
}

async function ask(url, options = {}) {
  const headers = { Accept: "application/json", "X-CSRFToken": document.body.dataset.csrf };
  try {
    const response = await fetch(url, { headers, ...options });
    return response.ok ? await response.json() : null;
  } catch {
    return null;
  }
}

function later(line, id, mode, wait) {
  clearTimeout(line.timer);
  line.timer = setTimeout(save, wait, id, mode);
}

async function save(id, mode) {
  const line = lineOf(id, mode);
  clearTimeout(line.timer);
  line.timer = 0;
  const { text } = draftAt(id)[mode];
  if (line.other || text === line.kept.text) return;
  if (line.isBusy) {
    line.isAgain = true;
    return;
  }
  line.isBusy = true;
  const body = new FormData();
  body.set("modo", mode);
  body.set("texto", text);
  body.set("versao", line.kept.version);
  const answer = await ask(urlOf(id), { method: "POST", body, keepalive: text.length < OUTLIVES });
  line.isBusy = false;
  if (!answer) return later(line, id, mode, AGAIN_MS);
  if (answer.taken) remember(line, { text, version: answer.version });
  else differ(line, answer);
  if (line.isAgain) {
    line.isAgain = false;
    save(id, mode);
  }
}

/** Another screen wrote something else: both stand there until the person chooses. */
function differ(line, { text, version }) {
  remember(line, { text, version });
  line.other = text;
  drawOther();
}

function lineHere() {
  const form = el("escrever");
  return form && lineOf(el("conversa").dataset.conversation, form.elements.modo.value);
}

function drawOther() {
  const strip = el("escrever")?.querySelector(".other-draft");
  if (!strip) return;
  const other = lineHere()?.other;
  strip.hidden = !other;
  strip.querySelector("q").textContent = other ?? "";
}

/** Takes the other screen's text in before one's own, or drops it. */
function settle(isJoined) {
  const line = lineHere();
  if (!line?.other) return;
  const [id, mode] = line.key.split(":");
  const { other } = line;
  line.other = null;
  if (isJoined) put(id, mode, [other, draftAt(id)[mode].text].filter(Boolean).join("\n"));
  drawOther();
  save(id, mode);
}

function put(id, mode, text) {
  const draft = draftAt(id);
  draft[mode].text = text;
  keepAt(id, draft);
}

async function opened(id) {
  const found = await ask(urlOf(id));
  if (!found) return;
  for (const mode of MODES) {
    const line = lineOf(id, mode);
    const theirs = found[mode] ?? NOTHING;
    const mine = draftAt(id)[mode].text;
    // Something is on its way there; its answer tells more.
    if (line.isBusy || line.timer || line.other) continue;
    if (mine === theirs.text) remember(line, theirs);
    else if (theirs.version === line.kept.version) save(id, mode);
    else if (!mine || mine === line.kept.text) {
      remember(line, theirs);
      put(id, mode, theirs.text);
    } else if (theirs.text) differ(line, theirs);
    else {
      remember(line, theirs);
      save(id, mode);
    }
  }
  drawOther();
}

function kept(id, draft) {
  for (const mode of MODES) {
    const line = lineOf(id, mode);
    const { text } = draft[mode];
    if (text === line.kept.text) {
      clearTimeout(line.timer);
      line.timer = 0;
    } else if (!line.other) later(line, id, mode, text ? SAVE_MS : 0);
  }
  if (MODES.some((mode) => draft[mode].text)) withDraft.add(id);
  else withDraft.delete(id);
  drawMarks();
  drawOther();
}

/** Says on each card of the list whether something half-written waits there. */
function drawMarks() {
  for (const card of document.querySelectorAll("#lista .card[data-conversation]")) {
    const line = card.querySelector(".preview");
    if (!line) continue;
    if (withDraft.has(card.dataset.conversation)) line.dataset.draft = say("draft");
    else delete line.dataset.draft;
  }
}

async function refreshMarks() {
  const found = await ask(document.body.dataset.ownDrafts);
  if (found) withDraft = new Set(found.ids);
  drawMarks();
}

function saveAll() {
  for (const line of lines.values()) {
    if (line.timer) save(...line.key.split(":"));
  }
}

/** Starts keeping drafts on the server. */
export function start() {
  onKept(kept);
  onThread(({ dataset }) => opened(dataset.conversation));
  document.addEventListener("htmx:after:swap", drawMarks);
  document.addEventListener("click", ({ target }) => {
    const act = target.closest?.("[data-act]")?.dataset.act;
    if (act === "draft-join" || act === "draft-drop") settle(act === "draft-join");
  });
  addEventListener("pagehide", saveAll);
  addEventListener("online", saveAll);
  document.addEventListener("visibilitychange", () => (document.hidden ? saveAll() : refreshMarks()));
  refreshMarks();
}
