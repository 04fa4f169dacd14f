// One socket for the whole page. It only hears that something changed; the page then asks the server what.

const BEAT_MS = 20_000;
const SILENCE_MS = 50_000;
const FIRST_RETRY_MS = 500;
const LAST_RETRY_MS = 15_000;
const POLL_MS = 15_000;
// Whoever moved or typed within it is there; the server ends sessions in which nobody is.
const ACTIVE_MS = 60_000;
// The server looks rights up again every minute and says so when they are gone.
const RIGHTS_GONE = 4401;

/**
 * Keeps the socket open. `onEvent(envelope)` hears hints, `onState("ligado" | "caiu")` the connection's state;
 * `onCatchUp()` is called when events may have been missed.
 */
export function connect({ path, onEvent, onState, onCatchUp }) {
  const url = new URL(path, location.href);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  let socket = null;
  let tries = 0;
  let heardAt = 0;
  let retryTimer = 0;
  let wasDown = false;
  let movedAt = Date.now();

  const send = (message) => {
    if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message));
  };

  function open() {
    retryTimer = 0;
    if (socket && socket.readyState <= WebSocket.OPEN) return;
    const mine = new WebSocket(url);
    socket = mine;
    mine.onopen = () => {
      if (socket !== mine) return;
      tries = 0;
      heardAt = Date.now();
      onState("ligado");
      onCatchUp(wasDown);
      wasDown = false;
    };
    mine.onmessage = ({ data }) => {
      heardAt = Date.now();
      onEvent(JSON.parse(data));
    };
    mine.onclose = ({ code }) => {
      // The network came back and another one took its place.
      if (socket !== mine) return;
      if (code === RIGHTS_GONE) return location.reload();
      wasDown = true;
      onState("caiu");
      retry();
    };
  }

  function retry() {
    if (retryTimer) return;
    const base = Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** tries);
    tries += 1;
    // Everybody loses the server in the same moment; jitter keeps them from coming back in the same one.
    retryTimer = setTimeout(open, base * (0.5 + Math.random()));
  }

  setInterval(() => {
    if (socket?.readyState !== WebSocket.OPEN) return;
    // A dead network does not close a socket; silence is the only sign.
    if (Date.now() - heardAt > SILENCE_MS) socket.close();
    else send({ type: "heartbeat", active: Date.now() - movedAt < ACTIVE_MS });
  }, BEAT_MS);
  setInterval(() => wasDown && !document.hidden && onCatchUp(true), POLL_MS);
  for (const sign of ["pointerdown", "pointermove", "keydown", "wheel"]) {
    addEventListener(
      sign,
      () => {
        movedAt = Date.now();
      },
      { passive: true, capture: true },
    );
  }
  addEventListener("offline", () => {
    // The socket seems open for a minute more, and hears nothing.
    wasDown = true;
    onState("caiu");
  });
  addEventListener("online", () => {
    clearTimeout(retryTimer);
    const old = socket;
    socket = null;
    old?.close();
    open();
  });
  document.addEventListener("visibilitychange", () => {
    if (document.hidden || socket?.readyState === WebSocket.OPEN) return;
    clearTimeout(retryTimer);
    open();
  });

  open();
  return { send };
}
