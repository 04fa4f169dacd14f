// The page of people: searched as one types, with the columns that this reader chose on this machine.
import { el, say } from "./fragments.js";
import { startNotices } from "./notices.js";
import { startRail } from "./rail.js";
import { connect } from "./socket.js";
import { refreshStanding, startStanding } from "./standing.js";

const KEY = "colunas-pacientes";
const boxes = () => [...document.querySelectorAll("[data-column]")];

function restore() {
  try {
    const kept = localStorage.getItem(KEY);
    if (kept !== null) for (const box of boxes()) box.checked = kept.split(" ").includes(box.dataset.column);
  } catch {
    // Then the page shows what it comes with.
  }
}

function show() {
  const shown = boxes()
    .filter((box) => box.checked)
    .map((box) => box.dataset.column)
    .join(" ");
  el("tabela").dataset.shown = shown;
  try {
    localStorage.setItem(KEY, shown);
  } catch {
    // It holds for this page only.
  }
}

startRail();
startNotices();
startStanding();
restore();
show();
// Whoever looks somebody up is at work: the open line says so.
connect({
  path: document.body.dataset.socket,
  onEvent: (event) => event.data?.member === document.body.dataset.member && refreshStanding(),
  onState: (state) => {
    el("ao-vivo").dataset.state = state;
    el("ao-vivo").textContent = say(state === "ligado" ? "live" : "notLive");
  },
  onCatchUp: () => {},
});
document.addEventListener("change", (event) => event.target.matches?.("[data-column]") && show());
// Enter searches, as it does everywhere; only its own buttons make a file.
el("procura").addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.target.matches("button, summary")) return;
  event.preventDefault();
  event.target.dispatchEvent(new Event("change", { bubbles: true }));
});
