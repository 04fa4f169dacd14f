// A phone that plays the draft: nothing is sent. It lights the way that was taken.
import { useState } from "react";
import { data, say } from "./model.js";
import { post } from "./server.js";

export function Phone({ draft, onPath }) {
  const [lines, setLines] = useState([]);
  const [walk, setWalk] = useState(null);
  const [text, setText] = useState("");

  async function go(heard, begins) {
    const shown = heard ? [{ mine: true, text: heard.title ?? heard.text }] : [];
    const before = begins ? [] : lines;
    try {
      const told = await post(data.urls["flow-play"], { graph: draft(), state: begins ? null : walk?.state, heard });
      const notes = [...told.notes, ...(told.ended ? [`${say("ended")}: ${told.ended}`] : [])];
      setLines([...before, ...shown, ...told.said, ...notes.map((note) => ({ note }))]);
      setWalk(told);
      onPath((known) => (begins ? told.path : [...known, ...told.path]));
    } catch (refused) {
      setLines([...before, ...shown, { note: refused.message }]);
    }
  }

  const isOver = !walk || Boolean(walk.ended);
  const write = (event) => {
    event.preventDefault();
    if (!text.trim() || isOver) return;
    go({ text });
    setText("");
  };
  return (
    <section className="flow-phone" aria-label={say("phone")}>
      <header>
        <button type="button" className="button primary" onClick={() => go(null, true)}>
          {walk ? say("begin") : say("phone")}
        </button>
        <button type="button" className="button" disabled={isOver} onClick={() => go(null, false)}>
          {say("pass")}
        </button>
      </header>
      <ol aria-live="polite">
        {lines.map((one, place) => (
          <li key={place} className={one.mine ? "mine" : one.note ? "note" : ""}>
            {one.note ?? one.text}
            {one.choices?.map((choice) => (
              <button
                key={choice.key}
                type="button"
                className="button"
                disabled={isOver}
                onClick={() => go({ text: choice.title, tap: choice.key, title: choice.title })}
              >
                {choice.title}
              </button>
            ))}
          </li>
        ))}
      </ol>
      <form onSubmit={write}>
        <input
          aria-label={say("type")}
          placeholder={say("type")}
          value={text}
          onChange={(e) => setText(e.target.value)}
        />
        <button type="submit" className="button" disabled={isOver}>
          {say("send")}
        </button>
      </form>
    </section>
  );
}
