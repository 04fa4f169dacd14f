// Telling this browser while no page of ours is open: the subscription, kept on the server with the session.
const SCRIPT = "/sw.js";
const SCOPE = "/atendimento/";
const URL = "/atendimento/avisos/";

/** Whether this browser can be told at all; on an iPhone only an installed app can. */
export const canPush = () => "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;

const bytes = (text) =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));

async function post(values) {
  const key = document.querySelector("input[name=csrfmiddlewaretoken]")?.value ?? "";
  const headers = { "X-CSRFToken": key, Accept: "application/json" };
  const answer = await fetch(URL, { method: "POST", body: new URLSearchParams(values), headers });
  if (!answer.ok) throw new Error(String(answer.status));
}

const registration = () => navigator.serviceWorker.register(SCRIPT, { scope: SCOPE });

/** Subscribes this browser, or says again that it is; throws what the browser or the server refuses. */
export async function subscribe(key) {
  const { pushManager } = await registration();
  const known = await pushManager.getSubscription();
  const options = { userVisibleOnly: true, applicationServerKey: bytes(key) };
  const { endpoint, keys } = (known ?? (await pushManager.subscribe(options))).toJSON();
  await post({ endpoint, p256dh: keys.p256dh, auth: keys.auth });
}

/** Ends it, here and on the server. */
export async function unsubscribe() {
  const { pushManager } = await registration();
  const known = await pushManager.getSubscription();
  if (!known) return;
  await post({ endpoint: known.endpoint, acao: "remover" });
  await known.unsubscribe();
}
