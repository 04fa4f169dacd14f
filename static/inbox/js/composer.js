// Writing: Enter sends, drafts survive a change of conversation, files ride along, nothing is sent twice.

import { blank, keepDraft, namedIn, newKey, readDraft } from "./drafts.js";
import { el, htmx, lastSeq, say } from "./fragments.js";
import { notice } from "./notices.js";
import * as outbox from "./outbox.js";
import { addPiece, sizeText, storedPiece } from "./pieces.js";
import * as rewriting from "./rewriting.js";
import { isLoading } from "./stage.js";
import { copy, currentId, onThread, refreshThread } from "./thread.js";

const NO_CAPTION = ["audio", "sticker"];
const piecesOf = new Map();
// Files on their way to a conversation that is not drawn yet.
const carried = new Map();
let state = null;
let whileTyping = () => {};

const words = () => state.draft[state.draft.mode];
const modeInput = (mode) => state.form.querySelector(`[name=modo][value=${mode}]`);

function setProblem(text) {
  state.form.querySelector(".problem").textContent = text;
}

function fit() {
  if (CSS.supports("field-sizing", "content")) return;
  const { box } = state;
  box.style.height = "auto";
  box.style.height = `${box.scrollHeight}px`;
}

function count() {
  const limit = Number(state.form.dataset.textLimit) || Infinity;
  const left = limit - [...state.box.value].length;
  const counter = state.form.querySelector(".counter");
  counter.hidden = left > limit / 10 || limit === Infinity;
  counter.classList.toggle("over", left < 0);
  counter.textContent = left < 0 ? say("tooLong", { count: -left }) : say("left", { count: left });
}

/** What was measured was another text; the server measures this one in a moment. */
function forgetMeasure() {
  state.form.querySelector(".measure .over")?.classList.remove("over");
}

function drawReply() {
  const { reply } = words();
  const strip = state.form.querySelector(".replying");
  strip.hidden = !reply;
  if (!reply) return;
  strip.querySelector("b").textContent = reply.author;
  strip.querySelector(".quote span").textContent = reply.text;
}

/** Shown where the box is not: a text that is hidden with it would seem lost. */
function drawKept() {
  const { text } = state.draft.resposta;
  const strip = state.form.querySelector(".kept");
  strip.hidden = !text;
  strip.querySelector("q").textContent = text;
}

/** Makes a note of an answer that cannot be sent any more, because the person asked for it. */
function keepAsNote() {
  const { draft } = state;
  draft.nota.text = [draft.nota.text, draft.resposta.text].filter(Boolean).join("\n");
  draft.nota.key = newKey();
  draft.resposta = blank();
  setMode("nota");
}

function drawPieces() {
  const list = state.form.querySelector(".pieces");
  list.replaceChildren(...state.pieces.map((piece) => piece.row));
  drawTogether();
}

/** Where all files go in one letter: how many bytes they are of those that may go. */
function drawTogether() {
  const line = state.form.querySelector(".together");
  if (!line) return;
  line.hidden = !state.pieces.length;
  line.textContent = say("together", { size: sizeText(bytesOf(state.pieces)), limit: sizeText(mostTogether()) });
  line.classList.toggle("over", bytesOf(state.pieces) > mostTogether());
}

const bytesOf = (pieces) => pieces.reduce((sum, piece) => sum + piece.file.size, 0);
const mostTogether = () => Number(state.form.dataset.together) || Infinity;
const isLetter = () => mostTogether() < Infinity;

function draw() {
  const note = state.draft.mode === "nota";
  if (state.box.value !== words().text) {
    state.box.value = words().text;
    forgetMeasure();
    // What a script writes is no input: whoever measures the text hears of it by this.
    state.box.dispatchEvent(new Event("change", { bubbles: true }));
  }
  state.box.placeholder = note ? state.box.dataset.noteHint : state.box.dataset.replyHint;
  modeInput(state.draft.mode).checked = true;
  setProblem(words().problem ?? "");
  drawKept();
  drawReply();
  drawPieces();
  rewriting.drawRewritten();
  fit();
  count();
}

const keep = () => keepDraft(state.id, state.draft);

/** The draft of a conversation, open or not; `keepAt` keeps it and draws it where it stands. */
export const draftAt = (id) => (state?.id === id ? state.draft : readDraft(id));

export function keepAt(id, draft) {
  keepDraft(id, draft);
  if (state?.id === id) draw();
}

/** Turns to the answer or to the note: each has a text of its own, so that a note is never sent as an answer. */
export function setMode(mode) {
  if (!state) return;
  state.draft.mode = mode;
  draw();
  keep();
  state.box.focus();
}

export const focusComposer = () => state && setMode("resposta");

/** Puts the cursor back into the box, where there is one to type in and no touch keyboard would jump up. */
export function focusBox() {
  if (!state || isLoading() || !matchMedia("(pointer: fine)").matches || document.querySelector("dialog[open]")) return;
  if (state.box.checkVisibility()) state.box.focus();
}

/** Quotes a bubble in the answer being written. */
function replyTo(row) {
  const author = row.querySelector(".author")?.textContent.trim() || el("cabeca").querySelector("h2").textContent;
  const text =
    row.querySelector(".text, .gone, .file b")?.textContent.trim() ||
    row.querySelector(".bubble").getAttribute("aria-label");
  state.draft.resposta.reply = { id: row.id.slice(2), author, text: text.slice(0, 160) };
  setMode("resposta");
}

/** Writes a suggestion into the answer, after what stands there; whoever asked for it reads it and sends. */
function write(text) {
  const mine = state.draft.resposta;
  mine.text = [mine.text, text].filter(Boolean).join("\n");
  mine.key = newKey();
  setMode("resposta");
  state.box.setSelectionRange(mine.text.length, mine.text.length);
}

/** Puts other words for what stands in the answer into it, with what leads back to them. */
function rewrite(text, { own, used }) {
  Object.assign(state.draft.resposta, { text, own, used, key: newKey(), problem: "" });
  setMode("resposta");
  state.box.setSelectionRange(text.length, text.length);
}

/** Asks anew what may be answered with: the patient wrote on, or somebody answered. */
function suggestAgain() {
  const box = el("sugestoes");
  if (!box || !state || state.suggestedFor === lastSeq()) return;
  state.suggestedFor = lastSeq();
  htmx.trigger(box, "suggest");
}

/** What a model has just written goes into the box at once, unless something is being written there. */
function takeFresh() {
  const fresh = state?.form.querySelector("[data-fresh]");
  if (!fresh) return;
  delete fresh.dataset.fresh;
  if (!state.draft.resposta.text && state.draft.mode === "resposta") write(fresh.dataset.answer);
}

function addFiles(files) {
  if (!state || isLoading() || state.draft.mode === "nota") return;
  takeFiles(files);
  state.box.focus();
}

function takeFiles(files) {
  for (const file of files) letGo(addPiece(file, state.pieces, state.form), state.pieces);
  drawPieces();
}

/** Lets a file be taken out of those that go along. */
function letGo(piece, pieces) {
  piece.canGo = true;
  piece.remove.addEventListener("click", () => {
    piece.request?.abort();
    pieces.splice(pieces.indexOf(piece), 1);
    piece.row.remove();
    if (state) drawTogether();
  });
}

/** Takes files that the server attached to what is being written in a conversation. */
export function takeStored(id, files) {
  const pieces = piecesOf.get(id);
  if (!pieces || !files.length) return;
  for (const file of files) letGo(storedPiece(file, pieces), pieces);
  if (state?.id === id) drawPieces();
}

/** Lets the files chosen in one conversation go along to another: that one's channel judges them, and they are
 * uploaded there. */
export function filesMove(from, to) {
  const pieces = piecesOf.get(from)?.splice(0) ?? [];
  if (!pieces.length) return;
  for (const piece of pieces) piece.request?.abort();
  carried.set(to, [...(carried.get(to) ?? []), ...pieces.map((piece) => piece.file)]);
}

/** The posts that a text becomes: each file is a message of its own, the first that can carries the text; in a
 * letter all go together. */
function postsOf({ mode, text, key, reply, copies, named }, pieces, captionLimit) {
  const base = { modo: mode, responde_a: reply?.id ?? "", copia: copies, mencao: namedIn({ text, named }) };
  const plain = { fields: { ...base, texto: text, client_id: key }, quote: reply };
  if (!pieces.length) return text ? [plain] : [];
  if (isLetter()) return [{ ...plain, pieces, file: pieces.map((piece) => piece.file.name).join(", ") }];
  const fits = !NO_CAPTION.includes(pieces[0].kind) && [...text].length <= captionLimit;
  const files = pieces.map((piece, index) => ({
    pieces: [piece],
    file: piece.file.name,
    quote: index ? null : reply,
    fields: {
      ...base,
      responde_a: index ? "" : base.responde_a,
      texto: index === 0 && fits ? text : "",
      client_id: piece.key,
    },
  }));
  return text && !fits ? [...files, { fields: { ...plain.fields, responde_a: "" } }] : files;
}

/** By characters, or by parts as the server measured the answer. */
const isTooLong = () =>
  state.form.querySelector(state.draft.mode === "nota" ? ".counter.over" : ".counter.over, .measure .over");

function submit() {
  if (isLoading() || isTooLong()) return;
  const { mode } = state.draft;
  const pieces = mode === "nota" ? [] : state.pieces;
  const broken = pieces.find((piece) => piece.problem);
  if (broken) return setProblem(broken.problem);
  if (bytesOf(pieces) > mostTogether()) return setProblem(state.form.dataset.togetherWords);
  const posts = postsOf(
    { ...words(), mode, text: words().text.trim(), copies: state.form.elements.copia?.value ?? "" },
    [...pieces],
    Number(state.form.dataset.captionLimit),
  );
  if (!posts.length) return;
  state.draft[mode] = blank();
  if (mode !== "nota") state.pieces.splice(0);
  draw();
  keep();
  outbox.send(state.id, state.form.action, posts);
}

/** Puts what was not sent back where it was written, before what was written since. */
function giveBack(id, entries, problem) {
  const isHere = state?.id === id;
  const draft = draftAt(id);
  const { modo } = entries[0].fields;
  const mine = draft[modo];
  const texts = entries.map((entry) => entry.fields.texto).filter(Boolean);
  const isAlone = texts.length === 1 && !mine.text && !problem;
  mine.text = [...texts, mine.text].filter(Boolean).join("\n");
  mine.reply ??= entries[0].quote ?? null;
  mine.problem = problem;
  // Of a refusal it is known that nothing was stored; otherwise the same words keep their key.
  mine.key = isAlone ? entries[0].fields.client_id : newKey();
  const pieces = entries.flatMap((entry) => entry.pieces ?? []);
  piecesOf.get(id)?.unshift(...pieces);
  for (const piece of pieces) if (!piece.canGo) letGo(piece, piecesOf.get(id));
  keepDraft(id, draft);
  if (!isHere) return;
  // The words stand where they were written. The mode stays: a note that is just being begun would become an answer.
  draw();
  if (problem && draft.mode !== modo) notice(problem, "problem");
  if (problem) refreshThread();
  focusBox();
}

function mount(thread) {
  const form = thread.querySelector("#escrever");
  if (!form) return;
  const id = thread.dataset.conversation;
  if (!piecesOf.has(id)) piecesOf.set(id, []);
  state = { id, form, box: form.querySelector("#texto"), draft: readDraft(id), pieces: piecesOf.get(id) };
  if (carried.has(id)) state.draft.mode = "resposta";
  draw();
  takeFiles(carried.get(id) ?? []);
  carried.delete(id);
  outbox.mount(id);
  // Once the page around it is ready: a request of the element's own would come before its token.
  setTimeout(suggestAgain);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    submit();
  });
  state.box.addEventListener("input", () => {
    words().text = state.box.value;
    words().key = newKey();
    words().problem = "";
    setProblem("");
    drawKept();
    rewriting.drawRewritten();
    keep();
    fit();
    count();
    forgetMeasure();
    if (state.draft.mode === "resposta" && state.box.value) whileTyping();
  });
  state.box.addEventListener("keydown", (event) => {
    // On a touch keyboard Enter breaks the line, as in every messenger; the button sends. So it does in a letter.
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || matchMedia("(pointer: coarse)").matches) return;
    if (isLetter() && state.draft.mode === "resposta" && !event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    submit();
  });
  state.box.addEventListener("paste", (event) => {
    const files = [...event.clipboardData.files];
    if (!files.length) return;
    event.preventDefault();
    addFiles(files);
  });
  form.addEventListener("change", (event) => {
    if (event.target.name === "modo") setMode(event.target.value);
    if (event.target.id === "arquivos") {
      addFiles(event.target.files);
      event.target.value = "";
    }
  });
  // A phone's keyboard would cover the conversation that was just opened.
  if (matchMedia("(pointer: fine)").matches && !document.activeElement?.closest("#busca")) state.box.focus();
}

function watchDrop() {
  const hasFiles = (event) => state && [...(event.dataTransfer?.types ?? [])].includes("Files");
  document.addEventListener("dragover", (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    state.form.classList.add("dragging");
  });
  document.addEventListener("dragleave", (event) => !event.relatedTarget && state?.form.classList.remove("dragging"));
  document.addEventListener("drop", (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    state.form.classList.remove("dragging");
    addFiles(event.dataTransfer.files);
  });
}

/** Starts the composer; `typing` is called while an answer is being written. */
export function start({ typing }) {
  whileTyping = typing;
  outbox.start(giveBack);
  rewriting.start({ form: () => state?.form, draft: () => state?.draft.resposta, write: rewrite });
  onThread(mount, () => (state = null));
  watchDrop();
  document.addEventListener("htmx:after:swap", () => {
    takeFresh();
    suggestAgain();
  });
  document.addEventListener("click", (event) => {
    const target = event.target.closest?.("[data-act]");
    const answer = event.target.closest?.("[data-answer]");
    if (answer && state) write(answer.dataset.answer);
    if (!target || !state) return;
    if (target.dataset.act === "attach") el("arquivos").click();
    if (target.dataset.act === "keep-as-note") keepAsNote();
    if (target.dataset.act === "copy-kept") copy(state.draft.resposta.text);
    if (target.dataset.act === "reply") replyTo(target.closest(".message"));
    // What was refused as it stands is changed and sent as a new message.
    // biome-ignore lint/performance/useDomNodeTextContent: textContent knows no line breaks.
    if (target.dataset.act === "write-again") write(target.closest(".message").querySelector(".text")?.innerText ?? "");
    if (target.dataset.act === "unreply") {
      words().reply = null;
      drawReply();
      keep();
    }
  });
  // Leaving with a file half-way up would lose it; text is safe in the draft.
  addEventListener("beforeunload", (event) => {
    if (outbox.isCarrying() || (currentId() && state?.pieces.length)) event.preventDefault();
  });
}
