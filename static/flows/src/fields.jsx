// The inputs of the form beside the canvas.
import { useEffect, useId, useState } from "react";

export function Field({ label, value, onChange, type = "text", rows }) {
  const id = useId();
  const given = { id, value: value ?? "", onChange: (event) => onChange(event.target.value) };
  return (
    <label className="flow-field" htmlFor={id}>
      {label}
      {rows ? <textarea rows={rows} {...given} /> : <input type={type} {...given} />}
    </label>
  );
}

export function Amount({ label, value, onChange }) {
  const read = (text) => onChange(text === "" ? null : Math.max(0, Math.round(Number(text)) || 0));
  return <Field label={label} type="number" value={value} onChange={read} />;
}

export function Check({ label, value, onChange }) {
  return (
    <label className="flow-check">
      <input type="checkbox" checked={Boolean(value)} onChange={(event) => onChange(event.target.checked)} /> {label}
    </label>
  );
}

export function Select({ label, value, options, onChange }) {
  return (
    <label className="flow-field">
      {label}
      <select value={value ?? ""} onChange={(event) => onChange(event.target.value)}>
        {options.map(([key, name]) => (
          <option key={key} value={key}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}

/** A list with a line for each member: `write` and `read` turn it into lines and back. */
export function Lines({ label, list, write, read, onChange, mark }) {
  const written = (list ?? []).map(write).join("\n");
  const [text, setText] = useState(written);
  // Another block's list (`mark`), or one that was undone; what is being typed stays as it is.
  useEffect(() => setText((now) => (tight(now) === tight(written) ? now : written)), [written, mark]);
  const change = (typed) => {
    setText(typed);
    onChange(
      typed
        .split("\n")
        .filter((one) => one.trim())
        .map((one, place) => read(one.trim(), place)),
    );
  };
  return <Field label={label} rows={4} value={text} onChange={change} />;
}

const tight = (text) =>
  text
    .split("\n")
    .map((one) => one.trim())
    .filter(Boolean)
    .join("\n");
