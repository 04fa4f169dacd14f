// What a person chose on this machine: which notices, when silence holds, how close things stand.
import { el, say } from "./fragments.js";
import { notice } from "./notices.js";

const keyOf = () => `avisos:${document.body.dataset.member}`;
const BLANK = { browser: false, mine: true, passed: true, mentions: true, from: "", until: "" };

/** What was chosen; a browser that keeps nothing has what is usual. */
export function chosen() {
  try {
    return { ...BLANK, ...JSON.parse(localStorage.getItem(keyOf())) };
  } catch {
    return BLANK;
  }
}

function keep(values) {
  try {
    localStorage.setItem(keyOf(), JSON.stringify(values));
  } catch {
    // It holds for nobody but this click.
  }
}

/** Whether silence holds at a time of day; it may go over midnight. */
export function isQuiet({ from, until }, now = new Date()) {
  if (!from || !until || from === until) return false;
  const clock = `${String(now.getHours()).padStart(2, "0")}:${String(now.getMinutes()).padStart(2, "0")}`;
  return from < until ? clock >= from && clock < until : clock >= from || clock < until;
}

/** Whether a kind of event ("mine", "passed", "mentions") may draw the eye or the ear now. */
export function mayTell(kind) {
  const values = chosen();
  return values[kind] && !isQuiet(values);
}

/** Tells by the system while nobody looks at the page. Names and texts stay inside of it. */
export function tellBySystem(kind, words, { tag, url = "" }) {
  if (!document.hidden || !chosen().browser || !mayTell(kind)) return;
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
  const values = chosen();
  for (const [name, value] of Object.entries(values)) {
    const input = form().elements[name];
    if (input.type === "checkbox") input.checked = value;
    else input.value = value;
  }
  form().elements.density.value = document.documentElement.dataset.density ?? "confortavel";
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

async function changed({ target }) {
  if (target.name === "density") return window.chooseDensity(target.value);
  if (target.name === "browser" && target.checked) await askPermission(target);
  const { browser, mine, passed, mentions, from, until } = form().elements;
  keep({
    browser: browser.checked,
    mine: mine.checked,
    passed: passed.checked,
    mentions: mentions.checked,
    from: from.value,
    until: until.value,
  });
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
}
