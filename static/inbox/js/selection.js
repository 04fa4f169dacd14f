// Several conversations chosen at once: boxes on the cards, Shift for a range, all that match.
import { act, ask, startActs } from "./acts.js";
import { el, say } from "./fragments.js";
import { view } from "./list.js";

const chosen = new Set();
let anchor = "";

const list = () => el("lista");
const boxes = () => [...list().querySelectorAll(".pick")];
const idOf = (box) => box.closest(".card-row").id.slice(2);

function draw() {
  const bar = el("selecao");
  for (const box of boxes()) box.checked = chosen.has(idOf(box));
  list().toggleAttribute("data-choosing", chosen.size > 0);
  bar.hidden = !chosen.size;
  el("selecao-conta").textContent = say(chosen.size === 1 ? "chosenOne" : "chosenMany", { count: chosen.size });
}

export function clearChosen() {
  chosen.clear();
  anchor = "";
  draw();
}

function choose(id, isOn) {
  if (isOn) chosen.add(id);
  else chosen.delete(id);
}

/** Chooses a conversation or lets go of it; with `isRange` all from the last one touched to it. */
export function toggle(id, isRange = false) {
  const isOn = !chosen.has(id);
  const ids = boxes().map(idOf);
  const [from, to] = [ids.indexOf(anchor), ids.indexOf(id)].sort((a, b) => a - b);
  if (isRange && from >= 0) for (const one of ids.slice(from, to + 1)) choose(one, true);
  else choose(id, isOn);
  anchor = id;
  draw();
}

async function chooseAll(button) {
  button.disabled = true;
  try {
    const response = await fetch(el("selecao").dataset.matching, {
      method: "POST",
      body: view(),
      credentials: "same-origin",
      headers: { "X-CSRFToken": document.body.dataset.csrf, Accept: "application/json" },
    });
    if (response.ok) for (const id of (await response.json()).ids) chosen.add(id);
  } finally {
    button.disabled = false;
  }
  draw();
}

async function run(button) {
  const name = button.dataset.do;
  if (name === "nenhuma") return clearChosen();
  if (name === "todas") return chooseAll(button);
  const ids = [...chosen];
  if (button.dataset.asks !== undefined) return ask(name, ids);
  if (await act(name, ids)) clearChosen();
}

/** Starts listening to boxes, bar and keys. */
export function startSelection() {
  startActs(clearChosen);
  document.addEventListener(
    "click",
    (event) => {
      const box = event.target.closest?.("#lista .pick");
      if (box) {
        // The box is drawn from what is chosen, not from its own click.
        const id = idOf(box);
        return setTimeout(() => toggle(id, event.shiftKey));
      }
      const button = event.target.closest?.("#selecao [data-do]");
      if (button) return run(button);
      const card = event.target.closest?.("#lista .card");
      if (!card || !(chosen.size && event.shiftKey)) return;
      event.preventDefault();
      event.stopPropagation();
      toggle(card.dataset.conversation, true);
    },
    true,
  );
  document.addEventListener(
    "keydown",
    (event) => {
      const card = event.target.closest?.("#lista .card");
      if (card && event.key === " ") {
        event.preventDefault();
        toggle(card.dataset.conversation, event.shiftKey);
      } else if (event.key === "Escape" && chosen.size && event.target.closest?.("#lista, #selecao")) {
        event.stopImmediatePropagation();
        clearChosen();
      }
    },
    true,
  );
  document.addEventListener("htmx:after:swap", () => chosen.size && draw());
}
