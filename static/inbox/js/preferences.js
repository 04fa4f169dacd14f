// What a person chose: how pages look and speak, which notices, when silence holds. The server keeps it for every
// device (personal.js); whether the system may show notices is this browser's own.
import { el, say } from "./fragments.js";
import { notice } from "./notices.js";
import { choose, chosen } from "./personal.js";
import { canPush, subscribe, unsubscribe } from "./push.js";

const keyOf = () => `avisos:${document.body.dataset.member}`;
const FLAGS = {
  contrast: false,
  sound: false,
  undo_send: false,
  notify_mine: true,
  notify_passed: true,
  notify_mentions: true,
  notify_queue: false,
};
const WORDS = { quiet_from: "", quiet_until: "", density: "confortavel", theme: "automatico", language: "" };

/** What this browser kept: whether the system may be told, and what was chosen before the server kept it. */
function device() {
  try {
    return JSON.parse(localStorage.getItem(keyOf())) ?? {};
  } catch {
    return {};
  }
}

function keepHere(values) {
  try {
    localStorage.setItem(keyOf(), JSON.stringify({ ...device(), ...values }));
  } catch {
    // It holds for nobody but this click.
  }
}

/** Everything that holds, by the server's names. */
export function preferences() {
  const old = device();
  const root = document.documentElement.dataset;
  const before = {
    notify_mine: old.mine,
    notify_passed: old.passed,
    notify_mentions: old.mentions,
    quiet_from: old.from,
    quiet_until: old.until,
    density: root.density,
    contrast: root.contrast === "alto",
  };
  return Object.fromEntries(
    Object.entries({ ...FLAGS, ...WORDS }).map(([name, usual]) => [name, chosen(name, before[name] ?? usual)]),
  );
}

/** Whether silence holds at a time of day; it may go over midnight. */
export function isQuiet({ quiet_from: from, quiet_until: until }, now = new Date()) {
  if (!from || !until || from === until) return false;
  const clock = `${String(now.getHours()).padStart(2, "0")}:${String(now.getMinutes()).padStart(2, "0")}`;
  return from < until ? clock >= from && clock < until : clock >= from || clock < until;
}

/** Whether a kind of event ("mine", "passed", "mentions") may draw the eye or the ear now. */
export function mayTell(kind) {
  const values = preferences();
  return values[`notify_${kind}`] && !isQuiet(values);
}

/** Tells by the system while nobody looks at the page. Names and texts stay inside of it. */
export function tellBySystem(kind, words, { tag, url = "" }) {
  // A browser that is told without the page would show it twice.
  if (!document.hidden || device().push || !device().browser || !mayTell(kind)) return;
  if (!("Notification" in window) || Notification.permission !== "granted") return;
  const told = new Notification(words, { tag, renotify: true, silent: true, lang: document.documentElement.lang });
  told.addEventListener("click", () => {
    window.focus();
    told.close();
    if (!url) return;
    const card = document.querySelector(`#lista a[href^="${url}"]`);
    if (card) card.click();
    else location.assign(url);
  });
}

const form = () => el("preferencias").querySelector("form.contents");

function fill() {
  for (const [name, value] of Object.entries({ ...preferences(), browser: false, push: false, ...device() })) {
    const input = form().elements[name];
    if (!input) continue;
    if (input.type === "checkbox") input.checked = value;
    else input.value = value;
  }
}

async function askPermission(input) {
  if (!("Notification" in window)) {
    input.checked = false;
    return notice(say("noticesUnknown"), "problem");
  }
  const answer =
    Notification.permission === "default" ? await Notification.requestPermission() : Notification.permission;
  if (answer === "granted") return;
  input.checked = false;
  notice(say("noticesDenied"), "problem");
}

/** Turns notices with the tab closed on or off, for this browser. */
async function changePush(input) {
  if (!canPush()) {
    input.checked = false;
    return notice(say("pushUnknown"), "problem");
  }
  if (input.checked) await askPermission(input);
  const wanted = input.checked;
  try {
    if (wanted) await subscribe(input.dataset.key);
    else await unsubscribe();
    keepHere({ push: wanted });
  } catch {
    input.checked = !wanted;
    notice(say("pushFailed"), "problem");
  }
}

async function changed({ target }) {
  if (target.name === "browser") {
    if (target.checked) await askPermission(target);
    return keepHere({ browser: target.checked });
  }
  if (target.name === "push") return changePush(target);
  const value = target.type === "checkbox" ? target.checked : target.value;
  const isKept = await choose({ [target.name]: value });
  if (!isKept) return notice(say("notKept"), "problem");
  // Every word on the page is the server's.
  if (target.name === "language") location.reload();
}

/** Starts listening. */
export function start() {
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-act=preferences]");
    if (!button) return;
    button.closest("details")?.removeAttribute("open");
    fill();
    el("preferencias").showModal();
  });
  form().addEventListener("change", changed);
  const key = form().elements.push?.dataset.key;
  // The session may be another one since, and the browser may have got another address.
  if (key && device().push && canPush() && Notification.permission === "granted") subscribe(key).catch(() => {});
  navigator.serviceWorker?.addEventListener("message", ({ data }) => {
    if (typeof data?.open === "string" && data.open.startsWith("/atendimento/")) location.assign(data.open);
  });
}
