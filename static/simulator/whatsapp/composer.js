// Writing: text, emojis, files, samples, voice, and the quote or edit in hand.

import { act, call, here, say, send, tapped, words } from "./api.js";

const text = document.getElementById("texto");
const sendButton = document.getElementById("enviar");
const recordButton = document.getElementById("gravar");
const recording = document.getElementById("gravando");
const answer = document.getElementById("resposta");
const picker = document.getElementById("arquivo");
const panels = { emojis: document.getElementById("emojis"), anexos: document.getElementById("anexos") };
const SHORTEST_MS = 400;

let quoted = "";
let editing = "";
let recorder = null;

const kindOf = (type) => {
  if (type === "image/jpeg" || type === "image/png") return "image";
  if (type === "image/webp") return "sticker";
  if (type === "video/mp4" || type === "video/3gpp") return "video";
  return type.startsWith("audio/") ? "audio" : "document";
};

const drawn = () => document.dispatchEvent(new CustomEvent("sent"));

function grow() {
  text.style.height = "auto";
  text.style.height = `${text.scrollHeight}px`;
  const isEmpty = !text.value.trim();
  sendButton.hidden = isEmpty;
  recordButton.hidden = !isEmpty;
}

function barShow(who, words_) {
  answer.hidden = false;
  answer.querySelector("b").textContent = who;
  answer.querySelector("span").textContent = words_;
  text.focus();
}

function barHide() {
  quoted = "";
  editing = "";
  answer.hidden = true;
}

const wordsOf = (line) => (line.querySelector(".texto, .documento b, .lugar b, .cartao b")?.textContent || "").trim();

export function quoteStart(line) {
  editing = "";
  quoted = line.dataset.wamid;
  const name = line.matches(".dela")
    ? document.querySelector(".topo-nome b").textContent.trim()
    : document.querySelector('#menu [data-menu="quote"]').textContent;
  barShow(name, wordsOf(line) || "…");
}

export function editStart(line) {
  quoted = "";
  editing = line.dataset.wamid;
  text.value = line.dataset.raw;
  grow();
  barShow(document.querySelector('#menu [data-menu="edit"]').textContent, line.dataset.raw);
}

async function submit(event) {
  event.preventDefault();
  const body = text.value.trim();
  if (!body) return;
  const [target, reply] = [editing, quoted];
  text.value = "";
  grow();
  barHide();
  try {
    if (target) await act(target, "edit", { text: body });
    else await send("text", { body }, { quoted: reply });
  } catch (fault) {
    // What was typed is not lost when the simulator is away.
    text.value = body;
    grow();
    throw fault;
  }
  drawn();
}

async function fileSend(form, kind, more = {}) {
  form.append("number", here.number);
  const media = await call("POST", "media/", form);
  await send(kind || kindOf(media.mime_type.split(";")[0]), { media_id: media.media_id, ...more }, { quoted });
  barHide();
  drawn();
}

function panelToggle(name) {
  for (const [key, panel] of Object.entries(panels)) {
    panel.hidden = key !== name || !panel.hidden;
    document.getElementById(`${key}-abrir`).setAttribute("aria-expanded", String(!panel.hidden));
  }
}

function startAttachments() {
  panels.anexos.addEventListener(
    "click",
    tapped(async (event) => {
      const button = event.target.closest("button");
      if (!button) return;
      panelToggle("");
      const { pick, sample, send: plain } = button.dataset;
      if (pick) {
        picker.accept = pick;
        picker.dataset.kind = pick === "*" ? "document" : "";
        picker.click();
      }
      if (sample) {
        const form = new FormData();
        form.append("sample", sample);
        await fileSend(form);
      }
      if (plain === "location") {
        await send(
          "location",
          { latitude: -23.5614, longitude: -46.6559, name: "Praça das Mangueiras", address: "Rua Inventada, 100" },
          { quoted },
        );
      }
      if (plain === "contacts") {
        const phone = "+5511990000777";
        const name = { formatted_name: "Tia Lúcia", first_name: "Lúcia" };
        await send(
          "contacts",
          { contacts: [{ name, phones: [{ phone, wa_id: phone.slice(1), type: "CELL" }] }] },
          { quoted },
        );
      }
      if (plain) {
        barHide();
        drawn();
      }
    }),
  );
  picker.addEventListener(
    "change",
    tapped(async () => {
      for (const file of picker.files) {
        const form = new FormData();
        form.append("file", file);
        await fileSend(form, picker.dataset.kind, { filename: file.name });
      }
      picker.value = "";
    }),
  );
}

async function recordStart() {
  let stream;
  try {
    stream = await navigator.mediaDevices.getUserMedia({ audio: true });
  } catch {
    say(words.noMic, true);
    return;
  }
  const started = performance.now();
  const pieces = [];
  recorder = new MediaRecorder(stream);
  const timer = setInterval(() => {
    const seconds = Math.floor((performance.now() - started) / 1000);
    recording.querySelector("time").textContent =
      `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  }, 250);
  recorder.addEventListener("dataavailable", (event) => pieces.push(event.data));
  recorder.addEventListener(
    "stop",
    tapped(async () => {
      clearInterval(timer);
      for (const track of stream.getTracks()) track.stop();
      recording.hidden = true;
      grow();
      const isKept = recorder.isKept && performance.now() - started > SHORTEST_MS;
      const type = recorder.mimeType;
      recorder = null;
      if (!isKept) return;
      const form = new FormData();
      form.append("file", new Blob(pieces, { type }), "gravacao");
      form.append("recording", "1");
      await fileSend(form, "audio", { voice: true });
    }),
  );
  recorder.start();
  recording.querySelector("time").textContent = "0:00";
  recording.hidden = false;
  sendButton.hidden = false;
  recordButton.hidden = true;
}

function recordStop(isKept) {
  recorder.isKept = isKept;
  recorder.stop();
}

export function startComposer() {
  const form = document.getElementById("escrever");
  form.addEventListener(
    "submit",
    tapped(async (event) => {
      event.preventDefault();
      if (recorder) recordStop(true);
      else await submit(event);
    }),
  );
  text.addEventListener("input", grow);
  text.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      form.requestSubmit();
    }
    if (event.key === "Escape") barHide();
  });
  recordButton.addEventListener("click", recordStart);
  document.getElementById("gravar-cancelar").addEventListener("click", () => recordStop(false));
  document.getElementById("resposta-cancelar").addEventListener("click", barHide);
  for (const name of Object.keys(panels))
    document.getElementById(`${name}-abrir`).addEventListener("click", () => panelToggle(name));
  panels.emojis.addEventListener("click", (event) => {
    if (!event.target.matches("button")) return;
    text.setRangeText(event.target.textContent, text.selectionStart, text.selectionEnd, "end");
    grow();
    text.focus();
  });
  startAttachments();
  grow();
}
