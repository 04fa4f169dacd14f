// The page of the agenda: drawn by the server; here only what every page has.
import { el, say } from "./fragments.js";
import { startNotices } from "./notices.js";
import { startRail } from "./rail.js";
import { connect } from "./socket.js";
import { refreshStanding, startStanding } from "./standing.js";

startRail();
startNotices();
startStanding();
connect({
  path: document.body.dataset.socket,
  onEvent: (event) => event.data?.member === document.body.dataset.member && refreshStanding(),
  onState: (state) => {
    el("ao-vivo").dataset.state = state;
    el("ao-vivo").textContent = say(state === "ligado" ? "live" : "notLive");
  },
  onCatchUp: () => {},
});
// Another day or professional needs no button where scripts run.
document.querySelector(".agenda .asked").addEventListener("change", (event) => event.currentTarget.requestSubmit());
