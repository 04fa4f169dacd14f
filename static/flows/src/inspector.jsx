// The form of the chosen block: what it does, and where its exits lead.
import { Amount, Check, Field, Lines, Select } from "./fields.jsx";
import { connected, data, exitsOf, say, titleOf } from "./model.js";

const NOBODY = ["", say("none")];
const OPERATORS = ["igual", "diferente", "contem", "maior", "menor", "preenchido", "vazio"];
const FIELDS = ["aberto", "hora", "dia_da_semana", "score", "etiqueta", "canal", "nome", "email"];

const pair = (line) => {
  const at = line.indexOf("=");
  return at < 0 ? [line, ""] : [line.slice(0, at).trim(), line.slice(at + 1).trim()];
};
// An id stays with its place, so that a choice whose words change keeps its line.
const ided = (list, letter) => (title, place) => ({ id: list?.[place]?.id ?? `${letter}${place + 1}`, title });

function header(line) {
  const [name, value] = pair(line);
  return value.startsWith("@") ? { name, secret: value.slice(1) } : { name, value };
}

function Conditions({ tests, onChange }) {
  const change = (place, given) => onChange(tests.map((one, n) => (n === place ? { ...one, ...given } : one)));
  const next = `c${Math.max(0, ...tests.map((one) => Number(one.id.slice(1)) || 0)) + 1}`;
  return (
    <fieldset className="flow-tests">
      <legend>{say("conditions")}</legend>
      {tests.map((one, place) => (
        <div key={one.id}>
          <Field label={say("name")} value={one.title} onChange={(title) => change(place, { title })} />
          <label className="flow-field">
            {say("field")}
            <input list="flow-fields" value={one.field} onChange={(e) => change(place, { field: e.target.value })} />
          </label>
          <Select
            label={say("when")}
            value={one.operator}
            options={OPERATORS.map((key) => [key, say(`op_${key}`)])}
            onChange={(operator) => change(place, { operator })}
          />
          <Field label={say("value")} value={one.value} onChange={(value) => change(place, { value })} />
          <button type="button" className="button" onClick={() => onChange(tests.filter((_, n) => n !== place))}>
            {say("delete")}
          </button>
        </div>
      ))}
      <button
        type="button"
        className="button"
        onClick={() => onChange([...tests, { id: next, title: "", field: "", operator: "igual", value: "" }])}
      >
        +
      </button>
      <datalist id="flow-fields">
        {FIELDS.map((one) => (
          <option key={one} value={one} />
        ))}
      </datalist>
    </fieldset>
  );
}

function Choices({ node, set }) {
  const list = node.data.choices;
  return (
    <Lines
      label={say("choices")}
      list={list}
      mark={node.id}
      write={(one) => one.title}
      read={ided(list, "o")}
      onChange={(choices) => set({ choices })}
    />
  );
}

function Start({ node, set }) {
  const { channels = [], ...given } = node.data;
  const toggle = (id, has) => set({ channels: has ? [...channels, id] : channels.filter((one) => one !== id) });
  return (
    <>
      <Check label={say("all")} value={given.every} onChange={(every) => set({ every })} />
      <Check label={say("api")} value={given.api} onChange={(api) => set({ api })} />
      <Lines
        label={say("words")}
        list={given.words}
        mark={node.id}
        write={(one) => one}
        read={(one) => one}
        onChange={(words) => set({ words })}
      />
      <Field label={say("tag")} value={given.tag} onChange={(tag) => set({ tag })} />
      <Select
        label={say("when")}
        value={given.when ?? "sempre"}
        options={[
          ["sempre", say("whenever")],
          ["aberto", say("open")],
          ["fechado", say("closed")],
        ]}
        onChange={(when) => set({ when })}
      />
      <fieldset>
        <legend>{say("channels")}</legend>
        {data.channels.map(([id, name]) => (
          <Check key={id} label={name} value={channels.includes(id)} onChange={(has) => toggle(id, has)} />
        ))}
      </fieldset>
    </>
  );
}

function Question({ node, set }) {
  const given = node.data;
  return (
    <>
      <Field label={say("text")} rows={4} value={given.text} onChange={(text) => set({ text })} />
      <Select
        label={say("answer")}
        value={given.answer}
        options={data.answers}
        onChange={(answer) => set({ answer })}
      />
      {given.answer === "escolha" && <Choices node={node} set={set} />}
      <Field label={say("variable")} value={given.variable} onChange={(variable) => set({ variable })} />
      <Field label={say("save_to")} value={given.save_to} onChange={(save_to) => set({ save_to })} />
      <Amount label={say("tries")} value={given.tries} onChange={(tries) => set({ tries })} />
      <Field
        label={say("retry_text")}
        rows={2}
        value={given.retry_text}
        onChange={(retry_text) => set({ retry_text })}
      />
      <Amount label={say("timeout")} value={given.timeout_minutes} onChange={(m) => set({ timeout_minutes: m })} />
    </>
  );
}

function Wait({ node, set }) {
  const given = node.data;
  const options = [
    ["tempo", say("until_time")],
    ["hora", say("until_hour")],
    ["data", say("until_date")],
    ["resposta", say("until_answer")],
  ];
  return (
    <>
      <Select label={say("until")} value={given.until} options={options} onChange={(until) => set({ until })} />
      {given.until === "tempo" && (
        <Amount label={say("minutes")} value={given.minutes} onChange={(minutes) => set({ minutes })} />
      )}
      {given.until === "hora" && (
        <Field label={say("hour")} type="time" value={given.hour} onChange={(hour) => set({ hour })} />
      )}
      {given.until === "data" && <Field label={say("at")} value={given.at} onChange={(at) => set({ at })} />}
      {given.until === "resposta" && (
        <Amount label={say("timeout")} value={given.timeout_minutes} onChange={(m) => set({ timeout_minutes: m })} />
      )}
    </>
  );
}

function Call({ node, set }) {
  const given = node.data;
  return (
    <>
      <Select
        label={say("method")}
        value={given.method}
        options={["GET", "POST", "PUT"].map((one) => [one, one])}
        onChange={(method) => set({ method })}
      />
      <Field label={say("url")} value={given.url} onChange={(url) => set({ url })} />
      <Lines
        label={say("headers")}
        list={given.headers}
        mark={node.id}
        write={(one) => `${one.name}=${one.secret ? `@${one.secret}` : one.value}`}
        read={header}
        onChange={(headers) => set({ headers })}
      />
      <Lines
        label={say("body")}
        list={given.body}
        mark={node.id}
        write={(one) => `${one.name}=${one.value}`}
        read={(line) => ({ name: pair(line)[0], value: pair(line)[1] })}
        onChange={(body) => set({ body })}
      />
      <Lines
        label={say("sets")}
        list={given.sets}
        mark={node.id}
        write={(one) => `${one.variable}=${one.path}`}
        read={(line) => ({ variable: pair(line)[0], path: pair(line)[1] })}
        onChange={(sets) => set({ sets })}
      />
    </>
  );
}

function Simple({ node, set, graph }) {
  const given = node.data;
  switch (node.kind) {
    case "campo":
      return (
        <>
          <Field label={say("target")} value={given.target} onChange={(target) => set({ target })} />
          {given.target === "variavel" && (
            <Field label={say("variable")} value={given.name} onChange={(name) => set({ name })} />
          )}
          <Field label={say("value")} value={given.value} onChange={(value) => set({ value })} />
        </>
      );
    case "etiqueta":
      return (
        <>
          <Select
            label={say("when")}
            value={given.act}
            options={[
              ["por", say("put")],
              ["tirar", say("take")],
            ]}
            onChange={(act) => set({ act })}
          />
          <Field label={say("tag")} value={given.tag} onChange={(tag) => set({ tag })} />
        </>
      );
    case "consentimento":
      return (
        <>
          <Select
            label={say("purpose")}
            value={given.purpose}
            options={data.purposes}
            onChange={(p) => set({ purpose: p })}
          />
          <Check label={say("give")} value={given.given} onChange={(g) => set({ given: g })} />
        </>
      );
    case "salto": {
      const others = graph.nodes.filter((one) => one.id !== node.id).map((one) => [one.id, titleOf(one)]);
      return (
        <Select
          label={say("connect")}
          value={given.node}
          options={[NOBODY, ...others]}
          onChange={(n) => set({ node: n })}
        />
      );
    }
  }
  return null;
}

function Split({ node, set }) {
  const list = node.data.parts;
  const read = (line, place) => ({
    ...ided(list, "p")(pair(line)[0], place),
    weight: Number.parseInt(pair(line)[1], 10) || 0,
  });
  return (
    <Lines
      label={say("parts")}
      list={list}
      mark={node.id}
      write={(one) => `${one.title}=${one.weight}`}
      read={read}
      onChange={(parts) => set({ parts })}
    />
  );
}

function Said({ node, set }) {
  const given = node.data;
  return (
    <>
      <Field label={say("text")} rows={4} value={given.text} onChange={(text) => set({ text })} />
      {node.kind === "mensagem" && (
        <>
          <Choices node={node} set={set} />
          <Select
            label={say("file")}
            value={given.file}
            options={[NOBODY, ...data.files]}
            onChange={(file) => set({ file })}
          />
          <Amount label={say("timeout")} value={given.timeout_minutes} onChange={(m) => set({ timeout_minutes: m })} />
        </>
      )}
      {node.kind === "fila" && (
        <Select
          label={say("queue")}
          value={given.queue}
          options={[NOBODY, ...data.queues]}
          onChange={(queue) => set({ queue })}
        />
      )}
      {node.kind === "fim" && (
        <Check label={say("closes")} value={given.closes ?? true} onChange={(c) => set({ closes: c })} />
      )}
    </>
  );
}

const FORMS = { inicio: Start, pergunta: Question, espera: Wait, http: Call, teste_ab: Split };
const SAYS = new Set(["mensagem", "fila", "robo", "fim"]);

export function Inspector({ graph, node, draw, onCopy, onDelete }) {
  if (!node) return <p className="flow-hint">{say("select")}</p>;
  const change = (given, mark) =>
    draw((g) => ({ ...g, nodes: g.nodes.map((one) => (one.id === node.id ? { ...one, ...given } : one)) }), mark);
  const set = (given) => change({ data: { ...node.data, ...given } }, `${node.id}:${Object.keys(given)}`);
  const Form = FORMS[node.kind] ?? (SAYS.has(node.kind) ? Said : Simple);
  const others = graph.nodes.filter((one) => one.kind !== "inicio").map((one) => [one.id, titleOf(one)]);
  return (
    <form className="flow-form" aria-label={say("edit")} onSubmit={(event) => event.preventDefault()}>
      <Field label={say("name")} value={node.name} onChange={(name) => change({ name }, `${node.id}:name`)} />
      {node.kind === "condicao" && <Conditions tests={node.data.tests ?? []} onChange={(tests) => set({ tests })} />}
      <Form node={node} set={set} graph={graph} />
      {exitsOf(node).map(([id, title]) => (
        <Select
          key={id}
          label={`${say("connect")}: ${title}`}
          value={graph.edges.find((one) => one.source === node.id && one.exit === id)?.target}
          options={[["", say("nowhere")], ...others]}
          onChange={(target) => draw((g) => connected(g, node.id, id, target))}
        />
      ))}
      {node.kind !== "inicio" && (
        <p>
          <button type="button" className="button" onClick={onCopy}>
            {say("copy")}
          </button>
          <button type="button" className="button danger" onClick={onDelete}>
            {say("delete")}
          </button>
        </p>
      )}
    </form>
  );
}
