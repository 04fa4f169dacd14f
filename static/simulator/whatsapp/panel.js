// The drawer: scenes, clock, switches, faults, webhooks, echo, templates, notices, new people.

import { call, done, here, Refused, send, tapped } from "./api.js";

const panel = document.getElementById("painel");
const windowLine = document.getElementById("janela");
const dialog = document.getElementById("dialogo-pessoa");
const COUNT_MS = 2500;
const INVENTED_AREAS = [11, 21, 31, 41, 51, 61, 71, 81];

/** Say how the 24-hour window stands and how long it stays open. */
export function windowShow(state) {
  if (!windowLine) return;
  windowLine.className = `estado ${state.window}`;
  const { open, closed, never } = windowLine.dataset;
  if (state.window === "nunca") windowLine.textContent = never;
  if (state.window === "fechada") windowLine.textContent = closed;
  if (state.window === "aberta") {
    const ahead = Math.max(0, Number(state.offset)) * 1000;
    const minutes = Math.max(0, Math.round((new Date(state.closes) - Date.now() - ahead) / 60000));
    const time =
      minutes >= 60 ? `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, "0")}` : `${minutes} min`;
    windowLine.textContent = open.replace("%(time)s", time);
  }
  for (const button of panel.querySelectorAll("[data-offset]")) {
    button.setAttribute("aria-pressed", String(button.dataset.offset === state.offset));
  }
}

const redraw = () => document.dispatchEvent(new CustomEvent("sent"));

const make = (tag, text, className = "") =>
  Object.assign(document.createElement(tag), { textContent: text, className });

async function faultsShow() {
  const list = document.getElementById("falhas");
  const { results } = await call("GET", "faults/", null, { quiet: true });
  list.replaceChildren(
    ...results.map((fault) => {
      const item = document.createElement("li");
      const label = make("span", fault.label);
      const withCode = ["recusar_envio", "status_falhou"].includes(fault.kind) ? `${fault.code} · ` : "";
      const left = fault.remaining === null ? list.dataset.forever : `${list.dataset.left} ${fault.remaining}`;
      label.append(make("small", withCode + left));
      const remove = make("button", list.dataset.remove, "botao");
      remove.addEventListener(
        "click",
        tapped(async () => {
          await call("DELETE", `faults/?id=${fault.id}`);
          await faultsShow();
        }),
      );
      item.append(label, remove);
      return item;
    }),
  );
}

async function templatesShow() {
  const list = document.getElementById("modelos");
  const { results } = await call("GET", `templates/?waba_id=${list.dataset.waba}`, null, { quiet: true });
  list.replaceChildren(
    ...results.map((template) => {
      const item = document.createElement("li");
      item.dataset.status = template.status;
      const label = make("span", template.name);
      label.append(make("small", template.status_label));
      const actions = make("span", "", "acoes");
      const verdicts =
        template.status === "APPROVED"
          ? ["PAUSED"]
          : template.status === "PENDING"
            ? ["APPROVED", "REJECTED"]
            : ["APPROVED"];
      const names = { APPROVED: list.dataset.approve, REJECTED: list.dataset.reject, PAUSED: list.dataset.pause };
      actions.append(
        ...verdicts.map((event) => {
          const button = make("button", names[event], "botao");
          button.addEventListener(
            "click",
            tapped(async () => {
              await call("POST", `templates/${template.id}/`, { event });
              await templatesShow();
            }),
          );
          return button;
        }),
      );
      item.append(label, actions);
      return item;
    }),
  );
}

async function countsShow() {
  if (document.visibilityState !== "visible") return;
  const counts = await call("GET", "webhooks/", null, { quiet: true });
  for (const place of document.querySelectorAll("[data-count]")) place.textContent = counts[place.dataset.count];
}

function startClock() {
  panel.addEventListener(
    "click",
    tapped(async (event) => {
      const { advance, offset } = event.target.dataset;
      if (advance) await call("POST", "clock/", { advance_seconds: Number(advance) });
      else if (offset) await call("POST", "clock/", { offset_seconds: Number(offset) });
      else return;
      redraw();
    }),
  );
  document.getElementById("mensagem-velha").addEventListener(
    "click",
    tapped(async () => {
      await send("text", { body: "Boa tarde, ainda tem horário esta semana?" }, { age_seconds: 25 * 3600 });
      redraw();
    }),
  );
}

function startFaults() {
  const form = document.getElementById("falha");
  const show = () => {
    for (const field of form.querySelectorAll("[data-for]")) {
      field.hidden = !field.dataset.for.split(" ").includes(form.kind.value);
    }
  };
  form.kind.addEventListener("change", show);
  form.addEventListener(
    "submit",
    tapped(async (event) => {
      event.preventDefault();
      await call("POST", "faults/", {
        kind: form.kind.value,
        code: Number(form.code.value),
        seconds: Number(form.seconds.value) || 15,
        remaining: Number(form.remaining.value) || 1,
        number: here.number,
      });
      await faultsShow();
    }),
  );
  show();
}

function startButtons() {
  panel.addEventListener(
    "click",
    tapped(async (event) => {
      const { scenario, notice } = event.target.dataset;
      if (scenario) await call("POST", "scenarios/", { name: scenario, number: here.number });
      else if (notice)
        await call("POST", "notices/", { kind: notice, number: here.number, person: here.person || "-" });
      else return;
      done();
      // The page of an empty simulator has no chat to follow yet.
      if (scenario && !here.person) location.reload();
    }),
  );
  panel.addEventListener(
    "change",
    tapped(async (event) => {
      const name = event.target.dataset.switch;
      if (!name || !here.person) return;
      await call("PATCH", `people/${here.person}/`, { [name]: event.target.checked });
      document
        .querySelector(".tela")
        ?.classList.toggle("offline", !panel.querySelector('[data-switch="is_online"]').checked);
    }),
  );
  document.getElementById("reenviar").addEventListener(
    "click",
    tapped(async () => {
      await call("POST", "webhooks/repeat/", { number: here.number });
      done();
    }),
  );
  document.getElementById("eco").addEventListener(
    "submit",
    tapped(async (event) => {
      event.preventDefault();
      await call("POST", "echoes/", { number: here.number, person: here.person, text: event.target.text.value });
      event.target.reset();
      redraw();
    }),
  );
  const wipe = document.getElementById("zerar");
  wipe.addEventListener(
    "click",
    tapped(async () => {
      if (!confirm(wipe.dataset.confirm)) return;
      await call("POST", "reset/", {});
      location.reload();
    }),
  );
}

function numberDraw(length) {
  const pick = (least, range) => least + Math.floor(Math.random() * range);
  const area = INVENTED_AREAS[pick(0, INVENTED_AREAS.length)];
  // 9000-xxxx, with the ninth digit in front when there are 13.
  return `55${area}${length === 13 ? "9" : ""}9000${String(pick(300, 9700)).padStart(4, "0")}`;
}

function startPeople() {
  const form = document.getElementById("pessoa-formulario");
  const fault = form.querySelector(".erro");
  document.getElementById("pessoa-nova").addEventListener("click", () => {
    form.reset();
    form.wa_id.value = numberDraw(13);
    fault.hidden = true;
    dialog.showModal();
  });
  form.addEventListener("click", (event) => {
    const { length } = event.target.dataset;
    if (length) form.wa_id.value = numberDraw(Number(length));
    if ("close" in event.target.dataset) dialog.close();
  });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const data = {
      name: form.name.value,
      wa_id: form.wa_id.value,
      username: form.username.value,
      is_phone_hidden: form.is_phone_hidden.checked,
    };
    let person;
    try {
      person = await call("POST", "people/", data, { quiet: true });
    } catch (refusal) {
      if (!(refusal instanceof Refused)) throw refusal;
      fault.textContent = refusal.message;
      fault.hidden = false;
      return;
    }
    location.assign(`/?numero=${here.numberPk}&pessoa=${person.id}#conversa`);
  });
}

export function startPanel() {
  document.getElementById("numero")?.addEventListener("change", (event) => event.target.form.submit());
  if (!panel) return;
  startClock();
  startFaults();
  startButtons();
  startPeople();
  for (const button of document.querySelectorAll(".painel-abrir"))
    button.addEventListener("click", () => panel.classList.add("aberto"));
  document.getElementById("painel-fechar").addEventListener("click", () => panel.classList.remove("aberto"));
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") panel.classList.remove("aberto");
  });
  const refresh = () => Promise.all([countsShow(), faultsShow()]).catch(() => {});
  templatesShow().catch(() => {});
  refresh();
  setInterval(refresh, COUNT_MS);
}
