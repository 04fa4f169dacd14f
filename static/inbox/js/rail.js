// The rail's buttons that every page has: the theme, and leaving without anything half-written.
import { forgetDrafts } from "./drafts.js";
import { forgetOutbox } from "./outbox.js";
import { choose } from "./personal.js";

/** Starts listening; `onTheme` hears which theme was chosen. */
export function startRail(onTheme = () => {}) {
  document.addEventListener("click", (event) => {
    if (!event.target.closest?.("[data-act=theme]")) return;
    const theme = window.nextTheme();
    choose({ theme });
    onTheme(theme);
  });
  document.addEventListener("submit", (event) => {
    if (!event.target.matches("[data-act=logout]")) return;
    forgetDrafts();
    forgetOutbox();
  });
}
