// The template picker: search, fill in the blanks, see it as the patient will, send.

import { newKey } from "./drafts.js";
import { el, exchange, lastSeq, revision, say } from "./fragments.js";
import { uploadFile } from "./pieces.js";
import { currentId } from "./thread.js";

const dialog = () => el("modelos");
const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
const modelsUrl = () => el("escrever").dataset.templates;

function waiting() {
  const line = document.createElement("p");
  line.className = "empty";
  line.append(Object.assign(document.createElement("span"), { className: "spinner" }));
  return line;
}

/** Opens the picker for the conversation on screen. */
export async function openPicker() {
  const id = currentId();
  if (!id || !modelsUrl() || dialog().open) return;
  const isWanted = () => currentId() === id;
  el("modelos-corpo").replaceChildren(waiting());
  el("modelos-para").textContent = el("cabeca").querySelector("h2").textContent;
  dialog().showModal();
  const { ok, problem } = await exchange(modelsUrl(), {
    target: el("modelos-corpo"),
    swap: "innerHTML",
    quiet: true,
    isWanted,
  });
  if (!isWanted()) return;
  if (!ok) {
    const words = document.createElement("p");
    words.className = "empty";
    words.textContent = problem;
    el("modelos-corpo").replaceChildren(words);
    return;
  }
  el("modelos-busca").focus();
}

function filter(words) {
  const wanted = plain(words);
  for (const option of dialog().querySelectorAll(".option")) {
    option.parentElement.hidden = !plain(option.textContent).includes(wanted);
  }
}

/** Writes the preview from text nodes only: what is typed into a blank is never HTML. */
function preview(form) {
  for (const paragraph of form.querySelectorAll("[data-preview]")) {
    const values = new Map(
      [...form.querySelectorAll(`[data-token][data-part="${paragraph.dataset.part}"]`)].map((input) => [
        input.dataset.token,
        input.value,
      ]),
    );
    const filled = (text) =>
      text.split(/(\{\{[^}]+\}\})/).map((part) => {
        if (!values.has(part)) return document.createTextNode(part);
        const mark = document.createElement("mark");
        mark.textContent = values.get(part) || part;
        return mark;
      });
    const nodes = paragraph.dataset.preview.split(/(\*[^*\n]+\*)/).flatMap((part) => {
      if (!/^\*[^*]+\*$/.test(part)) return filled(part);
      const strong = document.createElement("strong");
      strong.append(...filled(part.slice(1, -1)));
      return [strong];
    });
    paragraph.replaceChildren(...nodes);
  }
}

function choose(button) {
  for (const option of dialog().querySelectorAll(".option")) {
    option.setAttribute("aria-pressed", String(option === button));
  }
  const filling = dialog().querySelector(".filling");
  filling.querySelector(":scope > form")?.remove();
  filling.querySelector("[data-choose]").hidden = true;
  const form = dialog()
    .querySelector(`template[data-for="${button.dataset.option}"]`)
    .content.firstElementChild.cloneNode(true);
  form.dataset.key = newKey();
  filling.append(form);
  preview(form);
  form.addEventListener("input", (event) => {
    // Another text is another message, and another file another attachment.
    form.dataset.key = newKey();
    event.target.removeAttribute("aria-invalid");
    if (event.target.matches("[data-file]")) delete form.dataset.attachment;
    preview(form);
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send(form);
  });
  (form.querySelector(".input") ?? form.querySelector("[type=submit]")).focus();
}

/** Back to the list, where only one half has room. */
function unchoose() {
  const chosen = dialog().querySelector(".option[aria-pressed=true]");
  chosen?.setAttribute("aria-pressed", "false");
  dialog().querySelector(".filling > form")?.remove();
  dialog().querySelector("[data-choose]").hidden = false;
  chosen?.focus();
}

function refuse(form, problem) {
  const words = form.querySelector(".problem");
  words.textContent = problem;
  words.hidden = !problem;
}

async function send(form) {
  const button = form.querySelector("[type=submit]");
  if (button.disabled) return;
  if (!form.checkValidity()) {
    refuse(form, say("fillAll"));
    for (const input of form.querySelectorAll(".input"))
      input.setAttribute("aria-invalid", String(!input.validity.valid));
    form.querySelector(":invalid").focus();
    return;
  }
  button.disabled = true;
  refuse(form, "");
  const data = new FormData(form);
  const file = form.querySelector("[data-file]")?.files[0];
  if (file) {
    // Uploaded once: when the send is refused, the next try takes the same attachment.
    const answer = form.dataset.attachment
      ? { id: form.dataset.attachment }
      : await uploadFile(file, form.dataset.upload);
    if (!answer.id) {
      button.disabled = false;
      refuse(form, answer.problem);
      return;
    }
    form.dataset.attachment = answer.id;
    data.set("anexo", answer.id);
  }
  data.set("client_id", form.dataset.key);
  data.set("desde", revision());
  data.set("visto", lastSeq());
  const { ok, problem } = await exchange(form.getAttribute("action"), {
    data,
    target: el("mensagens"),
    quiet: true,
    isWanted: () => dialog().contains(form),
  });
  button.disabled = false;
  if (ok && dialog().contains(form)) dialog().close();
  else refuse(form, problem);
}

/** Starts listening inside the picker's dialog. */
export function start() {
  document.addEventListener("click", (event) => {
    if (event.target.closest?.("[data-act=templates]")) openPicker();
    if (event.target.closest?.("[data-act=other-template]")) unchoose();
    const option = event.target.closest?.(".option");
    if (option) choose(option);
  });
  dialog().addEventListener("input", (event) => event.target.id === "modelos-busca" && filter(event.target.value));
}
