// What draws the eye: unread messages in the title, a soft sound when asked for, notices that fade.
import { el, openTalk, say } from "./fragments.js";
import { notice, startNotices } from "./notices.js";
import { choose, chosen, onChosen } from "./personal.js";
import { mayTell, tellBySystem } from "./preferences.js";

const KEY = "som";
const device = () => {
  try {
    return localStorage.getItem(KEY) === "ligado";
  } catch {
    return false;
  }
};
const isOn = () => chosen("sound", device());

let unread = 0;
let audio = null;

function chime() {
  audio ??= new AudioContext();
  const now = audio.currentTime;
  for (const [index, pitch] of [660, 880].entries()) {
    const tone = audio.createOscillator();
    const volume = audio.createGain();
    const at = now + index * 0.14;
    tone.frequency.value = pitch;
    volume.gain.setValueAtTime(0, at);
    volume.gain.linearRampToValueAtTime(0.12, at + 0.02);
    volume.gain.exponentialRampToValueAtTime(0.001, at + 0.28);
    tone.connect(volume).connect(audio.destination);
    tone.start(at);
    tone.stop(at + 0.3);
  }
}

/** Tells that a ticket was passed to the reader, in the ways they want. */
export function tellPassed(conversation) {
  if (isOn() && mayTell("passed")) chime();
  tellBySystem("passed", say("assignedToYou"), { tag: conversation, url: `/atendimento/conversas/${conversation}/` });
}

/** Tells that a note names the reader, with the way to it. */
export function tellMentioned(conversation, note) {
  const url = `/atendimento/conversas/${conversation}/?mensagem=${note}`;
  if (mayTell("mentions")) {
    if (isOn()) chime();
    notice(say("mentionedYou"), "", { words: say("openNote"), act: () => openTalk(url) });
  }
  tellBySystem("mentions", say("mentionedYou"), { tag: note, url });
}

/** Tells that a patient wrote in a conversation that the reader follows, with the way to it. */
export function tellFollowed(conversation) {
  const url = `/atendimento/conversas/${conversation}/`;
  if (mayTell("mine")) {
    if (isOn()) chime();
    notice(say("followedNews"), "", { words: say("openFollowed"), act: () => openTalk(url) });
  }
  tellBySystem("mine", say("followedNews"), { tag: conversation, url });
}

/** Tells that a conversation of the reader's, put aside, came back. */
export function tellBack() {
  if (isOn() && mayTell("mine")) chime();
}

/** The number on the icon of an installed app; browsers without one do nothing. */
function badge(count) {
  const done = count ? navigator.setAppBadge?.(count) : navigator.clearAppBadge?.();
  done?.catch(() => {});
}

/** Follows the unread count that the tabs carry. */
function count() {
  const now = Number(el("abas").dataset.unread);
  if (now > unread) {
    if (isOn() && mayTell("mine")) chime();
    tellBySystem("mine", say("newMessage"), { tag: "mensagens" });
  }
  unread = now;
  const all = now + Number(el("abas").dataset.mentions);
  badge(all);
  const title = document.title.replace(/^\(\d+\+?\) /, "");
  const wanted = all ? `(${all > 99 ? "99+" : all}) ${title}` : title;
  if (document.title !== wanted) document.title = wanted;
}

function toggleSound() {
  const on = !isOn();
  choose({ sound: on });
  notice(say(on ? "sound" : "silence"));
  if (on) chime();
}

/** Starts the title count, the sound switch and the fading of notices. */
export function start() {
  const switchButton = document.querySelector("[data-act=sound]");
  const shown = () => switchButton.setAttribute("aria-pressed", String(isOn()));
  shown();
  onChosen(shown);
  unread = Number(el("abas").dataset.unread);
  count();
  document.addEventListener("htmx:after:swap", () => queueMicrotask(count));
  document.addEventListener("click", (event) => {
    const target = event.target.closest?.("[data-act]");
    if (target?.dataset.act === "sound") toggleSound();
  });
  startNotices();
}
