// The list's conditions: chosen in a dialog, kept in the list's own form and in the address.
import { openAlone } from "./dialogs.js";
import { el } from "./fragments.js";
import { refreshList } from "./list.js";

/** Writes a form's choices as the grammar of inbox/list/conditions.py has them. */
export function written(form) {
  const words = [...form.querySelectorAll("input[type=checkbox]:checked")].map((box) => box.value);
  for (const input of form.querySelectorAll("[data-facet]")) {
    if (input.value) words.push(`${input.dataset.facet}.${input.value}`);
  }
  if (words.length && form.querySelector("[data-join]").value) words.unshift("ou");
  return words.join(",");
}

function narrow(conditions) {
  el("condicoes").value = conditions;
  el("filtros").setAttribute("aria-pressed", conditions ? "true" : "false");
  const here = new URL(location.href);
  if (conditions) here.searchParams.set("condicoes", conditions);
  else here.searchParams.delete("condicoes");
  // It is not the saved one any more.
  here.searchParams.delete("vista");
  history.replaceState(history.state, "", here);
  refreshList();
}

/** Starts listening. */
export function startNarrow() {
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-narrows]");
    if (button) openAlone(`${button.dataset.narrows}?condicoes=${encodeURIComponent(el("condicoes").value)}`);
    if (!event.target.closest?.("[data-act=all-conditions]")) return;
    narrow("");
    if (el("acao").open) el("acao").close();
  });
  document.addEventListener("submit", (event) => {
    if (!event.target.matches?.("[data-narrow]")) return;
    event.preventDefault();
    narrow(written(event.target));
    el("acao").close();
  });
}
