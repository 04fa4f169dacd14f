// The reader's own presence: the menu closes after a choice, and follows what the server says.
import { el, exchange } from "./fragments.js";

/** Draws the reader's presence anew, unless the menu is open under their hand. */
export function refreshStanding() {
  const menu = el("presenca-minha");
  if (!menu || menu.open) return;
  // It may be opened while the answer is on its way.
  exchange(menu.dataset.url, { target: menu, swap: "outerHTML", quiet: true, isWanted: () => !menu.open });
}

/** Closes the menu on a click elsewhere or Escape. */
export function startStanding() {
  document.addEventListener("click", (event) => {
    const menu = el("presenca-minha");
    if (menu?.open && !menu.contains(event.target)) menu.open = false;
  });
  // What changed while it was open was not drawn.
  document.addEventListener(
    "toggle",
    ({ target }) => target.id === "presenca-minha" && !target.open && refreshStanding(),
    true,
  );
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && el("presenca-minha")?.open) el("presenca-minha").open = false;
  });
}
