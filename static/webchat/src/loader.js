// The one script of the clinic's site: a button in a shadow root, the panel in a frame of our origin. Nothing is stored
// before the visitor opens the chat, no request carries a query string of the page but its utm_* marks.
import css from "./loader.css";

const script = document.currentScript ?? document.querySelector("script[data-chat]");
const key = script.dataset.chat;
const base = new URL(script.src).origin;
const door = `${base}/chat/${encodeURIComponent(key)}/`;
const lang = (script.dataset.lang || document.documentElement.lang || "pt-BR").slice(0, 2) === "en" ? "en" : "pt-BR";
const [OPEN, CLOSE, CHAT, OPENING, AWAY, AGAIN, DISMISS, UNREAD] = (
  lang === "en"
    ? "Open chat|Close chat|Chat|Opening…|No connection to the clinic.|Try again|Dismiss|unread"
    : "Abrir conversa|Fechar conversa|Conversa|Abrindo…|Sem conexão com a clínica.|Tentar de novo|Dispensar|não lidas"
).split("|");
const POINTER = `central:${key}`;
const QUIET = `central:${key}:quieto`;
const SLOW = 15_000;

const el = (tag, props = {}, ...children) => {
  const node = Object.assign(document.createElement(tag), props);
  node.append(...children);
  return node;
};
const shape = (tag, name, value) => {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
  node.setAttribute(name, value);
  return node;
};
const icon = (path) => {
  const svg = shape("svg", "viewBox", "0 0 24 24");
  svg.ariaHidden = true;
  svg.append(shape("path", "d", path));
  return svg;
};
const stored = (storage, name, value) => {
  try {
    if (value === undefined) return self[storage].getItem(name);
    if (value === null) self[storage].removeItem(name);
    else self[storage].setItem(name, value);
  } catch {
    // A browser without storage still chats, only without memory.
  }
  return null;
};

const host = el("central-chat");
const root = host.attachShadow({ mode: "open" });
const launcher = el("button", { type: "button", className: "launcher" });
const badge = el("span", { className: "badge", hidden: true });
const sheet = el("div", { className: "sheet", hidden: true });
const note = el("div", { className: "note", hidden: true });
const cover = el("div", { className: "cover" });
let frame = null;
let isOpen = false;
let isReady = false;
let slow = 0;
let identity = null;
let settings = {};
let shownPage = "";
let since = Date.now();
let isAsked = false;
let opener = null;
const waiting = [];

launcher.append(
  icon(
    "M21 11.5a8.4 8.4 0 0 1-8.5 8.5 8.9 8.9 0 0 1-3.8-.9L3 21l1.9-5.4A8.2 8.2 0 0 1 4 11.5 8.4 8.4 0 0 1 12.5 3 8.4 8.4 0 0 1 21 11.5Z",
  ),
  icon("m6 9 6 6 6-6"),
  badge,
);
launcher.onclick = () => (isOpen ? close() : open());

/** What of the page's address an attendant sees: no query but the marks of a campaign, no form's content. */
function page() {
  const url = new URL(location.pathname, location.origin);
  for (const [name, value] of new URLSearchParams(location.search)) {
    if (/^utm_\w{1,20}$/.test(name)) url.searchParams.append(name, value.slice(0, 100));
  }
  return { title: document.title.slice(0, 200), url: url.href };
}

function tell(type, data = {}) {
  if (isReady) frame.contentWindow?.postMessage({ central: type, ...data }, base);
  else waiting.push([type, data]);
}

function hello() {
  const said = { page: page(), pointer: stored("localStorage", POINTER), identity, isOpen };
  frame.contentWindow?.postMessage({ central: "hello", ...said }, base);
}

/** Shows that the panel is on its way, and after a while that it does not come. */
function covered(isAway) {
  clearTimeout(slow);
  const said = el("p", { textContent: isAway ? AWAY : OPENING, role: "status" });
  const shut = el(
    "button",
    { type: "button", className: "shut", ariaLabel: CLOSE, onclick: close },
    icon("m6 9 6 6 6-6"),
  );
  cover.replaceChildren(el("b", { textContent: settings.name }), shut, said);
  cover.classList.toggle("away", isAway);
  if (isAway) cover.append(el("button", { type: "button", className: "again", textContent: AGAIN, onclick: load }));
  else slow = setTimeout(covered, SLOW, true);
}

function load() {
  isReady = false;
  frame?.remove();
  frame = el("iframe", { title: settings.name ? `${CHAT}: ${settings.name}` : CHAT, allow: "clipboard-write" });
  frame.onload = hello;
  frame.src = `${door}?idioma=${lang}`;
  covered(false);
  sheet.replaceChildren(frame, cover);
}

const isPhone = () => matchMedia("(width <= 30rem), (height <= 30rem)").matches;
let locked = null;
/** On a phone the panel is the screen: the page below stands still, and the keyboard does not cover the panel. */
function fit() {
  const view = visualViewport;
  const { style } = document.documentElement;
  const isFull = isOpen && isPhone();
  if (isFull && locked === null) {
    locked = style.overflow;
    style.overflow = "hidden";
  } else if (!isFull && locked !== null) {
    style.overflow = locked;
    locked = null;
  }
  sheet.style.height = isFull && view ? `${view.height}px` : "";
  sheet.style.top = isFull && view ? `${view.offsetTop}px` : "";
}

function open() {
  if (isOpen || !host.isConnected) return;
  opener = document.activeElement;
  isOpen = true;
  if (!frame) load();
  unsay();
  draw();
  tell("open");
  frame.focus();
}

function close() {
  if (!isOpen) return;
  isOpen = false;
  draw();
  tell("close");
  // Whoever opened the chat gets the focus back; where that is gone, the button has it.
  (opener?.isConnected && opener !== document.body && opener !== host ? opener : launcher).focus();
}

function draw() {
  sheet.hidden = !isOpen;
  host.toggleAttribute("open", isOpen);
  launcher.setAttribute("aria-expanded", isOpen);
  const count = badge.hidden ? "" : `, ${badge.textContent} ${UNREAD}`;
  launcher.ariaLabel = isOpen ? CLOSE : (settings.texts.button || OPEN) + count;
  fit();
}

function unsay() {
  if (note.hidden) return;
  note.hidden = true;
  stored("sessionStorage", QUIET, "1");
}

/** Asks once a visit, after some seconds on a page that the clinic named. Nothing is stored for it until the visitor answers. */
function invite() {
  const rule = settings.proactive;
  if (!rule || isAsked || isOpen || frame || document.hidden || Date.now() - since < rule.seconds * 1000) return;
  if (!fits(rule.pattern, location.pathname) || wasAsked(rule) || stored("sessionStorage", QUIET)) return;
  isAsked = true;
  note.replaceChildren(
    el("button", { type: "button", className: "say", textContent: rule.text, onclick: open }),
    el(
      "button",
      { type: "button", className: "drop", ariaLabel: DISMISS, onclick: unsay },
      icon("M6 6l12 12M18 6 6 18"),
    ),
  );
  note.hidden = false;
}

const fits = (pattern, path) =>
  new RegExp(
    `^${pattern
      .split("*")
      .map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&"))
      .join(".*")}$`,
  ).test(path);

/** The page before this one belonged to the rule too, so the visitor was asked there. */
function wasAsked(rule) {
  try {
    const before = new URL(document.referrer);
    return before.origin === location.origin && fits(rule.pattern, before.pathname);
  } catch {
    return false;
  }
}

/** Pages of one document change without an event that every browser has, so the address is looked at. */
function tick() {
  if (!host.isConnected) document.body.append(host);
  const now = location.href + document.title;
  if (now !== shownPage) {
    if (shownPage.split("?")[0] !== location.href.split("?")[0]) since = Date.now();
    shownPage = now;
    if (frame) tell("page", { page: page() });
  }
  invite();
}

addEventListener("message", (event) => {
  if (event.origin !== base || !frame || event.source !== frame.contentWindow) return;
  const { central, ...data } = event.data ?? {};
  if (central === "ready") {
    isReady = true;
    clearTimeout(slow);
    cover.remove();
    for (const [type, more] of waiting.splice(0)) tell(type, more);
    if (isOpen) frame.focus();
  } else if (central === "close") close();
  else if (central === "open") open();
  else if (central === "pointer") stored("localStorage", POINTER, data.value);
  else if (central === "unread") {
    badge.textContent = data.count > 9 ? "9+" : data.count;
    badge.hidden = !data.count;
    draw();
  }
});

const calls = {
  open,
  close,
  page: tick,
  /** A signed token, or name, e-mail and phone, which only fill the form. */
  identify(who) {
    identity = who;
    if (frame) tell("identify", { identity });
  },
  logout() {
    identity = null;
    stored("localStorage", POINTER, null);
    if (frame) tell("logout");
  },
};

// What the site calls before the button stands waits for it.
const queued = Array.isArray(self.Central) ? [...self.Central] : [];
const call = (name, given) => (host.isConnected ? calls[name]?.(...given) : queued.push([name, ...given]));
self.Central = Object.fromEntries(Object.keys(calls).map((name) => [name, (...given) => call(name, given)]));
self.Central.push = (...entries) => {
  for (const [name, ...given] of entries) call(name, given);
};

function mount() {
  const style = new CSSStyleSheet();
  style.replaceSync(css);
  root.adoptedStyleSheets = [style];
  root.append(note, sheet, launcher);
  host.style.setProperty("--cor", settings.colour);
  host.style.setProperty("--sobre", settings.text_colour);
  host.toggleAttribute("left", settings.side === "esquerda");
  visualViewport?.addEventListener("resize", fit);
  visualViewport?.addEventListener("scroll", fit);
  draw();
  document.body.append(host);
  // Who already wrote hears of answers without opening the panel.
  if (stored("localStorage", POINTER)) load();
  setInterval(tick, 1000);
  tick();
  self.Central.push(...queued.splice(0));
}

async function begin() {
  // A key that no channel has, or a site that is not on its list: no button, and one line for whoever built the page.
  const answer = await fetch(`${door}config.json?idioma=${lang}`, { credentials: "omit" }).catch(() => null);
  if (!answer?.ok) return console.warn(`Central: no chat for ${location.origin} (${answer?.status ?? "offline"})`);
  settings = await answer.json();
  if (document.body) mount();
  else addEventListener("DOMContentLoaded", mount);
}
begin();
