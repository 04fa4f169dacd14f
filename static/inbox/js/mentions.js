// Colleagues in a note: `@` offers who may see the conversation; what names the reader counts as seen once it is on
// their screen.
import { draftAt, keepAt } from "./composer.js";
import { el } from "./fragments.js";
import { refreshCard } from "./list.js";
import { offer, plain, putText, typeSign } from "./menu.js";
import { currentId, onThread } from "./thread.js";

const FRESH_MS = 30_000;
const SEEN_AFTER_MS = 700;
let known = null;
let timer = 0;
const told = new Set();

const form = () => el("escrever");
const headers = () => ({ Accept: "application/json", "X-CSRFToken": document.body.dataset.csrf });

async function people() {
  const id = currentId();
  if (known?.id === id && Date.now() - known.at < FRESH_MS) return known.people;
  try {
    const response = await fetch(form().dataset.mentions, { headers: headers() });
    if (!response.ok) return [];
    known = { id, at: Date.now(), people: (await response.json()).people };
    return known.people;
  } catch {
    // Without a line nobody is offered; what is typed stays what it is.
    return [];
  }
}

/** Whoever's name, or a word of it, begins as was typed. */
async function offered(words) {
  const wanted = plain(words);
  const all = await people();
  return all
    .filter(({ name }) => plain(name).startsWith(wanted) || plain(name).includes(` ${wanted}`))
    .sort((one, other) => plain(other.name).startsWith(wanted) - plain(one.name).startsWith(wanted))
    .map((person) => ({ person, title: person.name, note: person.role }));
}

/** Writes the name, and keeps who was meant: two may have the same. */
function take({ person }, range) {
  putText(`@${person.name} `, range);
  const draft = draftAt(currentId());
  draft.nota.named = [...(draft.nota.named ?? []).filter(({ id }) => id !== person.id), person];
  keepAt(currentId(), draft);
}

async function see() {
  const id = currentId();
  if (!id || document.hidden || !Number(el("abas")?.dataset.mentions)) return;
  const notes = [...document.querySelectorAll("#mensagens > .note[id^=m-]")].map((row) => row.id.slice(2));
  const news = notes.filter((note) => !told.has(note)).slice(-100);
  if (!news.length) return;
  const data = new FormData();
  for (const note of news) data.append("nota", note);
  try {
    const response = await fetch(el("conversa").dataset.mentionsSeen, {
      method: "POST",
      headers: headers(),
      body: data,
    });
    if (!response.ok) return;
  } catch {
    // The next note or conversation asks again.
    return;
  }
  for (const note of news) told.add(note);
  refreshCard(id);
}

function soon() {
  clearTimeout(timer);
  timer = setTimeout(see, SEEN_AFTER_MS);
}

/** Starts offering, and watching what is seen. */
export function startMentions() {
  offer({
    name: "mentions",
    match: (before, mode) => {
      if (mode !== "nota") return null;
      const found = /(?:^|\s)@([\p{L}\p{N}.'-]*(?: [\p{L}\p{N}.'-]*){0,3})$/u.exec(before);
      return found && { from: before.length - found[1].length - 1, words: found[1] };
    },
    options: offered,
    choose: take,
  });
  onThread(soon, () => (known = null));
  document.addEventListener("htmx:after:swap", soon);
  document.addEventListener("visibilitychange", soon);
  document.addEventListener("click", (event) => {
    if (event.target.closest?.("[data-act=mention]")) typeSign("@");
  });
}
