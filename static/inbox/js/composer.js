// Writing: Enter sends, drafts survive a change of conversation, files ride along, nothing is sent twice.
import { el, exchange, lastSeq, revision, say } from "./fragments.js";
import { keepDraft, newKey, readDraft } from "./drafts.js";
import { addPiece } from "./pieces.js";
import { currentId, onThread, refreshThread } from "./thread.js";

const NO_CAPTION = ["audio", "sticker"];
const piecesOf = new Map();
let state = null;
let whileTyping = () => {};

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
  const limit = Number(state.form.dataset.textLimit);
  const left = limit - [...state.box.value].length;
  const counter = state.form.querySelector(".counter");
  counter.hidden = left > limit / 10;
  counter.classList.toggle("over", left < 0);
  counter.textContent = left < 0 ? say("tooLong", { count: -left }) : say("left", { count: left });
}

function drawReply() {
  const { reply } = state.draft;
  const strip = state.form.querySelector(".replying");
  strip.hidden = !reply;
  if (!reply) return;
  strip.querySelector("b").textContent = reply.author;
  strip.querySelector(".quote span").textContent = reply.text;
}

function drawPieces() {
  const list = state.form.querySelector(".pieces");
  list.replaceChildren(...state.pieces.map((piece) => piece.row));
}

function drawMode() {
  const note = state.draft.mode === "nota";
  state.box.placeholder = note ? state.box.dataset.noteHint : state.box.dataset.replyHint;
}

function draw() {
  state.box.value = state.draft.text;
  modeInput(state.draft.mode).checked = true;
  drawMode();
  drawReply();
  drawPieces();
  fit();
  count();
}

const keep = () => keepDraft(state.id, state.draft);

export function setMode(mode) {
  if (!state) return;
  modeInput(mode).checked = true;
  state.draft.mode = mode;
  drawMode();
  keep();
  state.box.focus();
}

export const focusComposer = () => state && setMode("resposta");

/** Quotes a bubble in the answer being written. */
function replyTo(row) {
  const author = row.querySelector(".author")?.textContent.trim() || el("cabeca").querySelector("h2").textContent;
  const text = row.querySelector(".text, .gone, .file b")?.textContent.trim() || row.querySelector(".bubble").getAttribute("aria-label");
  state.draft.reply = { id: row.id.slice(2), author, text: text.slice(0, 160) };
  drawReply();
  setMode("resposta");
}

function addFiles(files) {
  if (!state || state.draft.mode === "nota") return;
  for (const file of files) {
    const { pieces } = state;
    const piece = addPiece(file, pieces, state.form);
    piece.remove.addEventListener("click", () => {
      piece.request?.abort();
      pieces.splice(pieces.indexOf(piece), 1);
      piece.row.remove();
    });
  }
  drawPieces();
  state.box.focus();
}

/** The posts that a draft becomes: each file is a message of its own, the first that can carries the text. */
function postsOf({ draft, pieces, form }) {
  const text = draft.text.trim();
  const base = { modo: draft.mode, responde_a: draft.reply?.id ?? "" };
  const plain = { ...base, texto: text, client_id: draft.key };
  if (draft.mode === "nota" || !pieces.length) return text ? [{ fields: plain }] : [];
  const first = pieces[0];
  const fits = !NO_CAPTION.includes(first.kind) && [...text].length <= Number(form.dataset.captionLimit);
  const files = pieces.map((piece, index) => ({
    piece,
    fields: {
      ...base,
      responde_a: index ? "" : base.responde_a,
      texto: index === 0 && fits ? text : "",
      anexo: piece.id,
      client_id: piece.key,
    },
  }));
  return text && !fits ? [...files, { fields: { ...plain, responde_a: "" } }] : files;
}

const formOf = (fields) => {
  const data = new FormData();
  for (const [name, value] of Object.entries(fields)) if (value) data.set(name, value);
  data.set("desde", revision());
  data.set("visto", lastSeq());
  return data;
};

async function submit() {
  const mine = state;
  if (mine.sending || mine.form.querySelector(".counter.over")) return;
  setProblem("");
  mine.sending = true;
  await Promise.all(mine.pieces.map((piece) => piece.done));
  mine.sending = false;
  const broken = mine.pieces.find((piece) => piece.problem);
  if (broken) return setProblem(broken.problem);
  const posts = postsOf(mine);
  if (!posts.length) return;

  const sent = mine.draft;
  const target = el("mensagens");
  mine.draft = { text: "", mode: sent.mode, key: newKey(), reply: null };
  const pieces = mine.pieces.splice(0);
  if (state === mine) draw();
  keepDraft(mine.id, mine.draft);

  for (const [index, post] of posts.entries()) {
    const { ok, status, problem } = await exchange(mine.form.action, { data: formOf(post.fields), target, quiet: true });
    if (ok) continue;
    // What was not sent comes back with its keys, so that trying again cannot send it twice.
    const rest = posts.slice(index);
    mine.pieces.unshift(...pieces.filter((piece) => rest.some((each) => each.piece === piece)));
    const text = rest.find((each) => each.fields.texto)?.fields.texto ?? "";
    mine.draft = { ...sent, text: [text, mine.draft.text].filter(Boolean).join("\n"), key: status === 0 ? sent.key : newKey() };
    keepDraft(mine.id, mine.draft);
    if (state === mine) {
      draw();
      setProblem(problem);
      if (status) refreshThread();
    }
    return;
  }
}

function mount(thread) {
  const form = thread.querySelector("#escrever");
  if (!form) return;
  const id = thread.dataset.conversation;
  if (!piecesOf.has(id)) piecesOf.set(id, []);
  state = { id, form, box: form.querySelector("#texto"), draft: readDraft(id), pieces: piecesOf.get(id), sending: false };
  draw();
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    submit();
  });
  state.box.addEventListener("input", () => {
    state.draft.text = state.box.value;
    state.draft.key = newKey();
    setProblem("");
    keep();
    fit();
    count();
    if (state.draft.mode === "resposta" && state.box.value) whileTyping();
  });
  state.box.addEventListener("keydown", (event) => {
    // On a touch keyboard Enter breaks the line, as in every messenger; the button sends.
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || matchMedia("(pointer: coarse)").matches) return;
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
  onThread(mount, () => (state = null));
  watchDrop();
  document.addEventListener("click", (event) => {
    const target = event.target.closest?.("[data-act]");
    if (!target || !state) return;
    if (target.dataset.act === "attach") el("arquivos").click();
    if (target.dataset.act === "reply") replyTo(target.closest(".message"));
    if (target.dataset.act === "unreply") {
      state.draft.reply = null;
      drawReply();
      keep();
    }
  });
  // Leaving with a file half-way up would lose it; text is safe in the draft.
  addEventListener("beforeunload", (event) => {
    if (currentId() && state?.pieces.length) event.preventDefault();
  });
}
