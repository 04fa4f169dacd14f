// What a search found: the message is brought into view, and the other tabs are one click away.
import { el } from "./fragments.js";
import { jumpTo, onThread } from "./thread.js";

/** Starts following cards that lead to a message. */
export function start() {
  onThread((element) => element.dataset.found && jumpTo(element.dataset.found));
  document.addEventListener("click", (event) => {
    if (event.target.closest?.("[data-look-everywhere]")) el("abas").querySelector("[data-filter=todas]").click();
  });
}
