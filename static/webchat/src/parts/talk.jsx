import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { earlier, seen } from "../link.js";
import { countUnseen, lastOfOurs } from "../session.js";
import { config, conversationOf, inOrder, keepConversation, keepMessages, state } from "../state.js";
import { day, sameDay, t } from "../words.js";
import { Bubble, Pending } from "./bubble.jsx";
import { Composer } from "./composer.jsx";
import { Icon } from "./icon.jsx";
import { Rating } from "./rating.jsx";

const NEAR = 80;

/** The conversation: what was said, what waits to be sent, who writes, and the field to write in. */
export function Talk() {
  const talk = conversationOf(state.current);
  const messages = inOrder();
  const log = useRef(null);
  const isNear = useRef(true);
  const [isBelow, setBelow] = useState(false);
  const newest = messages.at(-1);

  const toEnd = () => {
    if (!log.current) return;
    log.current.scrollTop = log.current.scrollHeight;
    setBelow(false);
  };
  const scrolled = () => {
    const { scrollTop, scrollHeight, clientHeight } = log.current;
    isNear.current = scrollHeight - scrollTop - clientHeight < NEAR;
    if (isNear.current) setBelow(false);
  };
  useLayoutEffect(() => {
    if (isNear.current) toEnd();
    else if (newest && newest.from !== "visitante") setBelow(true);
  }, [newest?.id, state.outbox.length, state.typing, state.isOpen, talk?.stage, state.current]);
  useEffect(() => {
    // Pictures arrive and the keyboard opens: who was at the end stays there.
    const watch = new ResizeObserver(() => isNear.current && toEnd());
    watch.observe(log.current);
    watch.observe(log.current.firstElementChild);
    return () => watch.disconnect();
  }, []);
  useReading(talk, isBelow);

  return (
    <>
      <Waiting talk={talk} />
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard */}
      <div class="log" ref={log} onScroll={scrolled} role="log" aria-live="polite" aria-label={t.log} tabIndex={0}>
        <div class="lines">
          {state.hasMore ? <Earlier log={log} /> : <Greeting />}
          {messages.map((message, at) => (
            <Line key={message.id} message={message} before={messages[at - 1]} after={messages[at + 1]} />
          ))}
          {state.outbox.map((entry) => (
            <Pending key={entry.client_id} entry={entry} />
          ))}
          {state.typing && <Typing name={state.typing.name} />}
          {talk?.stage === "encerrada" && <Ended talk={talk} />}
        </div>
      </div>
      {isBelow && (
        <button type="button" class="below" onClick={toEnd}>
          <Icon name="down" />
          {t.newBelow}
        </button>
      )}
      <Composer onSent={() => (isNear.current = true)} />
    </>
  );
}

/** Tells the clinic what was received and what was seen: read is what an open, visible panel showed at its end. */
function useReading(talk, isBelow) {
  const told = useRef({ seq: 0, what: "" });
  const last = lastOfOurs();
  useEffect(() => {
    const look = () => {
      const isRead = state.isOpen && !document.hidden && !isBelow;
      const what = isRead ? "read" : "delivered";
      if (!last || !talk) return;
      if (isRead && talk.unread) {
        keepConversation({ ...talk, unread: 0 });
        countUnseen();
      }
      const { id, seq, what: before } = told.current;
      if (id === talk.id && seq >= last && (before === "read" || before === what)) return;
      told.current = { id: talk.id, seq: last, what };
      seen(last, what);
    };
    look();
    document.addEventListener("visibilitychange", look);
    return () => document.removeEventListener("visibilitychange", look);
  }, [last, talk, isBelow, state.isOpen]);
}

function Line({ message, before, after }) {
  const isNewDay = !before || !sameDay(before.at, message.at);
  const isSame = (other) =>
    other && other.from === message.from && other.name === message.name && sameDay(other.at, message.at);
  return (
    <>
      {isNewDay && <p class="day">{day(message.at)}</p>}
      <Bubble message={message} isFirst={isNewDay || !isSame(before)} isLast={!isSame(after)} isLatest={!after} />
    </>
  );
}

const Greeting = () =>
  config.texts.greeting ? (
    <div class="line theirs">
      <div class="bubble">
        <p class="text">{config.texts.greeting}</p>
      </div>
    </div>
  ) : null;

function Earlier({ log }) {
  const [isBusy, setBusy] = useState(false);
  const fetchThem = async () => {
    setBusy(true);
    const below = log.current.scrollHeight - log.current.scrollTop;
    keepMessages(await earlier().catch(() => []));
    setBusy(false);
    // What was on the screen stays where it was.
    requestAnimationFrame(() => {
      log.current.scrollTop = log.current.scrollHeight - below;
    });
  };
  return (
    <button type="button" class="button small quiet" disabled={isBusy} onClick={fetchThem}>
      {t.earlier}
    </button>
  );
}

const Typing = ({ name }) => (
  <div class="line theirs">
    <p class="bubble typing">
      <span class="only-readers">{t.typing(name)}</span>
      <i />
      <i />
      <i />
    </p>
  </div>
);

/** Where the visitor stands in the line, or when the clinic opens. */
function Waiting({ talk }) {
  const { queue, hours } = state;
  if (talk?.stage === "fila" && queue) {
    const place = queue.position === 1 ? t.queueFirst : t.queue(queue.position);
    const wait = queue.expected_wait == null ? "" : t.wait(Math.round(queue.expected_wait / 60));
    return (
      <p class="strip" role="status">
        {place}
        {wait && <span> · {wait}</span>}
      </p>
    );
  }
  if (!hours.is_open && config.texts.offline && talk?.stage !== "humano") {
    return (
      <p class="strip" role="status">
        {config.texts.offline}
      </p>
    );
  }
  if (talk?.stage === "fila") {
    return (
      <p class="strip" role="status">
        {t.waiting}
      </p>
    );
  }
  return null;
}

const Ended = ({ talk }) => (
  <div class="ended">
    <p>
      <b>{t.ended}</b> {t.endedHint}
    </p>
    {(talk.can_rate || talk.rating) && <Rating talk={talk} />}
  </div>
);
