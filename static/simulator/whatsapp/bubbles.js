// What one does with a bubble: menu, reactions, quote, edit, delete, buttons, lists, voice, photo.

import { act, say, send, tapped, words } from "./api.js";
import { editStart, quoteStart } from "./composer.js";

const menu = document.getElementById("menu");
const sheet = document.getElementById("folha");
const zoom = document.getElementById("ampliada");
const HOLD_MS = 450;
const LISTENING = new Audio();
let chosen = null;
let playing = null;

function menuOpen(line, x, y) {
  chosen = line;
  const isOwn = "own" in line.dataset;
  menu.querySelector(".so-minha").hidden = !isOwn;
  menu.querySelector(".so-editavel").hidden = !("editable" in line.dataset);
  menu.hidden = false;
  const box = menu.getBoundingClientRect();
  menu.style.left = `${Math.max(8, Math.min(x, innerWidth - box.width - 8))}px`;
  menu.style.top = `${Math.max(8, Math.min(y, innerHeight - box.height - 8))}px`;
  menu.querySelector("button").focus({ preventScroll: true });
}

function menuClose() {
  menu.hidden = true;
}

function listOpen(line) {
  const rows = sheet.querySelector(".folha-linhas");
  rows.replaceChildren(line.querySelector("template.secoes").content.cloneNode(true));
  chosen = line;
  sheet.hidden = false;
  rows.querySelector("input")?.focus();
}

const buttons = {
  tap: (line, button) => act(line.dataset.wamid, "tap", { index: Number(button.dataset.index) }),
  share: (line) => act(line.dataset.wamid, "share"),
  location: (line) => send("location", { latitude: -23.561, longitude: -46.656 }, { quoted: line.dataset.wamid }),
  async copy(_line, button) {
    await navigator.clipboard.writeText(button.dataset.code);
    say(words.copied);
  },
};

function playToggle(box) {
  const same = playing === box;
  if (playing) stopped(playing);
  if (same && !LISTENING.paused) {
    LISTENING.pause();
    playing = null;
    return;
  }
  playing = box;
  if (!same) LISTENING.src = box.dataset.src;
  box.querySelector("use").setAttribute("href", "#i-pause");
  LISTENING.play();
  if ("report" in box.dataset) {
    delete box.dataset.report;
    act(box.closest(".linha").dataset.wamid, "played").catch(() => {});
  }
}

function stopped(box) {
  box.querySelector("use").setAttribute("href", "#i-play");
}

function progressShow() {
  if (!playing) return;
  const part = LISTENING.duration ? LISTENING.currentTime / LISTENING.duration : 0;
  const bars = playing.querySelectorAll(".onda rect");
  for (const [place, bar] of bars.entries()) bar.classList.toggle("tocada", place / bars.length < part);
  const seconds = Math.floor(LISTENING.currentTime);
  playing.querySelector(".duracao").textContent =
    `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

function clicked(event) {
  const target = event.target;
  const line = target.closest(".linha");
  if (!line) return undefined;
  if (target.closest(".menu-abrir")) {
    const box = target.closest(".menu-abrir").getBoundingClientRect();
    return menuOpen(line, box.left - 120, box.bottom);
  }
  const goto = target.closest("[data-goto]");
  if (goto) {
    event.preventDefault();
    return highlight(goto.dataset.goto);
  }
  if (target.closest(".tocar")) return playToggle(target.closest(".audio"));
  if (target.closest("[data-zoom]")) {
    zoom.querySelector("img").src = target.closest("[data-zoom]").querySelector("img").src;
    zoom.hidden = false;
    return zoom.querySelector("button").focus();
  }
  const button = target.closest("[data-act]");
  if (!button) return undefined;
  return button.dataset.act === "list" ? listOpen(line) : buttons[button.dataset.act]?.(line, button);
}

function highlight(wamid) {
  const line = document.querySelector(`.linha[data-wamid="${CSS.escape(wamid)}"]`);
  line?.scrollIntoView({ block: "center", behavior: "smooth" });
  line?.classList.add("realce");
  setTimeout(() => line?.classList.remove("realce"), 1500);
}

function startHold(scroller) {
  let timer = 0;
  const cancel = () => clearTimeout(timer);
  scroller.addEventListener("pointerdown", (event) => {
    const line = event.target.closest(".linha:not([data-deleted])");
    if (!line || event.pointerType === "mouse" || event.target.closest("button, a")) return;
    timer = setTimeout(() => menuOpen(line, event.clientX - 60, event.clientY - 60), HOLD_MS);
  });
  for (const name of ["pointerup", "pointermove", "pointercancel", "scroll"])
    scroller.addEventListener(name, cancel, { passive: true });
  scroller.addEventListener("contextmenu", (event) => {
    const line = event.target.closest(".linha:not([data-deleted])");
    if (!line || event.target.closest("a[target]")) return;
    event.preventDefault();
    if (menu.hidden) menuOpen(line, event.clientX, event.clientY);
  });
}

function startMenu() {
  menu.addEventListener(
    "click",
    tapped(async (event) => {
      const { emoji, menu: item } = event.target.dataset;
      if (!emoji && !item) return;
      menuClose();
      if (emoji) await act(chosen.dataset.wamid, "react", { emoji });
      if (item === "quote") quoteStart(chosen);
      if (item === "edit") editStart(chosen);
      if (item === "revoke") await act(chosen.dataset.wamid, "revoke");
    }),
  );
  document.addEventListener("pointerdown", (event) => {
    if (!menu.contains(event.target)) menuClose();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    menuClose();
    sheet.hidden = true;
    zoom.hidden = true;
  });
}

export function startBubbles(scroller) {
  scroller.addEventListener("click", tapped(clicked));
  startHold(scroller);
  startMenu();
  sheet.addEventListener("click", (event) => {
    if (event.target === sheet || event.target.closest("[data-close]")) sheet.hidden = true;
  });
  sheet.querySelector("form").addEventListener(
    "submit",
    tapped(async (event) => {
      event.preventDefault();
      const row = new FormData(event.target).get("linha");
      if (row === null) return;
      sheet.hidden = true;
      await act(chosen.dataset.wamid, "choose", { row });
    }),
  );
  zoom.addEventListener("click", () => {
    zoom.hidden = true;
  });
  LISTENING.addEventListener("timeupdate", progressShow);
  LISTENING.addEventListener("ended", () => {
    if (playing) stopped(playing);
    playing = null;
  });
}
