// Passing notices: equal ones become one with a count, none goes while it is looked at or held by the keyboard.

const FADE_MS = 6_000;
const timers = new WeakMap();
const board = () => document.getElementById("avisos");
const textOf = (box) => `${box.className} ${box.querySelector("p")?.textContent.trim()}`;

/** Shows a passing notice made of text, never of HTML, with a button `offer` {words, act, stays} where there is one. */
export function notice(text, level = "", offer = null) {
  const box = document.createElement("div");
  box.className = `notice ${level}`;
  if (level === "problem") box.setAttribute("role", "alert");
  const words = document.createElement("p");
  words.textContent = text;
  box.append(words);
  if (offer) {
    const button = Object.assign(document.createElement("button"), { type: "button", className: "button small" });
    button.textContent = offer.words;
    button.addEventListener("click", () => {
      box.remove();
      offer.act();
    });
    box.append(button);
    if (offer.stays) box.dataset.stays = offer.stays;
  }
  board().append(box);
  return box;
}

function count(box, times) {
  if (times < 2) return;
  box.dataset.times = times;
  const mark =
    box.querySelector(".times") ??
    box.querySelector("p").insertAdjacentElement("afterend", document.createElement("b"));
  mark.className = "times";
  mark.textContent = `×${times}`;
}

/** Lets a notice fade after a while, counted anew. */
export function fade(box) {
  clearTimeout(timers.get(box));
  timers.set(
    box,
    setTimeout(
      () => (box.matches(":hover, :focus-within") ? fade(box) : box.remove()),
      Number(box.dataset.stays) || FADE_MS,
    ),
  );
}

function arrived(box) {
  const twin = [...board().children].find((other) => other !== box && textOf(other) === textOf(box));
  if (twin) {
    count(box, Number(twin.dataset.times ?? 1) + 1);
    twin.remove();
  }
  fade(box);
}

/** Starts merging and fading, for notices that the server draws too. */
export function startNotices() {
  new MutationObserver((records) => {
    for (const { addedNodes } of records) {
      for (const node of addedNodes) if (node.nodeType === Node.ELEMENT_NODE) arrived(node);
    }
  }).observe(board(), { childList: true });
  document.addEventListener("click", (event) =>
    event.target.closest?.("[data-act=dismiss]")?.closest(".notice").remove(),
  );
}
