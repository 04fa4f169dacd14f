// What pops up over the box while somebody types: quick replies after a slash, blanks after two braces, and whatever
// else offers itself here. The box keeps the focus; arrows, Enter, Tab and a finger choose, Escape leaves the text.
import { el, say } from "./fragments.js";
import { onThread } from "./thread.js";

const MOST = 50;
const sources = [];
let open = null;
let asked = 0;
// While the first answer is on its way, Enter means what will be offered: "/oi" must not go to the patient.
let isComing = false;
let isTaken = false;

/**
 * Adds a source: `match(before, mode)` tells what was typed as {from, words} or null; `options(words)` resolves to
 * what is offered, the best first, each {title, detail, note, text}; `choose(option, range)` acts on one. `name` is
 * the key of its label.
 */
export const offer = (source) => sources.push(source);

/** A text as it is compared: without accents and case. */
export const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

const box = () => el("texto");
const panel = () => el("escolhas");
const mode = () => el("escrever")?.elements.modo?.value ?? "resposta";

/** Puts a text in the place of what was typed, as if it had been typed. */
export function putText(text, { from, to }) {
  const target = box();
  target.focus();
  target.setRangeText(text, from, to, "end");
  target.dispatchEvent(new Event("input", { bubbles: true }));
}

/** Types a sign where the cursor stands, for whoever has no keyboard at hand. */
export function typeSign(sign) {
  const target = box();
  const { selectionStart: from, selectionEnd: to, value } = target;
  putText(from && !/\s/.test(value[from - 1]) ? ` ${sign}` : sign, { from, to });
}

export function closeMenu() {
  asked += 1;
  open = null;
  isComing = false;
  isTaken = false;
  if (panel()) panel().hidden = true;
  box()?.removeAttribute("aria-activedescendant");
}

function mark(index) {
  const rows = [...panel().querySelectorAll("[role=option]")];
  open.index = (index + rows.length) % rows.length;
  for (const [place, row] of rows.entries()) row.setAttribute("aria-selected", String(place === open.index));
  rows[open.index].scrollIntoView({ block: "nearest" });
  box().setAttribute("aria-activedescendant", rows[open.index].id);
}

function rowOf(option, place) {
  const row = document.createElement("li");
  row.id = `escolha-${place}`;
  row.role = "option";
  row.dataset.place = place;
  for (const [name, words] of [
    ["b", option.title],
    ["small", option.note],
    ["span", option.detail],
  ]) {
    if (!words) continue;
    const part = document.createElement(name);
    part.textContent = words;
    part.dir = "auto";
    row.append(part);
  }
  return row;
}

function draw(source, range, options) {
  open = { source, range, options, index: 0 };
  const list = panel().querySelector("[role=listbox]");
  list.setAttribute("aria-label", say(source.name));
  list.replaceChildren(...options.map(rowOf));
  panel().querySelector(".foot").hidden = !source.hasFoot;
  panel().querySelector("[role=status]").textContent = say("offered", { count: options.length });
  panel().hidden = false;
  mark(0);
}

async function look() {
  const target = box();
  const { selectionStart: to, selectionEnd } = target;
  if (to !== selectionEnd || document.activeElement !== target) return closeMenu();
  const before = target.value.slice(0, to);
  for (const source of sources) {
    const found = source.match(before, mode());
    if (!found) continue;
    asked += 1;
    const mine = asked;
    isComing = !open;
    const options = (await source.options(found.words)).slice(0, MOST);
    // More was typed meanwhile, or another conversation was opened.
    if (mine !== asked || box() !== target) return;
    const wasTaken = isTaken;
    isComing = false;
    isTaken = false;
    if (options.length) {
      draw(source, { from: found.from, to }, options);
      if (wasTaken) choose(0);
      return;
    }
    if (wasTaken) el("escrever").requestSubmit();
    break;
  }
  closeMenu();
}

function choose(place) {
  const { source, range, options } = open;
  closeMenu();
  source.choose(options[place], range);
}

const MOVES = { ArrowDown: 1, ArrowUp: -1 };

function onKey(event) {
  if (!(open || isComing) || event.target !== box() || event.isComposing) return;
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const isEnter = event.key === "Enter" && !event.shiftKey;
  if (!open && isEnter) isTaken = true;
  else if (!open) return;
  else if (MOVES[event.key]) mark(open.index + MOVES[event.key]);
  else if (isEnter || event.key === "Tab") choose(open.index);
  else if (event.key === "Escape") closeMenu();
  else return;
  event.preventDefault();
  event.stopImmediatePropagation();
}

/** Starts watching the box. */
export function start() {
  // Before the box itself, where Enter sends.
  document.addEventListener("keydown", onKey, true);
  document.addEventListener("input", (event) => event.target === box() && look());
  document.addEventListener("selectionchange", () => open && document.activeElement === box() && look());
  document.addEventListener("focusout", (event) => event.target === box() && open && closeMenu());
  // The box keeps the cursor while a row is pressed.
  document.addEventListener("pointerdown", (event) => event.target.closest?.("#escolhas ul") && event.preventDefault());
  document.addEventListener("mousedown", (event) => event.target.closest?.("#escolhas ul") && event.preventDefault());
  document.addEventListener("click", (event) => {
    const row = event.target.closest?.("#escolhas [role=option]");
    if (row && open) choose(Number(row.dataset.place));
  });
  onThread(() => {}, closeMenu);
}
