// The picker of tags: what is typed narrows the boxes; Enter takes the one that matches or makes a new one.

/** How two names are compared, as the server does: neither case nor accents tell them apart. */
const plain = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().trim();

const boxesOf = (picker) => [...picker.querySelectorAll(".tag-box")];
const nameOf = (box) => box.querySelector("input").value;

function narrow(picker, typed) {
  const wanted = plain(typed);
  for (const box of boxesOf(picker)) box.hidden = !plain(nameOf(box)).includes(wanted);
}

function take(picker, line) {
  const typed = line.value.trim();
  if (!typed) return;
  let box = boxesOf(picker).find((one) => plain(nameOf(one)) === plain(typed));
  if (!box) {
    box = document.createElement("label");
    box.className = "tag-box";
    const input = Object.assign(document.createElement("input"), {
      type: "checkbox",
      name: picker.dataset.tags,
      value: typed,
    });
    const words = document.createElement("span");
    words.textContent = typed;
    box.append(input, words);
    picker.querySelector(".tag-boxes").prepend(box);
  }
  box.querySelector("input").checked = true;
  line.value = "";
  narrow(picker, "");
  box.scrollIntoView({ block: "nearest" });
}

/** Starts listening to every picker that is drawn. */
export function startTags() {
  document.addEventListener("input", ({ target }) => {
    if (target.matches("[data-tags] > .input")) narrow(target.parentElement, target.value);
  });
  document.addEventListener("keydown", (event) => {
    if (event.isComposing || !event.target.matches?.("[data-tags] > .input")) return;
    if (event.key !== "Enter" && event.key !== ",") return;
    if (event.key === "," || event.target.value.trim()) event.preventDefault();
    take(event.target.parentElement, event.target);
  });
}
