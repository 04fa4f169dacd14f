// Emoji: a colon and a word in the box, and a sheet to pick from, by keys and by finger.
import { GROUPS } from "./emoji_data.js";
import { el, say } from "./fragments.js";
import { closeMenu, offer, plain, putText } from "./menu.js";
import { onThread } from "./thread.js";

const RECENT = "emojis";
const RECENT_MOST = 16;
const TITLES = {
  recent: "emojiRecent",
  smileys: "emojiFaces",
  gente: "emojiPeople",
  saude: "emojiHealth",
  coracoes: "emojiSigns",
  coisas: "emojiThings",
};
const ALL = GROUPS.flatMap(({ emoji }) => emoji);
let caret = null;

const sheet = () => el("emojis");
const nameOf = ([, pt, en]) => (document.documentElement.lang.startsWith("pt") ? pt : en);

/** Those whose words begin with what was typed, in either language; whose first word does come first. */
function found(words) {
  const wanted = plain(words);
  const rank = ([, ...names]) => {
    if (names.some((name) => plain(name).startsWith(wanted))) return 2;
    return names.some((name) =>
      plain(name)
        .split(" ")
        .some((word) => word.startsWith(wanted)),
    )
      ? 1
      : 0;
  };
  return ALL.map((one) => ({ one, rank: rank(one) }))
    .filter((each) => each.rank)
    .sort((left, right) => right.rank - left.rank)
    .map(({ one }) => one);
}

function recents() {
  try {
    return JSON.parse(localStorage.getItem(RECENT)) ?? [];
  } catch {
    // Storage may be switched off; then there are none.
    return [];
  }
}

function keepRecent(sign) {
  try {
    const kept = [sign, ...recents().filter((other) => other !== sign)].slice(0, RECENT_MOST);
    localStorage.setItem(RECENT, JSON.stringify(kept));
  } catch {
    // See recents.
  }
}

function buttonOf(one) {
  const button = document.createElement("button");
  button.type = "button";
  button.tabIndex = -1;
  button.textContent = one[0];
  button.title = nameOf(one);
  button.setAttribute("aria-label", nameOf(one));
  return button;
}

function groupOf(name, emoji) {
  const part = document.createElement("section");
  const title = document.createElement("h3");
  title.textContent = say(TITLES[name]);
  const grid = document.createElement("div");
  grid.className = "emoji-grid";
  grid.append(...emoji.map(buttonOf));
  part.append(title, grid);
  return part;
}

function draw(words) {
  const groups = words
    ? [{ name: "recent", emoji: found(words) }]
    : [{ name: "recent", emoji: ALL.filter(([sign]) => recents().includes(sign)) }, ...GROUPS];
  const shown = groups.filter(({ emoji }) => emoji.length).map(({ name, emoji }) => groupOf(name, emoji));
  if (words && shown.length) shown[0].querySelector("h3").textContent = say("emojiFound");
  const none = document.createElement("p");
  none.className = "empty";
  none.textContent = say("emojiNone");
  sheet()
    .querySelector(".sheet")
    .replaceChildren(...(shown.length ? shown : [none]));
  const first = sheet().querySelector(".emoji-grid button");
  if (first) first.tabIndex = 0;
}

function open() {
  const { selectionStart: from, selectionEnd: to } = el("texto");
  caret = { from, to };
  closeMenu();
  const search = sheet().querySelector("input");
  search.value = "";
  draw("");
  sheet().hidden = false;
  // A touch keyboard would cover the sheet.
  if (matchMedia("(pointer: fine)").matches) search.focus();
}

function close({ isBack = false } = {}) {
  if (!sheet() || sheet().hidden) return;
  sheet().hidden = true;
  if (!isBack) return;
  el("texto").focus();
  el("texto").setSelectionRange(caret.from, caret.to);
}

function pick(sign) {
  close();
  keepRecent(sign);
  putText(sign, caret);
}

const STEPS = { ArrowRight: 1, ArrowLeft: -1 };

/** How many stand in a line, as the sheet is wide now. */
function lineLength(buttons) {
  const at = buttons.findIndex((button) => button.offsetTop !== buttons[0].offsetTop);
  return at < 0 ? buttons.length : at;
}

function onKey(event) {
  // A letter here is a word to search by, not one of the page's keys.
  event.stopPropagation();
  const search = sheet().querySelector("input");
  const buttons = [...sheet().querySelectorAll(".emoji-grid button")];
  const at = buttons.indexOf(document.activeElement);
  const line = () => lineLength([...(buttons[Math.max(at, 0)]?.parentElement.children ?? [])]);
  if (event.key === "Escape") close({ isBack: true });
  else if (event.key === "Enter" && event.target === search && buttons.length) pick(buttons[0].textContent);
  else if (event.key === "ArrowDown") buttons[at < 0 ? 0 : Math.min(at + line(), buttons.length - 1)]?.focus();
  else if (event.key === "ArrowUp") (at < line() ? search : buttons[at - line()]).focus();
  else if (STEPS[event.key] && at >= 0) buttons[at + STEPS[event.key]]?.focus();
  else {
    if (at >= 0 && event.key.length === 1 && event.key !== " ") search.focus();
    return;
  }
  event.preventDefault();
}

/** Starts offering emoji. */
export function start() {
  offer({
    name: "emoji",
    match: (before) => {
      const typed = /(?:^|\s):([\p{L}\d]{2,20})$/u.exec(before);
      return typed && { from: before.length - typed[1].length - 1, words: typed[1] };
    },
    options: async (words) => found(words).map((one) => ({ one, title: one[0], note: nameOf(one) })),
    choose: ({ one }, range) => {
      keepRecent(one[0]);
      putText(one[0], range);
    },
  });
  onThread(
    (thread) => {
      thread.querySelector("#emojis")?.addEventListener("keydown", onKey);
      thread.querySelector("#emojis input")?.addEventListener("input", ({ target }) => draw(target.value));
    },
    () => {},
  );
  document.addEventListener("click", (event) => {
    if (event.target.closest?.("[data-act=emoji]")) return sheet().hidden ? open() : close({ isBack: true });
    const sign = event.target.closest?.("#emojis .emoji-grid button");
    if (sign) pick(sign.textContent);
    else if (!event.target.closest?.("#emojis")) close();
  });
}
