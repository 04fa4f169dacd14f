// Saved filters: what is chosen in the dialog of conditions, kept under a name.
import { el, exchange } from "./fragments.js";
import { view } from "./list.js";
import { written } from "./narrow.js";
import { notice } from "./notices.js";

const place = () => el("filtros-salvos");

async function save(button) {
  const form = button.closest("form");
  const problem = form.querySelector("[data-saved-problem]");
  const shown = view();
  const data = new FormData();
  data.set("nome", form.querySelector("[data-saved-name]").value);
  data.set("para", form.querySelector("[data-saved-for]").value);
  data.set("filtro", shown.get("filtro"));
  data.set("ordem", shown.get("ordem"));
  data.set("condicoes", written(form));
  const { ok, problem: why } = await exchange(button.dataset.keepView, {
    data,
    target: place(),
    swap: "outerHTML",
    quiet: true,
  });
  problem.textContent = ok ? "" : why;
  if (!ok) return form.querySelector("[data-saved-name]").focus();
  form.querySelector("[data-saved-name]").value = "";
  notice(button.dataset.done);
}

/** Starts listening. */
export function startSaved() {
  document.addEventListener("click", (event) => {
    const keep = event.target.closest?.("[data-keep-view]");
    if (keep) save(keep);
    const drop = event.target.closest?.("[data-drop-view]");
    if (drop) exchange(drop.dataset.dropView, { data: new FormData(), target: place(), swap: "outerHTML" });
  });
  // Enter in the name keeps the filter and does not apply it.
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !event.target.matches?.("[data-saved-name]")) return;
    event.preventDefault();
    save(event.target.closest("form").querySelector("[data-keep-view]"));
  });
}
