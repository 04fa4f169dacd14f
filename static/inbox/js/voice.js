// Voice notes: recorded here in whatever form the browser has, heard, thrown away or sent. The server makes of it what
// the patient's phone plays as a voice note.
import { newKey } from "./drafts.js";
import { el, say } from "./fragments.js";
import { notice } from "./notices.js";
import * as outbox from "./outbox.js";
import { voicePiece } from "./pieces.js";
import { currentId, onThread } from "./thread.js";

const FORMS = ["audio/ogg;codecs=opus", "audio/webm;codecs=opus", "audio/mp4"];
const ENDINGS = { "audio/ogg": "ogg", "audio/webm": "webm", "audio/mp4": "m4a" };
const MOST_MS = 15 * 60_000;
// What was recorded and neither sent nor thrown away, by conversation.
const recorded = new Map();
let running = null;

const strip = () => el("escrever")?.querySelector(".recording");

function clock(milliseconds) {
  const seconds = Math.floor(milliseconds / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

function draw() {
  const box = strip();
  if (!box) return;
  const done = recorded.get(currentId());
  box.hidden = !running && !done;
  box.dataset.state = running ? "running" : "done";
  if (running) box.querySelector("time").textContent = clock(Date.now() - running.at);
  const player = box.querySelector("audio");
  if (done && player.dataset.key !== done.key) {
    player.src = done.url;
    player.dataset.key = done.key;
  }
}

async function record() {
  if (running || recorded.has(currentId())) return;
  const id = currentId();
  const mimeType = FORMS.find((form) => window.MediaRecorder?.isTypeSupported(form));
  // A page that is not served over https is given no microphone.
  if (!mimeType || !navigator.mediaDevices) return notice(say("noRecorder"), "problem");
  let stream;
  try {
    stream = await navigator.mediaDevices.getUserMedia({ audio: true });
  } catch {
    return notice(say("noMicrophone"), "problem");
  }
  if (currentId() !== id) return release(stream);
  const recorder = new MediaRecorder(stream, { mimeType, audioBitsPerSecond: 32_000 });
  const parts = [];
  running = { id, recorder, at: Date.now(), isWanted: true };
  const mine = running;
  recorder.addEventListener("dataavailable", ({ data }) => data.size && parts.push(data));
  recorder.addEventListener("stop", () => {
    release(stream);
    clearInterval(mine.timer);
    if (running === mine) running = null;
    if (mine.isWanted && parts.length) keep(id, new Blob(parts, { type: mimeType }));
    draw();
  });
  mine.timer = setInterval(() => {
    if (Date.now() - mine.at > MOST_MS) stop();
    draw();
  }, 250);
  recorder.start(1_000);
  draw();
  strip().querySelector("[data-act=voice-stop]").focus();
}

function release(stream) {
  for (const track of stream.getTracks()) track.stop();
}

function stop(isWanted = true) {
  if (!running) return;
  running.isWanted = isWanted;
  if (running.recorder.state !== "inactive") running.recorder.stop();
}

function keep(id, blob) {
  recorded.set(id, { blob, url: URL.createObjectURL(blob), key: newKey() });
}

function forget(id) {
  const done = recorded.get(id);
  if (!done) return;
  URL.revokeObjectURL(done.url);
  recorded.delete(id);
  draw();
}

function send() {
  const id = currentId();
  const done = recorded.get(id);
  if (!done) return;
  const type = done.blob.type.split(";")[0];
  const file = new File([done.blob], `voz.${ENDINGS[type]}`, { type });
  const piece = voicePiece(file, el("escrever"));
  const fields = { modo: "resposta", texto: "", client_id: piece.key };
  forget(id);
  outbox.send(id, el("escrever").action, [{ fields, pieces: [piece], file: say("voiceNote") }]);
  el("texto").focus();
}

const ACTS = {
  voice: record,
  "voice-stop": () => stop(),
  "voice-drop": () => (running ? stop(false) : forget(currentId())),
  "voice-send": send,
};

/** Starts offering to record. */
export function start() {
  onThread(draw, (id) => running?.id === id && stop());
  document.addEventListener("click", ({ target }) => ACTS[target.closest?.("[data-act]")?.dataset.act]?.());
  addEventListener("beforeunload", (event) => {
    if (running || recorded.size) event.preventDefault();
  });
}
