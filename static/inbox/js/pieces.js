// Files chosen for a message: checked against the channel's limits, uploaded at once, shown as chips.

import { newKey } from "./drafts.js";
import { el, say } from "./fragments.js";

const UNITS = ["B", "KB", "MB"];

export function sizeText(bytes) {
  const power = Math.min(UNITS.length - 1, Math.floor(Math.log2(Math.max(bytes, 1)) / 10));
  const value = bytes / 1024 ** power;
  return `${value.toLocaleString(document.documentElement.lang, { maximumFractionDigits: value < 10 ? 1 : 0 })} ${UNITS[power]}`;
}

const parse = (id) => JSON.parse(el(id).textContent);

const NAMELESS = ["", "application/octet-stream"];

/** The type of a file: the browser's word, or for one it does not know, what the name ends with. */
export function typeOf(file, endings) {
  const mime = file.type.split(";")[0].toLowerCase();
  const ending = /\.[a-z0-9]+$/.exec(file.name.toLowerCase())?.[0] ?? "";
  return NAMELESS.includes(mime) ? (endings[ending] ?? mime) : mime;
}

/** The kind of message a type becomes, by what the channel takes; "" when it takes no such file. */
export const kindOf = (mime, types) => Object.keys(types).find((kind) => types[kind].includes(mime)) ?? "";

/** Why a file cannot be sent, as a sentence; "" when it can. A type that is turned into another has no size yet. */
function refusal(file, mime, kind) {
  const sizes = parse("limites-tamanho");
  if (!file.size) return say("emptyFile", { name: file.name });
  if (!kind) return parse("limites-vao") || say("wrongType", { name: file.name });
  if (sizes[kind] && file.size > sizes[kind] && !parse("limites-outro").includes(mime)) {
    return say("tooLarge", { name: file.name, size: sizeText(file.size), limit: sizeText(sizes[kind]) });
  }
  return "";
}

/** Uploads a file that stands in a form of its own; resolves to {id} or {problem}. */
export const uploadFile = (file, url) => upload({ file }, url, () => {});

function upload(piece, url, onProgress) {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    const body = new FormData();
    body.set("arquivo", piece.file, piece.file.name);
    if (piece.isVoice) body.set("voz", "on");
    piece.request = request;
    request.open("POST", url);
    request.responseType = "json";
    request.setRequestHeader("X-CSRFToken", document.body.dataset.csrf);
    request.setRequestHeader("Accept", "application/json");
    request.upload.onprogress = (event) => event.lengthComputable && onProgress(event.loaded / event.total);
    const failed = () =>
      resolve({ problem: request.response?.detail || say("uploadFailed", { name: piece.file.name }) });
    request.onload = () => (request.status < 300 ? resolve({ id: request.response.id }) : failed());
    request.onerror = failed;
    request.onabort = () => resolve({ problem: "" });
    request.send(body);
  });
}

function draw(piece) {
  const row = document.createElement("li");
  row.className = "piece";
  const thumb = document.createElement("span");
  thumb.className = "thumb";
  if (piece.kind === "imagem" && piece.file instanceof Blob) {
    const image = document.createElement("img");
    image.src = URL.createObjectURL(piece.file);
    image.alt = "";
    image.onload = () => URL.revokeObjectURL(image.src);
    thumb.append(image);
  } else thumb.append(el("icone-arquivo").content.cloneNode(true));
  const words = document.createElement("span");
  const name = document.createElement("b");
  name.className = "truncate";
  name.textContent = piece.file.name;
  const note = document.createElement("small");
  note.textContent = sizeText(piece.file.size);
  const bar = document.createElement("progress");
  bar.max = 1;
  bar.value = 0;
  bar.setAttribute("aria-label", say("uploading", { name: piece.file.name }));
  words.append(name, note, bar);
  const remove = document.createElement("button");
  remove.type = "button";
  remove.className = "icon-button small";
  remove.setAttribute("aria-label", say("removeFile", { name: piece.file.name }));
  remove.append(el("icone-x").content.cloneNode(true));
  row.append(thumb, words, remove);
  Object.assign(piece, { row, note, bar, remove });
}

function fail(piece, problem) {
  piece.problem = problem;
  piece.row.classList.add("broken");
  piece.note.textContent = problem;
  piece.bar.remove();
}

/** Starts the upload of a voice note, which goes alone. */
export function voicePiece(file, form) {
  const piece = { file, kind: "audio", key: newKey(), id: "", problem: "", isVoice: true };
  draw(piece);
  piece.done = begin(piece, form);
  return piece;
}

/** Uploads a piece and draws how it goes. */
async function begin(piece, form) {
  const answer = await upload(piece, form.dataset.upload, (part) => (piece.bar.value = part));
  if (answer.id) {
    piece.id = answer.id;
    piece.bar.remove();
  } else fail(piece, answer.problem);
}

/** Adds a file that the server has already. */
export function storedPiece({ id, kind, filename, size }, pieces) {
  const piece = { file: { name: filename, size }, kind, key: newKey(), id, problem: "", done: Promise.resolve() };
  draw(piece);
  piece.bar.remove();
  pieces.push(piece);
  return piece;
}

/** Adds a file to `pieces` and starts its upload. piece.done resolves when it is ready or has failed. */
export function addPiece(file, pieces, form) {
  const mime = typeOf(file, parse("limites-final"));
  const kind = kindOf(mime, parse("limites-tipo"));
  const piece = { file, kind, key: newKey(), id: "", problem: "" };
  draw(piece);
  pieces.push(piece);
  const problem = refusal(file, mime, kind);
  if (problem) {
    fail(piece, problem);
    piece.done = Promise.resolve();
  } else {
    piece.done = begin(piece, form);
  }
  return piece;
}
