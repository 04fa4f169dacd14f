// Dialogs whose content the server draws, and forms that fold away in the page.
import { el, exchange } from "./fragments.js";

async function open(url) {
  const { ok } = await exchange(url, { target: el("acao"), swap: "innerHTML" });
  if (ok && !el("acao").open) el("acao").showModal();
}

/** Opens what a button's data-dialog names; closes it, or folds a form away, once it was taken. */
export function start() {
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-dialog]");
    if (button) open(button.dataset.dialog);
  });
  document.addEventListener("htmx:after:request", ({ detail: { ctx } }) => {
    const form = ctx.sourceElement?.closest?.("[data-closes], [data-folds]");
    if (!form || ctx.response.status >= 400) return;
    if (form.dataset.closes) return el(form.dataset.closes).close();
    form.reset();
    form.closest("details").open = false;
  });
}
