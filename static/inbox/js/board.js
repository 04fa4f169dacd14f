// The supervisor's board: any hint of the company may change it, so it is fetched again, once a second at most.
import { heardAt, startClock } from "./clock.js";
import { el, exchange, say } from "./fragments.js";
import { startNotices } from "./notices.js";
import { startRail } from "./rail.js";
import { connect } from "./socket.js";
import { refreshStanding, startStanding } from "./standing.js";

const EVERY_MS = 1_000;
// Averages and what fell due change without a hint.
const ALSO_MS = 15_000;
const QUIET = new Set(["heartbeat", "typing", "viewing", "error"]);

// biome-ignore lint/correctness/noUnusedVariables: `||=` asks whether it runs already.
let timer = 0;

async function refresh() {
  timer = 0;
  // Not under somebody's hand: an open choice would close.
  if (el("quadro").contains(document.activeElement) && document.activeElement.matches("select")) return soon();
  await exchange(el("quadro").dataset.url, { target: el("quadro"), swap: "innerMorph", quiet: true });
}

function soon() {
  timer ||= setTimeout(refresh, EVERY_MS);
}

function onEvent(event) {
  heardAt(event.at);
  if (QUIET.has(event.type)) return;
  if (event.data?.member === document.body.dataset.member) refreshStanding();
  soon();
}

function onState(state) {
  el("ao-vivo").dataset.state = state;
  el("ao-vivo").textContent = say(state === "ligado" ? "live" : "notLive");
}

startClock();
startStanding();
startNotices();
startRail();
connect({ path: document.body.dataset.socket, onEvent, onState, onCatchUp: soon });
setInterval(soon, ALSO_MS);
