// Acts on one or several conversations: sent in batches, told how many could not and why, with a way back where there is one.
import { openAlone } from "./dialogs.js";
import { el, say } from "./fragments.js";
import { refreshList } from "./list.js";
import { notice } from "./notices.js";

const BATCH = 50;
const STAYS_MS = 12_000;

// What the dialog that is about to open, or stands open, is for.
let targets = [];
let named = "";

const url = () => el("selecao").dataset.acts;

async function post(data) {
  const response = await fetch(url(), {
    method: "POST",
    body: data,
    credentials: "same-origin",
    headers: { "X-CSRFToken": document.body.dataset.csrf, Accept: "application/json" },
  });
  const body = await response.json();
  if (!response.ok) throw new Error(body.detail);
  return body;
}

function words(changed, same, refused) {
  const parts = [say(changed === 1 ? "actDone" : "actsDone", { count: changed })];
  if (same) parts.push(say("actsSame", { count: same }));
  for (const [why, count] of refused) parts.push(say("actsRefused", { count, why }));
  return parts.join(" ");
}

/** Says what came of it, with a button that takes it back. */
function tell(text, isProblem, undo) {
  notice(text, isProblem ? "problem" : "", undo ? { words: say("undo"), act: undo, stays: STAYS_MS } : null);
}

/** Does something to conversations; `fields` are what the act needs. Resolves to whether all of it was taken. */
export async function act(name, ids, fields = {}) {
  const [changed, refused] = [[], new Map()];
  let same = 0;
  let back = "";
  try {
    for (let at = 0; at < ids.length; at += BATCH) {
      const data = new FormData();
      data.set("acao", name);
      for (const [key, value] of Object.entries(fields)) data.set(key, value);
      for (const id of ids.slice(at, at + BATCH)) data.append("conversa", id);
      const answer = await post(data);
      changed.push(...answer.changed);
      same += answer.same;
      back = answer.back;
      for (const [why, count] of answer.refused) refused.set(why, (refused.get(why) ?? 0) + count);
      if (ids.length > BATCH) el("selecao-conta").textContent = say("actsGoing", { done: at, count: ids.length });
    }
  } catch (error) {
    // What was done before stays done, and is told.
    const why = error instanceof TypeError || !error.message ? say("noAnswer") : error.message;
    if (!changed.length) {
      notice(why, "problem");
      return false;
    }
    refused.set(why, ids.length - changed.length - same);
  }
  const undo = back && changed.length ? () => act(back, changed, fields) : null;
  tell(words(changed.length, same, refused), !changed.length && refused.size > 0, undo);
  refreshList();
  return true;
}

/** Opens the dialog of an act for some conversations; `name` says whose when it is one. */
export function ask(name, ids, who) {
  targets = ids;
  named = who || say("actsMany", { count: ids.length });
  openAlone(`${url()}?acao=${name}`).then(() => {
    const place = el("acao-quem");
    if (place) place.textContent = named;
  });
}

/** Starts listening; `onDone` is called when a dialog's act was taken. */
export function startActs(onDone) {
  document.addEventListener("submit", async (event) => {
    const name = event.target.dataset?.actForm;
    if (!name) return;
    event.preventDefault();
    const fields = Object.fromEntries(new FormData(event.target, event.submitter));
    const ids = targets;
    if (await act(name, ids, fields)) {
      el("acao").close();
      onDone();
    }
  });
}
