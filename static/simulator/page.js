// The conversation is asked for again every two seconds; what did not change is left alone.
const thread = document.getElementById("conversa");
const address = document.body.dataset.thread;
const isNewestFirst = document.body.dataset.newest === "first";

async function refresh() {
  const response = await fetch(address);
  if (!response.ok) return;
  const drawn = await response.text();
  if (drawn.trim() === thread.dataset.drawn) return;
  // Whoever is about to press a button in it keeps it.
  if (thread.contains(document.activeElement)) return;
  thread.dataset.drawn = drawn.trim();
  thread.innerHTML = drawn;
  if (!isNewestFirst) thread.scrollTop = thread.scrollHeight;
}

if (thread && address) {
  if (!isNewestFirst) thread.scrollTop = thread.scrollHeight;
  setInterval(() => refresh().catch(() => {}), 2000);
}
