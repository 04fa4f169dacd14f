import { useEffect, useState } from "preact/hooks";
import { post } from "../api.js";
import { show } from "../link.js";
import { change, state } from "../state.js";
import { dayAndTime, t } from "../words.js";
import { Icon } from "./icon.jsx";

const back = () => change({ view: "conversa" });

/** The visitor's own conversations, newest first. */
export function History() {
  const [problem, setProblem] = useState("");
  const go = (id) => async () => {
    try {
      if (id !== state.current) await show(id);
      back();
    } catch (refusal) {
      setProblem(refusal.message || t.offlineProblem);
    }
  };
  return (
    <div class="page list">
      {problem && (
        <p class="problem" role="alert">
          {problem}
        </p>
      )}
      {!state.conversations.length && <p class="faint">{t.noHistory}</p>}
      <ul>
        {state.conversations.map((one) => (
          <li key={one.id}>
            <button type="button" class="talk" aria-current={one.id === state.current} onClick={go(one.id)}>
              <span class="talk-top">
                <b>{one.attendant || (one.stage === "bot" ? t.assistant : t.clinic)}</b>
                <time dateTime={one.opened_at}>{dayAndTime(one.opened_at)}</time>
              </span>
              <span class="talk-last">
                <span>{one.last_message}</span>
                {one.unread > 0 && (
                  <span class="count" role="img" aria-label={t.unread(one.unread)}>
                    {one.unread}
                  </span>
                )}
              </span>
              {one.stage === "encerrada" && <small>{t.ended}</small>}
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}

/** A code that ties the visitor's WhatsApp to this conversation. */
export function Whatsapp() {
  const [given, setGiven] = useState(null);
  const [problem, setProblem] = useState("");
  useEffect(() => {
    post("continuar/", { conversation: state.current }).then(setGiven, (refusal) =>
      setProblem(refusal.message || t.noWhatsapp),
    );
  }, []);
  return (
    <div class="page" aria-live="polite">
      {problem ? (
        <p class="problem">{problem}</p>
      ) : given ? (
        <>
          <p class="code">{given.code}</p>
          <p>{t.whatsappHint(given.code)}</p>
          <a class="button wide" href={given.url} target="_blank" rel="noopener noreferrer" onClick={back}>
            <Icon name="phone" />
            {t.openWhatsapp}
          </a>
        </>
      ) : (
        <p class="faint">{t.fetching}</p>
      )}
    </div>
  );
}

/** Where nothing can be written: the reason, plainly. */
export const Stop = ({ title, hint }) => (
  <div class="page stop" role="alert">
    <Icon name="alert" />
    <h2>{title}</h2>
    <p>{hint}</p>
    {state.outbox.map((entry) => (
      <blockquote key={entry.client_id}>{entry.text}</blockquote>
    ))}
  </div>
);
