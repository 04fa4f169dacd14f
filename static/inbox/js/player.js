// Plays voice notes: one at a time, at the speed the person likes, from where they point in the waveform. What a player
// shows is drawn from its sound, so that a bubble that is drawn anew while it speaks goes on speaking.
import { say } from "./fragments.js";

const SPEEDS = [1, 1.5, 2];
const KEY = "velocidade";
const JUMP_SECONDS = 5;

const boxOf = (node) => node.closest?.("[data-player]");
const soundOf = (box) => box.querySelector("audio");
const part = (box, name) => box.querySelector(`[data-part=${name}]`);

function speed() {
  try {
    const kept = Number(localStorage.getItem(KEY));
    return SPEEDS.includes(kept) ? kept : 1;
  } catch {
    return 1;
  }
}

const clock = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;

/** How long it is: the browser knows once it has begun to fetch, the server measured most. */
function lengthOf(box) {
  const { duration } = soundOf(box);
  return Number.isFinite(duration) && duration > 0 ? duration : Number(box.dataset.milliseconds) / 1000;
}

function draw(box) {
  const sound = soundOf(box);
  const length = lengthOf(box);
  const at = Math.min(sound.currentTime, length || Infinity);
  const seek = box.querySelector("input");
  box.toggleAttribute("data-playing", !sound.paused);
  const words = say(sound.paused ? "play" : "pause");
  const button = box.querySelector("[data-act=play]");
  if (button.title !== words) {
    button.title = words;
    button.querySelector(".only-readers").textContent = words;
  }
  seek.max = String(Math.max(1, Math.round(length * 1000)));
  seek.value = String(Math.round(at * 1000));
  seek.setAttribute("aria-valuetext", say("timeOf", { at: clock(at), all: clock(length) }));
  box.style.setProperty("--heard", length ? String(Math.min(1, at / length)) : "0");
  part(box, "time").textContent = at > 0 || !sound.paused ? clock(at) : length ? clock(length) : "";
  part(box, "speed").textContent = `${speed().toLocaleString(document.documentElement.lang)}×`;
}

const drawAll = () => document.querySelectorAll("[data-player]").forEach(draw);

async function toggle(box) {
  const sound = soundOf(box);
  if (!sound.paused) return sound.pause();
  sound.playbackRate = speed();
  try {
    await sound.play();
  } catch {
    // Told by "error", or taken back by a second press.
  }
}

function nextSpeed() {
  const next = SPEEDS[(SPEEDS.indexOf(speed()) + 1) % SPEEDS.length];
  try {
    localStorage.setItem(KEY, String(next));
  } catch {
    // Then it holds for nobody but this press.
  }
  for (const sound of document.querySelectorAll("[data-player] audio")) sound.playbackRate = next;
  drawAll();
}

function seek(box, seconds) {
  soundOf(box).currentTime = Math.max(0, Math.min(seconds, lengthOf(box)));
  draw(box);
}

const STEPS = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 };

/** Starts listening. Events of sounds do not bubble, so they are heard on their way down. */
export function start() {
  drawAll();
  document.addEventListener("htmx:after:swap", drawAll);
  document.addEventListener("click", (event) => {
    const box = boxOf(event.target);
    const act = event.target.closest?.("[data-act]")?.dataset.act;
    if (box && act === "play") toggle(box);
    if (box && act === "speed") nextSpeed();
  });
  document.addEventListener("input", ({ target }) => boxOf(target) && seek(boxOf(target), Number(target.value) / 1000));
  document.addEventListener("keydown", (event) => {
    const box = event.target.matches?.("[data-player] input") && boxOf(event.target);
    if (!box || !STEPS[event.key]) return;
    event.preventDefault();
    seek(box, soundOf(box).currentTime + STEPS[event.key] * JUMP_SECONDS);
  });
  document.addEventListener(
    "play",
    ({ target }) => {
      for (const other of document.querySelectorAll("audio, video")) if (other !== target) other.pause();
    },
    true,
  );
  const hear = ({ target }) => boxOf(target) && draw(boxOf(target));
  for (const name of ["play", "pause", "timeupdate", "loadedmetadata"]) document.addEventListener(name, hear, true);
  document.addEventListener(
    "ended",
    ({ target }) => {
      if (boxOf(target)) target.currentTime = 0;
    },
    true,
  );
  document.addEventListener(
    "error",
    ({ target }) => {
      if (target.matches?.("[data-player] audio")) part(boxOf(target), "trouble").textContent = say("notPlayed");
    },
    true,
  );
}
