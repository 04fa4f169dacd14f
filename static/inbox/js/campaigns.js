// Campaign pages: numbers move by themselves, a message is drawn anew while it is written.

import { startConditions } from "./conditions.js";
import { el, exchange, say } from "./fragments.js";
import { startNotices } from "./notices.js";
import { startRail } from "./rail.js";
import { connect } from "./socket.js";
import { refreshStanding, startStanding } from "./standing.js";

const EVERY_MS = 1_500;
const LOOK_MS = 600;

// biome-ignore lint/correctness/noUnusedVariables: `||=` asks whether it runs already.
let timer = 0;
let looking = 0;

async function refresh() {
  timer = 0;
  const live = el("vivo");
  if (!live) return;
  // Not under somebody's hand: what is being typed would go.
  if (live.contains(document.activeElement) && document.activeElement.matches("input, select, textarea")) return soon();
  await exchange(live.dataset.url, { target: live, swap: "innerMorph", quiet: true });
}

function soon() {
  timer ||= setTimeout(refresh, EVERY_MS);
}

function onEvent(event) {
  if (event.data?.member === document.body.dataset.member) refreshStanding();
  if (event.type === "campaign_updated" && event.data.campaign === document.body.dataset.campaign) soon();
}

function onState(state) {
  el("ao-vivo").dataset.state = state;
  el("ao-vivo").textContent = say(state === "ligado" ? "live" : "notLive");
}

/** Another template asks for other variables, so the whole step is drawn; words change the picture only. */
async function look(form, whole) {
  const words = new FormData(form);
  words.set("acao", "ver");
  const answer = await fetch(form.action || location.href, { method: "POST", body: words });
  if (answer.redirected || !answer.headers.get("Content-Type")?.startsWith("text/html")) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const parts = whole ? ["mensagem"] : [...form.querySelectorAll("[id^=celular-]")].map((part) => part.id);
  for (const id of parts) {
    const fresh = page.getElementById(id);
    if (fresh) el(id).replaceWith(document.adoptNode(fresh));
  }
}

document.addEventListener("input", (event) => {
  const form = event.target.closest("form[data-act=look]");
  if (!form || !event.target.matches("input[data-looks], textarea[data-looks]")) return;
  clearTimeout(looking);
  looking = setTimeout(() => look(form, false), LOOK_MS);
});

document.addEventListener("change", (event) => {
  const form = event.target.closest("form[data-act=look]");
  if (form && event.target.matches("select[data-looks]")) look(form, true);
});

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-act=confirm]");
  if (button && !window.confirm(button.dataset.words)) event.preventDefault();
});

startConditions();
startStanding();
startNotices();
startRail();
connect({ path: document.body.dataset.socket, onEvent, onState, onCatchUp: soon });
