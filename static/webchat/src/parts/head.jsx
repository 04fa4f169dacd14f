import { useEffect, useRef, useState } from "preact/hooks";
import { tell } from "../bridge.js";
import { leave } from "../session.js";
import { change, config, conversationOf, state } from "../state.js";
import { clinicTime, t } from "../words.js";
import { Icon, IconButton } from "./icon.jsx";

/** One line that says who is there: the attendant, the line, or the hours. */
function standing() {
  const talk = conversationOf(state.current);
  if (state.link === "fora") return "";
  if (talk?.stage === "humano" && talk.attendant) return t.with(talk.attendant);
  if (talk?.stage === "bot") return t.bot;
  if (state.hours.is_open) return t.online;
  return state.hours.opens_at ? t.opensAt(clinicTime(state.hours.opens_at)) : t.closedNow;
}

export function Head({ title, onBack }) {
  return (
    <header class="head">
      {onBack && <IconButton icon="back" label={t.back} onClick={onBack} />}
      <div class="who">
        <h1 tabIndex={-1}>{title ?? config.name}</h1>
        {!title && (
          <p class={state.hours.is_open ? "standing on" : "standing"} aria-live="polite">
            {standing()}
          </p>
        )}
      </div>
      {!onBack && state.view === "conversa" && <Menu />}
      {state.isInside && <IconButton icon="x" label={t.close} onClick={() => tell("close")} />}
    </header>
  );
}

function Menu() {
  const [isOpen, setOpen] = useState(false);
  const box = useRef(null);
  useEffect(() => {
    if (!isOpen) return undefined;
    box.current.querySelector(".menu button")?.focus();
    const elsewhere = (event) => !box.current.contains(event.target) && setOpen(false);
    addEventListener("pointerdown", elsewhere);
    return () => removeEventListener("pointerdown", elsewhere);
  }, [isOpen]);
  const does = (act) => () => {
    setOpen(false);
    act();
  };
  const leaveMenu = (event) => {
    if (event.key !== "Escape" || !isOpen) return;
    event.stopPropagation();
    setOpen(false);
    box.current.querySelector("button").focus();
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: it hears the keys of the buttons inside
    <div class="menu-box" ref={box} onKeyDown={leaveMenu}>
      <IconButton icon="more" label={t.menu} aria-expanded={isOpen} onClick={() => setOpen(!isOpen)} />
      {isOpen && (
        <div class="menu">
          <Item icon="chats" label={t.history} act={does(() => change({ view: "historico" }))} />
          {config.has_whatsapp && state.current && (
            <Item icon="phone" label={t.whatsapp} act={does(() => change({ view: "whatsapp" }))} />
          )}
          <Item icon="out" label={t.leave} act={does(() => change({ view: "sair" }))} />
        </div>
      )}
    </div>
  );
}

const Item = ({ icon, label, act }) => (
  <button type="button" onClick={act}>
    <Icon name={icon} />
    {label}
  </button>
);

/** Asks before everything on this device is forgotten. */
export function Leaving({ onBack }) {
  const [isBusy, setBusy] = useState(false);
  const go = async () => {
    setBusy(true);
    await leave();
  };
  return (
    <div class="page">
      <p>{t.leaveSure}</p>
      <div class="row">
        <button type="button" class="button quiet" onClick={onBack}>
          {t.cancel}
        </button>
        <button type="button" class="button" disabled={isBusy} onClick={go}>
          {t.leaveYes}
        </button>
      </div>
    </div>
  );
}
