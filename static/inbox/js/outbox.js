// What was sent from this page and is not yet drawn by the server: a bubble with a clock from the first moment,
// settled by its key, kept with its text when nobody knows whether it arrived.
import { el, exchange, lastSeq, revision } from "./fragments.js";
import { currentId, refreshThread, rowsChanged, toBottom } from "./thread.js";

const PREFIX = "envio:";
const nameOf = (id) => `${PREFIX}${document.body.dataset.member}:${id}`;
const lines = new Map();
let giveBack = () => {};

function lineOf(id) {
  if (!lines.has(id)) lines.set(id, { entries: restored(id), isBusy: false });
  return lines.get(id);
}

/** What a page that was reloaded had under way: whether it arrived, nobody knows. */
function restored(id) {
  try {
    return (JSON.parse(sessionStorage.getItem(nameOf(id))) ?? []).map((entry) => ({ ...entry, state: "duvida" }));
  } catch {
    return [];
  }
}

function keep(id) {
  try {
    const { entries } = lineOf(id);
    const kept = entries
      .map(({ pieces: _pieces, ...plain }) => plain)
      .filter((entry) => entry.fields.texto || entry.fields.anexo);
    if (kept.length) sessionStorage.setItem(nameOf(id), JSON.stringify(kept));
    else sessionStorage.removeItem(nameOf(id));
  } catch {
    // Storage may be switched off; sending still works, only without memory.
  }
}

const rowOf = (entry) => el(`l-${entry.fields.client_id}`);
const isSettled = (entry) =>
  Boolean(el("mensagens")?.querySelector(`[data-client="${CSS.escape(entry.fields.client_id)}"]`));

function newest() {
  const orders = [...el("mensagens").querySelectorAll(":scope > [data-order]")].map((row) => Number(row.dataset.order));
  return Math.max(0, ...orders);
}

function fill(row, entry) {
  const { fields, quote, file } = entry;
  const text = row.querySelector(".text");
  text.textContent = fields.texto ?? "";
  text.hidden = !fields.texto;
  const said = row.querySelector(".quote");
  said.hidden = !quote;
  if (quote) {
    said.querySelector("b").textContent = quote.author;
    said.querySelector("span").textContent = quote.text;
  }
  const chip = row.querySelector(".file");
  chip.hidden = !file;
  chip.querySelector("b").textContent = file ?? "";
  const time = row.querySelector("time");
  time.textContent = new Date(entry.at).toLocaleTimeString(document.documentElement.lang, {
    hour: "2-digit",
    minute: "2-digit",
  });
}

/** Draws an entry's bubble at the foot, or marks that nobody knows of it. */
function draw(entry) {
  if (currentId() !== entry.conversation) return;
  let row = rowOf(entry);
  if (!row) {
    row = el(entry.fields.modo === "nota" ? "nota-saindo" : "resposta-saindo").content.firstElementChild.cloneNode(
      true,
    );
    row.id = `l-${entry.fields.client_id}`;
    row.dataset.order = newest() + 1;
    row.dataset.seq = 0;
    fill(row, entry);
    el("mensagens").append(row);
    rowsChanged();
  }
  const isLost = entry.state === "duvida";
  row.classList.toggle("failed", isLost);
  row.querySelector(".trouble").hidden = !isLost;
  row.querySelector("[data-act=rewrite]").hidden = Boolean(entry.file);
}

function forget(entry) {
  const line = lineOf(entry.conversation);
  line.entries = line.entries.filter((other) => other !== entry);
  rowOf(entry)?.remove();
  keep(entry.conversation);
}

function dataOf(entry) {
  const data = new FormData();
  for (const [name, value] of Object.entries(entry.fields)) {
    for (const one of [value].flat()) if (one) data.append(name, one);
  }
  return data;
}

/** Posts one entry. Resolves to "chegou", "recusada" or "duvida". */
async function post(entry) {
  if (entry.pieces?.length) {
    await Promise.all(entry.pieces.map((piece) => piece.done));
    const broken = entry.pieces.find((piece) => !piece.id);
    if (broken) return { state: "recusada", problem: broken.problem };
    entry.fields.anexo = entry.pieces.map((piece) => piece.id);
    keep(entry.conversation);
  }
  const { ok, status, problem } = await exchange(entry.action, {
    data: dataOf(entry),
    target: el("mensagens"),
    quiet: true,
    isWanted: () => currentId() === entry.conversation,
  });
  if (ok) return { state: "chegou" };
  return { state: status === 0 || status >= 500 ? "duvida" : "recusada", problem };
}

/** Empties a conversation's line in order. What was refused goes back to the box with all that stood behind it. */
async function work(id) {
  const line = lineOf(id);
  if (line.isBusy) return;
  line.isBusy = true;
  for (let entry = line.entries[0]; entry?.state === "saindo"; entry = line.entries[0]) {
    const { state, problem } = await post(entry);
    if (state === "chegou" || isSettled(entry)) {
      const isThere = isSettled(entry);
      forget(entry);
      if (!isThere && currentId() === id) refreshThread();
      // It may wait above the box for its seconds to be undone.
      if (!isThere) document.dispatchEvent(new Event("kept-for-later"));
    } else if (state === "recusada") {
      const back = line.entries.filter((other) => other === entry || other.fields.modo === entry.fields.modo);
      back.forEach(forget);
      giveBack(id, back, problem);
    } else {
      for (const other of line.entries) {
        other.state = "duvida";
        draw(other);
      }
    }
  }
  line.isBusy = false;
}

/** Sends posts of one conversation, in order: {fields, pieces, file, quote}. They are on screen when this returns. */
export function send(conversation, action, posts) {
  const line = lineOf(conversation);
  // What the writer saw and where the page stood, not what another conversation shows when the line comes to it.
  const seen = { desde: revision(), visto: String(lastSeq()) };
  const at = Date.now();
  for (const each of posts) {
    const entry = { ...each, conversation, action, at, state: "saindo", fields: { ...each.fields, ...seen } };
    line.entries.push(entry);
    draw(entry);
  }
  // One that nobody knows of stands before them: trying it again sends them all.
  keep(conversation);
  toBottom();
  retry(conversation);
}

function retry(conversation) {
  for (const entry of lineOf(conversation).entries) {
    entry.state = "saindo";
    draw(entry);
  }
  work(conversation);
}

const entryAt = (node) => lineOf(currentId()).entries.find((entry) => rowOf(entry) === node.closest(".message"));

/** Gives a text of which nobody knows back to the box, with its key: sent again unchanged it is still one message. */
function rewrite(entry) {
  forget(entry);
  giveBack(entry.conversation, [entry], "");
}

/** Drops what the server has drawn meanwhile. */
function settle() {
  const id = currentId();
  if (id && lines.has(id))
    lines
      .get(id)
      .entries.filter(isSettled)
      .filter((entry) => entry.state === "duvida")
      .forEach(forget);
}

/** Whether a file is on its way, which would be lost with the page. */
export const isCarrying = () =>
  [...lines.values()].some(({ entries }) => entries.some(({ pieces }) => pieces?.some((piece) => !piece.id)));

/** Draws what is still under way in a conversation that was just opened. */
export function mount(id) {
  lineOf(id)
    .entries.filter(isSettled)
    .filter((entry) => entry.state === "duvida")
    .forEach(forget);
  lineOf(id).entries.forEach(draw);
}

/** Starts listening. `back(id, entries, problem)` takes what was refused. */
export function start(back) {
  giveBack = back;
  document.addEventListener("htmx:after:swap", settle);
  document.addEventListener("click", (event) => {
    const act = event.target.closest?.("[data-act]")?.dataset.act;
    if (act === "send-again") retry(currentId());
    if (act === "rewrite") rewrite(entryAt(event.target));
  });
}

/** Forgets what was under way, when the person signs out. */
export function forgetOutbox() {
  try {
    for (const name of Object.keys(sessionStorage)) if (name.startsWith(PREFIX)) sessionStorage.removeItem(name);
  } catch {
    // See keep.
  }
}
