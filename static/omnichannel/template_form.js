// The template form: inputs that belong to the chosen header, a row per variable, and the live preview.
// Everything works without it; the server draws the same rows when the form comes back.
const PLACE = /\{\{\s*([A-Za-z0-9_]{1,64})\s*\}\}/g;
const MEDIA = { IMAGE: "image", VIDEO: "movie", DOCUMENT: "description", LOCATION: "location_on" };
const ICONS = { URL: "open_in_new", PHONE_NUMBER: "call", QUICK_REPLY: "reply" };

const value = (form, name) => form.elements[name]?.value ?? "";
const places = (text) => [...new Set([...text.matchAll(PLACE)].map((found) => found[1]))];
const lineOf = (form, name) =>
  form.querySelector(`.field-line.field-${name}`) ?? form.elements[name]?.closest(".field-line");

/** Shows only the inputs of the chosen kind of header. */
function toggle(form) {
  const kind = value(form, "header");
  const wanted = { header_text: kind === "TEXT", header_file: ["IMAGE", "VIDEO", "DOCUMENT"].includes(kind) };
  for (const [name, isShown] of Object.entries(wanted)) {
    const line = lineOf(form, name);
    if (line) line.hidden = !isShown;
  }
}

/** Keeps one example for each variable, in the order of the texts; what was typed stays. */
function examples(form) {
  const box = form.querySelector("[data-examples]");
  const name = box.dataset.examples;
  const known = given(form);
  const head = value(form, "header") === "TEXT" ? places(value(form, "header_text")).map((key) => `header.${key}`) : [];
  const keys = [...head, ...places(value(form, "body"))];
  const shown = [...box.querySelectorAll(`[name="${name}-key"]`)].map((input) => input.value);
  if (keys.join() === shown.join()) return;
  for (const row of box.querySelectorAll("label")) row.remove();
  const rows = keys.map((key) => {
    const row = document.createElement("label");
    const words = document.createElement("span");
    words.textContent = `{{${key.replace("header.", "")}}}`;
    const hidden = Object.assign(document.createElement("input"), { type: "hidden", name: `${name}-key`, value: key });
    const input = Object.assign(document.createElement("input"), {
      type: "text",
      name: `${name}-value`,
      value: known.get(key) ?? "",
      maxLength: 200,
      autocomplete: "off",
      className: box.dataset.classes,
    });
    row.append(words, hidden, input);
    return row;
  });
  box.prepend(...rows);
  box.querySelector("p").hidden = rows.length > 0;
}

function given(form) {
  const box = form.querySelector("[data-examples]");
  const of = (part) =>
    [...box.querySelectorAll(`[name="${box.dataset.examples}-${part}"]`)].map((input) => input.value);
  const values = of("value");
  return new Map(of("key").map((key, place) => [key, values[place]]));
}

/** Only as many rows of buttons as are used, and one more when asked for. */
function buttonRows(form, extra = 0) {
  const box = form.querySelector("[data-buttons]");
  const rows = [...box.querySelectorAll(".bo-form-button")];
  const last = rows.findLastIndex((row) => row.querySelector("select").value);
  const open = Math.max(last + 1, rows.filter((row) => !row.hidden).length * (extra ? 1 : 0)) + extra;
  rows.forEach((row, place) => {
    row.hidden = place >= Math.max(open, 0);
    const [, address, example] = row.querySelectorAll("input");
    const kind = row.querySelector("select").value;
    address.hidden = !["URL", "PHONE_NUMBER"].includes(kind);
    example.hidden = kind !== "URL" || !places(address.value).length;
  });
  box.querySelector("[data-more]").hidden = open >= rows.length;
}

/** Writes a text with its examples filled in and WhatsApp's marks; nothing typed becomes HTML. */
function write(target, text, known, prefix) {
  const filled = (part) =>
    part.split(/(\{\{[^}]+\}\})/).map((piece) => {
      const [key] = places(piece);
      if (!key) return document.createTextNode(piece);
      const mark = document.createElement("mark");
      mark.textContent = known.get(prefix + key) || piece;
      return mark;
    });
  const marks = { "*": "strong", _: "em", "~": "s" };
  const nodes = text.split(/(\*[^*\n]+\*|(?<![\w{])_[^_\n]+_(?![\w}])|~[^~\n]+~)/).flatMap((part) => {
    const tag = part.length > 2 && part[0] === part.at(-1) ? marks[part[0]] : undefined;
    if (!tag) return filled(part);
    const element = document.createElement(tag);
    element.append(...filled(part.slice(1, -1)));
    return [element];
  });
  target.replaceChildren(...nodes);
  target.hidden = !text;
}

function icon(name) {
  const span = document.createElement("span");
  span.className = "material-symbols-outlined";
  span.ariaHidden = "true";
  span.textContent = name;
  return span;
}

function preview(form) {
  const phone = form.querySelector("[data-phone]");
  const part = (name) => phone.querySelector(`[data-part="${name}"]`);
  const known = given(form);
  const kind = value(form, "header");
  part("media").hidden = !MEDIA[kind];
  part("media").replaceChildren(...(MEDIA[kind] ? [icon(MEDIA[kind])] : []));
  write(part("header"), kind === "TEXT" ? value(form, "header_text") : "", known, "header.");
  write(part("body"), value(form, "body"), known, "");
  part("body").hidden = false;
  part("footer").textContent = value(form, "footer");
  part("footer").hidden = !value(form, "footer");
  const rows = [...form.querySelectorAll(".bo-form-button")].filter((row) => row.querySelector("select").value);
  part("buttons").replaceChildren(
    ...rows.map((row) => {
      const item = document.createElement("li");
      const words = document.createElement("span");
      words.textContent = row.querySelector("input").value;
      item.append(icon(ICONS[row.querySelector("select").value]), words);
      return item;
    }),
  );
}

function start() {
  const box = document.querySelector("[data-examples]");
  const form = box?.closest("form");
  if (!form) return;
  const draw = () => {
    toggle(form);
    examples(form);
    preview(form);
  };
  form.addEventListener("input", (event) => {
    if (event.target.closest("[data-buttons]")) buttonRows(form);
    draw();
  });
  form.querySelector("[data-more]").addEventListener("click", () => buttonRows(form, 1));
  buttonRows(form);
  draw();
}

if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
else start();
