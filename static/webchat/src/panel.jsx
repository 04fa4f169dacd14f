// The panel: a page of ours inside a frame on the clinic's site.
import { render } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { heldPointer, holdPointer } from "./api.js";
import { listen, on, tell } from "./bridge.js";
import { colours } from "./colours.js";
import { Closed, Prechat } from "./parts/forms.jsx";
import { Head, Leaving } from "./parts/head.jsx";
import { Icon } from "./parts/icon.jsx";
import { History, Stop, Whatsapp } from "./parts/lists.jsx";
import { Talk } from "./parts/talk.jsx";
import * as session from "./session.js";
import { change, config, state, useShared } from "./state.js";
import { speak, t } from "./words.js";

const back = () => change({ view: state.session.needs_form ? "aviso" : "conversa" });

/** What stands under the head; pages that are left by "back" have a title. */
function pageOf({ view, session: known, hours, problem }) {
  if (view === "bloqueado") return { body: <Stop title={t.blockedTitle} hint={problem?.message || t.blockedHint} /> };
  if (view === "identifique")
    return { body: <Stop title={t.identifyTitle} hint={problem?.message || t.identifyHint} /> };
  if (!known) return { body: <Beginning problem={problem} /> };
  if (view === "historico") return { title: t.history, body: <History /> };
  if (view === "whatsapp") return { title: t.whatsapp, body: <Whatsapp /> };
  if (view === "sair") return { title: t.leave, body: <Leaving onBack={back} /> };
  if (view === "aviso") return { body: hours.is_open || state.outbox.length ? <Prechat /> : <Closed /> };
  return { body: <Talk /> };
}

const Beginning = ({ problem }) => (
  <div class="page stop" role="status">
    <span class="turning" />
    <p>{problem?.message || (problem ? t.retryIn : t.loading)}</p>
  </div>
);

function Panel() {
  const { view, isOpen, isInside, link } = useShared();
  const box = useRef(null);
  const { title, body } = pageOf(state);
  useEffect(() => {
    if (!isOpen) return;
    // A field that took the focus keeps it; else readers begin at the title.
    if (!box.current.contains(document.activeElement)) box.current.querySelector("h1").focus();
  }, [isOpen, view, title]);
  const pressed = (event) => {
    if (event.key !== "Escape") return;
    if (title) back();
    else if (isInside) tell("close");
  };
  return (
    <div class="panel" ref={box} role="dialog" aria-label={config.texts.title || config.name} onKeyDown={pressed}>
      <Head title={title} onBack={title && back} />
      {link === "fora" && state.session && (
        <p class="strip away" role="alert">
          <Icon name="away" />
          {t.away}
        </p>
      )}
      {link !== "fora" && state.isCrowded && state.session && (
        <p class="strip" role="status">
          {t.crowded}
        </p>
      )}
      {body}
    </div>
  );
}

on("hello", async ({ pointer, identity, isOpen }) => {
  if (pointer && !heldPointer()) holdPointer(pointer);
  session.identify(identity);
  await drawn;
  tell("ready");
  tell("unread", { count: state.unseen });
  if ((isOpen || pointer) && !state.session) session.start();
});
on("open", () => {
  change({ isOpen: true });
  if (!state.session) session.start();
});
on("close", () => change({ isOpen: false }));
on("identify", ({ identity }) => {
  session.identify(identity);
  session.renew();
});
on("logout", () => session.leave());

// Heard from the first moment: the loader greets when this file was read, not when its words have come.
const drawn = speak().then(() => {
  colours(config);
  render(<Panel />, document.getElementById("painel"));
});
listen(JSON.parse(document.getElementById("origens").textContent));
if (state.isOpen) drawn.then(session.start);
