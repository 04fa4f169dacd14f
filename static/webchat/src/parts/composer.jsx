import { useEffect, useRef, useState } from "preact/hooks";
import { typing } from "../link.js";
import * as outbox from "../outbox.js";
import { config, key, state } from "../state.js";
import { size, t } from "../words.js";
import { Icon, IconButton } from "./icon.jsx";

const DRAFT = `rascunho:${key}`;
const hasKeyboard = () => matchMedia("(hover: hover) and (pointer: fine)").matches;
const bytesOf = (text) => new TextEncoder().encode(text).length;

let take = null;
/** Puts what was not sent back into the field. */
export function giveBack(entry) {
  take?.(entry);
}

function draft(text) {
  try {
    if (text === undefined) return sessionStorage.getItem(DRAFT) ?? "";
    if (text) sessionStorage.setItem(DRAFT, text);
    else sessionStorage.removeItem(DRAFT);
  } catch {
    // Without storage a reload loses the draft, nothing else.
  }
  return "";
}

const fits = (type) => config.files.types.includes(type.split(";")[0]);

export function Composer({ onSent }) {
  const [text, setText] = useState(draft);
  const [file, setFile] = useState(null);
  const [problem, setProblem] = useState("");
  const field = useRef(null);
  const picker = useRef(null);

  const write = (value) => {
    setText(value);
    draft(value);
    setProblem(bytesOf(value) > config.text_bytes ? t.tooLong : "");
  };
  take = (entry) => {
    write([text, entry.text].filter(Boolean).join("\n"));
    if (entry.file) setFile(entry.file);
    field.current?.focus();
  };
  const pick = (given) => {
    if (!given) return;
    if (!fits(given.type)) setProblem(t.notTaken);
    else if (given.size > config.files.max_bytes) setProblem(t.tooBig(size(config.files.max_bytes)));
    else {
      setFile(given);
      setProblem("");
    }
    field.current.focus();
  };
  const send = (event) => {
    event?.preventDefault();
    const said = text.trim();
    if (!(said || file) || problem === t.tooLong) return;
    onSent();
    outbox.add({ text: said, file });
    setFile(null);
    write("");
    field.current.focus();
  };
  const typed = (event) => {
    write(event.target.value);
    if (event.target.value) typing();
  };
  const pressed = (event) => {
    // Where a screen is the keyboard, its Enter is a new line and the button sends.
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || !hasKeyboard()) return;
    send(event);
  };
  const pasted = (event) => {
    const [given] = event.clipboardData.files;
    if (given) {
      event.preventDefault();
      pick(given);
    }
  };
  useEffect(() => {
    if (state.isOpen && hasKeyboard()) field.current.focus();
  }, [state.isOpen]);
  useEffect(() => {
    field.current.style.height = "auto";
    field.current.style.height = `${Math.min(field.current.scrollHeight + 2, 140)}px`;
  }, [text]);
  const isEmpty = !text.trim() && !file;
  const dropped = (event) => {
    event.preventDefault();
    pick(event.dataTransfer.files[0]);
  };

  return (
    <form class="composer" onSubmit={send} onDragOver={(event) => event.preventDefault()} onDrop={dropped}>
      {problem && (
        <p class="problem" role="alert">
          {problem}
        </p>
      )}
      {file && (
        <p class="chosen">
          <Icon name="file" />
          <span>
            {file.name} <small>{size(file.size)}</small>
          </span>
          <IconButton icon="x" label={t.removeFile} onClick={() => setFile(null)} />
        </p>
      )}
      <div class="writing">
        <IconButton icon="clip" label={t.attach} onClick={() => picker.current.click()} />
        <input
          ref={picker}
          type="file"
          hidden
          accept={config.files.types.join()}
          onChange={(event) => {
            pick(event.target.files[0]);
            event.target.value = "";
          }}
        />
        <textarea
          ref={field}
          rows={1}
          value={text}
          aria-label={t.message}
          placeholder={t.write}
          enterKeyHint={hasKeyboard() ? "send" : "enter"}
          onInput={typed}
          onKeyDown={pressed}
          onPaste={pasted}
        />
        <button type="submit" class="send" aria-label={t.send} title={t.send} aria-disabled={isEmpty}>
          <Icon name="send" />
        </button>
      </div>
    </form>
  );
}
