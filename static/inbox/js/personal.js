// What the person chose, kept on the server for every device of theirs; what this device kept before that holds
// where the server has no word yet.
const URL = "/atendimento/preferencias/";

let server = JSON.parse(document.documentElement.dataset.preferences ?? "{}");
const heard = new Set();

/** What holds for a name: the server's word, else what this device had, else what is usual. */
export const chosen = (name, usual) => server[name] ?? usual;

/** Calls back whenever something was chosen, here or on another device. */
export const onChosen = (hear) => heard.add(hear);

function took(values) {
  server = { ...server, ...values };
  window.showChosen(values);
  for (const hear of heard) hear(values);
}

// Each page with a rail can log out, so it has this.
const key = () => document.querySelector("input[name=csrfmiddlewaretoken]")?.value ?? "";

/** Shows a choice at once and keeps it; returns whether the server has it. */
export async function choose(values) {
  took(values);
  const body = new URLSearchParams(Object.entries(values).map(([name, value]) => [name, String(value)]));
  try {
    const answer = await fetch(URL, {
      method: "POST",
      body,
      headers: { "X-CSRFToken": key(), Accept: "application/json" },
    });
    return answer.ok;
  } catch {
    return false;
  }
}

/** Asks what another device of the person changed. */
export async function refreshChosen() {
  try {
    const answer = await fetch(URL, { headers: { Accept: "application/json" } });
    if (answer.ok) took(await answer.json());
  } catch {
    // The next page shows it.
  }
}
