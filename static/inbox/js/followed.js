// Conversations that the reader follows without having them: what their patients write is told.
import { tellFollowed } from "./notify.js";

let followed = new Set();

async function refresh() {
  try {
    const response = await fetch(document.body.dataset.followed, {
      credentials: "same-origin",
      headers: { Accept: "application/json" },
    });
    if (response.ok) followed = new Set((await response.json()).conversations);
  } catch {
    // The next event asks again.
  }
}

/** Hears an event of the socket; `isSeen` while the reader looks at its conversation. */
export function onEvent(event, isSeen) {
  if (event.data?.participants || event.type === "ticket_assigned") refresh();
  if (event.type === "new_message" && followed.has(event.conversation) && !isSeen) tellFollowed(event.conversation);
}

/** Asks for the first time. */
export const start = refresh;
