// Calls to the control API, and the line at the bottom that says how they went.

const page = document.body.dataset;
const toast = document.getElementById("torrada");
let hiding = 0;

export const here = {
  number: page.number,
  numberPk: page.numberPk,
  person: page.person,
  personPk: page.personPk,
};

export function say(text, isBad = false) {
  toast.textContent = text;
  toast.classList.toggle("ruim", isBad);
  toast.classList.add("mostra");
  clearTimeout(hiding);
  hiding = setTimeout(() => toast.classList.remove("mostra"), isBad ? 6000 : 2200);
}

export class Refused extends Error {}

/** Send JSON (or a form) and give the answer; a refusal is shown and thrown. */
export async function call(method, path, data, { quiet = false } = {}) {
  const isForm = data instanceof FormData;
  let answer;
  try {
    answer = await fetch(`/control/${path}`, {
      method,
      headers: data && !isForm ? { "Content-Type": "application/json" } : {},
      body: isForm ? data : data && JSON.stringify(data),
    });
  } catch {
    if (!quiet) say(page.offline, true);
    throw new Refused(page.offline);
  }
  if (answer.ok) return answer.status === 204 ? null : answer.json();
  let detail = page.error;
  try {
    detail = (await answer.json()).detail || detail;
  } catch {
    // An answer that is no JSON has nothing better to say.
  }
  if (!quiet) say(detail, true);
  throw new Refused(detail);
}

/** Run what a tap started; refusals were already shown. */
export function tapped(work) {
  return async (event) => {
    try {
      await work(event);
    } catch (fault) {
      if (!(fault instanceof Refused)) throw fault;
    }
  };
}

export const send = (kind, body, more = {}) =>
  call("POST", "messages/", { number: here.number, person: here.person, kind, body, ...more });

export const act = (wamid, action, more = {}) =>
  call("POST", `messages/${encodeURIComponent(wamid)}/`, { action, ...more });

export const done = () => say(page.done);
export const words = page;
