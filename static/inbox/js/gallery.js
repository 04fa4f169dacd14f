// Photos, videos and PDFs of a conversation, one after the other, over the whole screen and without leaving it.
import { el, say } from "./fragments.js";
import { notice } from "./notices.js";
import { currentId } from "./thread.js";
import { zooming } from "./zoom.js";

const PAN_PX = 80;

let shown = [];
let at = 0;
let opener = null;
let zoom = null;
let asked = 0;

const dialog = () => el("galeria");
const part = (name) => dialog().querySelector(`[data-part=${name}]`);
const button = (act) => dialog().querySelector(`[data-act=${act}]`);

/** What the page itself knows of a file, until the server has told of its neighbours. */
function itemOf(link) {
  const { file: id, shows: kind } = link.dataset;
  return { id, kind, url: link.href, name: link.dataset.name ?? "", said: "", message: "" };
}

function picture({ url, name }) {
  const image = new Image();
  image.src = url;
  image.alt = name;
  image.draggable = false;
  return image;
}

function film({ url, name }) {
  const video = document.createElement("video");
  video.src = url;
  video.controls = true;
  video.autoplay = true;
  video.playsInline = true;
  video.setAttribute("aria-label", name);
  return video;
}

/** A browser without a viewer of its own (most phones) would save a PDF at once: there it is offered to be opened. */
function paper({ url, name }) {
  if (navigator.pdfViewerEnabled) {
    const frame = document.createElement("iframe");
    frame.src = url;
    frame.title = name;
    return frame;
  }
  const link = document.createElement("a");
  link.className = "button";
  link.href = url;
  link.target = "_blank";
  link.rel = "noopener";
  link.textContent = say("openFile", { name });
  return link;
}

const DRAWN = { imagem: picture, video: film, pdf: paper };

function failed(item) {
  if (shown[at] !== item) return;
  const words = document.createElement("p");
  words.setAttribute("role", "alert");
  words.textContent = say("notShown");
  part("frame").replaceChildren(words);
}

function draw() {
  const item = shown[at];
  const content = (DRAWN[item.kind] ?? paper)(item);
  content.addEventListener("error", () => failed(item), { once: true });
  part("frame").replaceChildren(content);
  zoom.reset();
  for (const act of ["gallery-larger", "gallery-smaller"]) button(act).hidden = item.kind !== "imagem";
  drawAround();
}

/** What stands around the file: its name, its place among the others, where it was said. */
function drawAround() {
  const item = shown[at];
  part("name").textContent = item.name;
  part("said").textContent = item.said;
  part("count").textContent = shown.length > 1 ? `${at + 1} / ${shown.length}` : "";
  button("gallery-previous").disabled = at === 0;
  button("gallery-next").disabled = at === shown.length - 1;
  button("gallery-message").hidden = !item.message;
  button("gallery-message").dataset.jump = `m-${item.message}`;
  part("download").href = item.url;
  part("download").download = item.name;
}

/** Asks for the files around the one that is shown; where it stands among them may change, what is shown does not. */
async function loadAround() {
  const here = shown[at];
  asked += 1;
  const mine = asked;
  let found;
  try {
    const answer = await fetch(
      `${dialog().dataset.media.replace(dialog().dataset.blank, currentId())}?arquivo=${here.id}`,
      {
        headers: { Accept: "application/json" },
        credentials: "same-origin",
      },
    );
    if (!answer.ok) return;
    found = (await answer.json()).files;
  } catch {
    return notice(say("noAnswer"), "problem");
  }
  const place = found.findIndex((item) => item.id === shown[at]?.id);
  if (mine !== asked || !dialog().open || place < 0) return;
  shown = found;
  at = place;
  drawAround();
}

function step(by) {
  const next = at + by;
  if (next < 0 || next >= shown.length) return;
  at = next;
  draw();
  // Whoever comes near an end of what is known asks for more.
  if (at < 3 || at > shown.length - 4) loadAround();
}

function open(link) {
  opener = link;
  shown = [itemOf(link)];
  at = 0;
  dialog().showModal();
  draw();
  loadAround();
}

const KEYS = {
  ArrowRight: () => (zoom.isEnlarged() ? zoom.move(-PAN_PX, 0) : step(1)),
  ArrowLeft: () => (zoom.isEnlarged() ? zoom.move(PAN_PX, 0) : step(-1)),
  ArrowDown: () => zoom.move(0, -PAN_PX),
  ArrowUp: () => zoom.move(0, PAN_PX),
  PageDown: () => step(1),
  PageUp: () => step(-1),
  "+": () => zoom.larger(),
  "=": () => zoom.larger(),
  "-": () => zoom.smaller(),
  0: () => zoom.reset(),
};

const ACTS = {
  "gallery-next": () => step(1),
  "gallery-previous": () => step(-1),
  "gallery-larger": () => zoom.larger(),
  "gallery-smaller": () => zoom.smaller(),
  "gallery-message": () => dialog().close(),
};

/** Starts listening: a file that can be shown opens here instead of in a new tab. */
export function start() {
  zoom = zooming(part("frame"), {
    onSwipe: step,
    onChange: (scale) => (part("scale").textContent = `${Math.round(scale * 100)} %`),
  });
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[data-shows]");
    // With a modifier the browser's own way stays: a tab of its own, or the file saved.
    if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
      event.preventDefault();
      return open(link);
    }
    ACTS[event.target.closest?.("#galeria [data-act]")?.dataset.act]?.();
  });
  dialog().addEventListener("keydown", (event) => {
    // A film's own keys are its own.
    if (event.target.closest("video") || event.ctrlKey || event.metaKey || event.altKey) return;
    const act = KEYS[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });
  dialog().addEventListener("close", () => {
    const isJump = document.activeElement?.dataset?.act === "gallery-message";
    part("frame").replaceChildren();
    shown = [];
    // The page redraws rows; then its namesake takes the focus.
    const back = opener?.isConnected ? opener : document.querySelector(`a[data-file="${opener?.dataset.file}"]`);
    if (!isJump) back?.focus();
    opener = null;
  });
}
