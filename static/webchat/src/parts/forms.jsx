import { useRef, useState } from "preact/hooks";
import { post } from "../api.js";
import * as outbox from "../outbox.js";
import { change, config, state } from "../state.js";
import { clinicTime, t } from "../words.js";

const COMPLETE = { name: "name", email: "email", phone: "tel" };
const KINDS = { name: "text", email: "email", phone: "tel" };

/** What is wrong with the fields, by name; the door judges again. */
function problemsOf(values, fields, isAccepted) {
  const problems = {};
  for (const { name, is_required } of fields) {
    const value = (values[name] ?? "").trim();
    if (!value && is_required) problems[name] = name === "email" && values.by ? t.needsEmail : t.required;
    else if (value && name === "email" && !/^\S+@\S+\.\S+$/.test(value)) problems.email = t.badEmail;
    else if (value && name === "phone" && value.replace(/\D/g, "").length < 10) problems.phone = t.badPhone;
  }
  if (config.prechat.notice && !isAccepted) problems.notice = t.mustAccept;
  return problems;
}

function said(refusal) {
  const fields = Object.fromEntries(Object.entries(refusal.fields).map(([name, words]) => [name, [words].flat()[0]]));
  return { fields, all: refusal.message || (refusal.status ? t.problem : t.offlineProblem) };
}

/** The state that both forms share: values, what is wrong, and the way to the first wrong field. */
function useForm(first) {
  const { name = "", email = "", phone = "" } = state.session ?? {};
  const [values, setValues] = useState({ name, email, phone, ...first });
  const [isAccepted, setAccepted] = useState(false);
  const [problems, setProblems] = useState({});
  const [whole, setWhole] = useState("");
  const [isBusy, setBusy] = useState(false);
  const form = useRef(null);
  const bad = (found) => {
    setProblems(found);
    requestAnimationFrame(() => form.current?.querySelector("[aria-invalid=true]")?.focus());
  };
  const submit = (fields, more, act) => async (event) => {
    event.preventDefault();
    const found = { ...problemsOf(values, fields, isAccepted), ...more() };
    setWhole("");
    if (Object.keys(found).length) return bad(found);
    setProblems({});
    setBusy(true);
    try {
      await act({ name: values.name.trim(), email: values.email.trim(), phone: values.phone.trim() });
    } catch (refusal) {
      if (refusal.code === "bloqueado") change({ view: "bloqueado", problem: refusal });
      const { fields: told, all } = said(refusal);
      if (Object.keys(told).length) bad(told);
      else setWhole(all);
    }
    setBusy(false);
  };
  // What is being put right is not called wrong meanwhile.
  const forgive = (name) => setProblems(({ [name]: _gone, ...rest }) => rest);
  const set = (name) => (event) => {
    setValues({ ...values, [name]: event.target.value });
    forgive(name);
  };
  const accept = (is) => {
    setAccepted(is);
    forgive("notice");
  };
  return { form, values, set, problems, whole, isBusy, isAccepted, setAccepted: accept, submit };
}

function Field({ name, label, isRequired, kit, rows }) {
  const problem = kit.problems[name];
  const shared = {
    id: `campo-${name}`,
    name,
    value: kit.values[name] ?? "",
    onInput: kit.set(name),
    "aria-required": isRequired,
    "aria-invalid": Boolean(problem),
    "aria-describedby": problem ? `problema-${name}` : undefined,
  };
  return (
    <div class="field">
      <label for={`campo-${name}`}>
        {label} {!isRequired && <small>({t.optional})</small>}
      </label>
      {rows ? (
        <textarea {...shared} rows={rows} />
      ) : (
        <input {...shared} type={KINDS[name]} autoComplete={COMPLETE[name]} maxLength={200} />
      )}
      {problem && (
        <p id={`problema-${name}`} class="problem">
          {problem}
        </p>
      )}
    </div>
  );
}

function Notice({ kit }) {
  const { notice } = config.prechat;
  if (!notice) return null;
  return (
    <div class="notice">
      <p>
        {notice.text}{" "}
        {notice.policy_url && (
          <a href={notice.policy_url} target="_blank" rel="noopener noreferrer">
            {t.policy}
          </a>
        )}
      </p>
      <label class="tick-box">
        <input
          type="checkbox"
          checked={kit.isAccepted}
          aria-invalid={Boolean(kit.problems.notice)}
          aria-describedby={kit.problems.notice ? "problema-notice" : undefined}
          onChange={(event) => kit.setAccepted(event.target.checked)}
        />
        <span>{t.accept}</span>
      </label>
      {kit.problems.notice && (
        <p id="problema-notice" class="problem">
          {kit.problems.notice}
        </p>
      )}
    </div>
  );
}

const Foot = ({ kit, label }) => (
  <>
    {kit.whole && (
      <p class="problem" role="alert">
        {kit.whole}
      </p>
    )}
    <button type="submit" class="button wide" disabled={kit.isBusy}>
      {label}
    </button>
  </>
);

/** Who writes and what for: shown before the first message. */
export function Prechat() {
  const kit = useForm();
  const { fields, notice } = config.prechat;
  const begin = kit.submit(
    fields,
    () => ({}),
    async (who) => {
      const { session } = await post("formulario/", { ...who, notice: notice?.version ?? "" });
      change({ session, view: "conversa" });
      outbox.retry();
    },
  );
  return (
    <form class="page" ref={kit.form} onSubmit={begin} noValidate>
      <h2>{config.texts.greeting || t.formTitle}</h2>
      <p class="faint">{t.formHint}</p>
      {fields.map(({ name, label, is_required }) => (
        <Field key={name} name={name} label={label || t[name]} isRequired={is_required} kit={kit} />
      ))}
      <Notice kit={kit} />
      <Foot kit={kit} label={t.begin} />
    </form>
  );
}

/** While the clinic is closed: a message, who left it, and where the answer goes. */
export function Closed() {
  const kit = useForm({ text: "", by: "chat" });
  const [id] = useState(outbox.newId);
  const { by } = kit.values;
  const asked = config.prechat.fields;
  const names = [
    "name",
    ...(by === "email" || has("email") ? ["email"] : []),
    ...(by === "whatsapp" || has("phone") ? ["phone"] : []),
  ];
  const needed = { email: by === "email", phone: by === "whatsapp" };
  const fields = names.map((name) => ({
    name,
    label: asked.find((one) => one.name === name)?.label || t[name],
    is_required: Boolean(needed[name] || asked.find((one) => one.name === name)?.is_required),
  }));
  const missing = () => ({
    ...(kit.values.text.trim() ? {} : { text: t.required }),
    ...(by === "whatsapp" && !kit.values.phone.trim() ? { phone: t.needsPhone } : {}),
  });
  const send = kit.submit(fields, missing, async (who) => {
    const text = kit.values.text.trim();
    const notice = config.prechat.notice?.version ?? "";
    const answer = await post("offline/", { ...who, client_id: id, text, notice, answer_by: by });
    change({ view: "conversa", session: { ...state.session, ...who, needs_form: false } });
    outbox.arrived(answer);
  });
  const { opens_at } = state.hours;
  return (
    <form class="page" ref={kit.form} onSubmit={send} noValidate>
      <h2>{t.offlineTitle}</h2>
      <p class="faint">{config.texts.offline || (opens_at ? t.opensAt(clinicTime(opens_at)) : t.offlineHint)}</p>
      <Field name="text" label={t.message} isRequired kit={kit} rows={3} />
      <fieldset class="field">
        <legend>{t.answerBy}</legend>
        <div class="ways">
          {Object.entries(t.by).map(([value, label]) => (
            <label key={value}>
              <input type="radio" name="by" value={value} checked={by === value} onChange={kit.set("by")} />
              {label}
            </label>
          ))}
        </div>
      </fieldset>
      {fields.map(({ name, label, is_required }) => (
        <Field key={name} name={name} label={label} isRequired={is_required} kit={kit} />
      ))}
      <Notice kit={kit} />
      <Foot kit={kit} label={t.leaveMessage} />
    </form>
  );

  function has(name) {
    return asked.some((one) => one.name === name);
  }
}
