// What the page asks of the server.

export class Refused extends Error {}

export async function post(url, body) {
  const answer = await fetch(url, {
    method: "POST",
    headers: {
      Accept: "application/json",
      "Content-Type": "application/json",
      "X-CSRFToken": document.body.dataset.csrf,
    },
    body: JSON.stringify(body),
  });
  const told = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Refused(told.detail || `${answer.status}`);
  return told;
}
