// Who else is looking at the open conversation, so that two people do not answer one patient.
import { el, say } from "./fragments.js";

const LOOKING_MS = 45_000;
const TYPING_MS = 6_000;
const names = JSON.parse(document.getElementById("colegas").textContent);
const looking = new Map();
const typing = new Map();
// Until when the visitor of a site's chat counts as typing.
let visitorUntil = 0;

const listOf = (people, now) => {
  for (const [id, until] of people) if (until < now) people.delete(id);
  return [...people.keys()].map((id) => names[id]).filter(Boolean);
};

/** Rewrites the line under the head. */
export function drawPresence() {
  const line = el("presenca");
  if (!line) return;
  const now = Date.now();
  const writers = listOf(typing, now);
  const viewers = listOf(looking, now);
  const join = (people) => new Intl.ListFormat(document.documentElement.lang).format(people);
  const text =
    visitorUntil > now
      ? say("visitorTyping")
      : writers.length
        ? say("typing", { names: join(writers) })
        : viewers.length
          ? say(viewers.length > 1 ? "viewingMany" : "viewing", { names: join(viewers) })
          : "";
  line.hidden = !text;
  if (line.textContent !== text) line.textContent = text;
}

/**
 * Takes a "viewing" or "typing" event about the open conversation; the reader's own are ignored. Tells whether it is
 * somebody who was not here before.
 */
export function heard({ type, data }) {
  if (type === "typing" && data?.member === null) {
    visitorUntil = Date.now() + TYPING_MS;
    drawPresence();
    return false;
  }
  const id = data?.member;
  if (!id || id === document.body.dataset.member) return false;
  const isNew = !data.left && !(looking.get(id) > Date.now());
  if (type === "typing") typing.set(id, Date.now() + TYPING_MS);
  if (data.left) looking.delete(id);
  else looking.set(id, Date.now() + LOOKING_MS);
  drawPresence();
  return isNew;
}

/** Forgets everybody, when another conversation opens. */
export function clearPresence() {
  looking.clear();
  typing.clear();
  visitorUntil = 0;
  drawPresence();
}
