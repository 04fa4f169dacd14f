// Dialogs whose content the server draws: transfer and finish.
import { el, exchange } from "./fragments.js";

async function open(url) {
  const { ok } = await exchange(url, { target: el("acao"), swap: "innerHTML" });
  if (ok && !el("acao").open) el("acao").showModal();
}

/** Opens what a button's data-dialog names, and closes it once its form was taken. */
export function start() {
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-dialog]");
    if (button) open(button.dataset.dialog);
  });
  document.addEventListener("htmx:after:request", ({ detail: { ctx } }) => {
    const form = ctx.sourceElement?.closest?.("[data-closes]");
    if (form && ctx.response.status < 400) el(form.dataset.closes).close();
  });
}
