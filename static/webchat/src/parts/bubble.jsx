import { useEffect, useState } from "preact/hooks";
import { fileAddress } from "../api.js";
import * as outbox from "../outbox.js";
import { state } from "../state.js";
import { size, t, time } from "../words.js";
import { giveBack } from "./composer.jsx";
import { Icon } from "./icon.jsx";

const LINK = /(https?:\/\/[^\s<>"]+[^\s<>".,;:!?)\]}'])/g;

/** Words with their links open elsewhere; nothing of them is ever markup. */
const Words = ({ text }) => (
  <p class="text">
    {text.split(LINK).map((part, at) =>
      at % 2 ? (
        <a href={part} target="_blank" rel="noopener noreferrer nofollow">
          {part}
        </a>
      ) : (
        part
      ),
    )}
  </p>
);

export function Bubble({ message, isFirst, isLast, isLatest }) {
  const isMine = message.from === "visitante";
  if (message.from === "sistema") return <p class="note">{message.text}</p>;
  const author = message.from === "bot" ? t.assistant : message.name || t.clinic;
  const isEmpty = !message.text && !message.attachments.length && !message.choices.length;
  return (
    <div class={`line ${isMine ? "mine" : "theirs"}${isFirst ? " first" : ""}`}>
      {isFirst && !isMine && <p class="author">{author}</p>}
      {isMine && <span class="only-readers">{t.you}: </span>}
      <div class="bubble">
        <Quote id={message.reply_to} />
        {message.is_deleted ? (
          <p class="text faint">{t.deleted}</p>
        ) : (
          <>
            {message.attachments.map((file) => (
              <File key={file.id} file={file} />
            ))}
            {message.text && <Words text={message.text} />}
            {isEmpty && <p class="text faint">{t.notShown}</p>}
          </>
        )}
        {message.is_edited && !message.is_deleted && <small class="edited">{t.edited}</small>}
      </div>
      {isLatest && !isMine && message.choices.length > 0 && <Choices message={message} />}
      {isLast && (
        <p class="meta">
          <time dateTime={message.at}>{time(message.at)}</time>
          {isMine && <Tick status={message.status} />}
        </p>
      )}
    </div>
  );
}

const Tick = ({ status }) => (
  <span class={`tick ${status}`} title={status === "lida" ? t.read : t.sent}>
    <Icon name={status === "lida" ? "checks" : "check"} />
    <span class="only-readers">{status === "lida" ? t.read : t.sent}</span>
  </span>
);

function Quote({ id }) {
  const quoted = id && state.messages.get(id);
  if (!quoted) return null;
  return <p class="quote">{quoted.text || quoted.attachments[0]?.filename || t.file}</p>;
}

/** The answers of a question as buttons; gone once something was answered. */
function Choices({ message }) {
  if (state.outbox.length) return null;
  return (
    <fieldset class="choices" aria-label={t.choose}>
      {message.choices.map(({ key, title, description }) => (
        <button
          key={key}
          type="button"
          onClick={() => outbox.add({ text: title, choice: { message: message.id, key } })}
        >
          {title}
          {description && <small>{description}</small>}
        </button>
      ))}
    </fieldset>
  );
}

/** A file of the conversation; it is fetched with the visitor's own secret and shown from memory. */
function File({ file }) {
  const isPicture = file.kind === "imagem";
  const isSound = file.kind === "audio";
  const [address, setAddress] = useState(null);
  const [isLost, setLost] = useState(false);
  useEffect(() => {
    if (!file.is_ready || !(isPicture || isSound)) return undefined;
    let made = null;
    fileAddress(file.id, true).then(
      (url) => {
        made = url;
        setAddress(url);
      },
      () => setLost(true),
    );
    return () => made && URL.revokeObjectURL(made);
  }, [file.id, file.is_ready, isPicture, isSound]);
  const fetchIt = async () => {
    try {
      const url = await fileAddress(file.id, false);
      Object.assign(document.createElement("a"), { href: url, download: file.filename || t.file }).click();
      setTimeout(() => URL.revokeObjectURL(url), 60_000);
    } catch {
      setLost(true);
    }
  };
  const name = file.filename || (isPicture ? t.photo : isSound ? t.audio : t.file);
  if (!file.is_ready) return <p class="file faint">{t.fetching}</p>;
  if (isSound && address) {
    // biome-ignore lint/a11y/useMediaCaption: nobody wrote down what a voice note says
    return <audio controls src={address} aria-label={name} />;
  }
  if (isPicture && !isLost) {
    return (
      <a class="picture" href={address} target="_blank" rel="noopener" aria-label={t.open(name)}>
        {address ? <img src={address} alt={name} /> : <span class="only-readers">{t.fetching}</span>}
      </a>
    );
  }
  return (
    <button type="button" class="file" onClick={fetchIt} aria-label={t.download(name)}>
      <Icon name="file" />
      <span>
        <b>{name}</b>
        <small>{isLost ? t.fileFailed : size(file.size)}</small>
      </span>
    </button>
  );
}

/** What is on its way: with a clock, or with what stopped it and the ways on. */
export function Pending({ entry }) {
  const { client_id, text, file } = entry;
  const isRefused = entry.state === "recusada";
  const rewrite = async () => {
    await outbox.takeBack(client_id);
    giveBack(entry);
  };
  return (
    <div class="line mine first">
      <span class="only-readers">{t.you}: </span>
      <div class={isRefused ? "bubble refused" : "bubble pending"}>
        {file && (
          <p class="file">
            <Icon name="file" />
            <span>
              <b>{file.name}</b>
              <small>{size(file.size)}</small>
            </span>
          </p>
        )}
        {text && <p class="text">{text}</p>}
      </div>
      {isRefused ? (
        <div class="trouble" role="alert">
          <p>{entry.detail || t.refused}</p>
          <button type="button" class="link" onClick={() => outbox.retry(client_id)}>
            {t.again}
          </button>
          <button type="button" class="link" onClick={rewrite}>
            {t.rewrite}
          </button>
        </div>
      ) : (
        <p class="meta">
          {entry.until > Date.now() ? <Held entry={entry} /> : <time>{time(entry.at)}</time>}
          <span class="tick" title={t.sending}>
            <Icon name="clock" />
            <span class="only-readers">{t.sending}</span>
          </span>
        </p>
      )}
    </div>
  );
}

/** The door asked to wait: the visitor sees how long, and that nothing is lost. */
function Held({ entry }) {
  const [, again] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => again((n) => n + 1), 1000);
    return () => clearInterval(timer);
  }, []);
  const left = Math.max(0, Math.ceil((entry.until - Date.now()) / 1000));
  return (
    <span class="held" role="status">
      {entry.detail} {t.heldFor(left)}
    </span>
  );
}
