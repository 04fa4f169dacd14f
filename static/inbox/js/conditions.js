// Conditions of an audience: a comparison fits its field, a value is chosen where there are choices, and rows that
// nobody needs yet wait out of sight.
const BARE = new Set(["preenchido", "vazio", "nunca"]);

const kinds = () => JSON.parse(document.getElementById("campos")?.textContent ?? "{}");

const part = (row, name) => row.querySelector(`[name^=${name}_]`);

function chooser(old, choices) {
  const select = document.createElement("select");
  const known = choices.some(([value]) => value === old.value);
  const asked = old.value && !known ? [[old.value, old.value]] : [];
  for (const [value, words] of [["", "—"], ...choices, ...asked])
    select.add(new Option(words, value, false, value === old.value));
  return select;
}

function line(old, kind) {
  const input = document.createElement("input");
  const isNumber = kind === "numero" || kind === "data";
  input.type = isNumber ? "number" : "text";
  if (isNumber) input.step = "1";
  else input.maxLength = 255;
  if (!isNumber || /^-?\d*$/.test(old.value)) input.value = old.value;
  return input;
}

/** Lets a row offer what its field takes. */
function fit(row, fields, { fresh = false } = {}) {
  const field = fields[part(row, "field").value];
  const operator = part(row, "operator");
  for (const option of operator.options)
    option.disabled = option.hidden = Boolean(field) && !field.operators.includes(option.value);
  if (field && operator.selectedOptions[0]?.disabled !== false) operator.value = field.operators[0];
  const old = part(row, "value");
  if (fresh) old.value = "";
  const made = field?.choices.length ? chooser(old, field.choices) : line(old, field?.kind);
  made.name = old.name;
  made.id = old.id;
  old.replaceWith(made);
  made.closest(".field").hidden = Boolean(field) && BARE.has(operator.value);
}

/** Starts with the rows that stand there. */
export function startConditions() {
  const fields = kinds();
  const rows = [...document.querySelectorAll(".condition")];
  for (const row of rows) {
    fit(row, fields);
    row.addEventListener("change", ({ target }) => {
      if (target.name.startsWith("field_")) fit(row, fields, { fresh: true });
      if (target.name.startsWith("operator_")) fit(row, fields);
    });
  }
  const more = document.querySelector("[data-act=more-conditions]");
  more?.addEventListener("click", () => {
    const next = rows.find((row) => row.hidden);
    if (!next) return;
    next.hidden = false;
    part(next, "field").focus();
    more.hidden = !rows.some((row) => row.hidden);
  });
}
