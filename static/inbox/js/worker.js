// The service worker of the inbox's pages: shows what the server tells while no page is open, and leads to it.
// It keeps no page and no answer: what patients write stays on the server.
const HOME = "/atendimento/";
const ICON = "/static/inbox/img/icon-192.png";

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

const pages = () => self.clients.matchAll({ type: "window", includeUncontrolled: true });

function read(data) {
  try {
    const { notification, app_badge: badge } = data.json();
    return { ...notification, badge };
  } catch {
    return {};
  }
}

async function tell(data) {
  const { title = "Central de Atendimento", body = "", tag = "aviso", lang, navigate = HOME, badge } = read(data);
  const isSeen = (await pages()).some((page) => page.visibilityState === "visible");
  const shown = { body, tag, lang, icon: ICON, badge: ICON, renotify: !isSeen, silent: isSeen, data: { navigate } };
  await self.registration.showNotification(title, shown);
  if (Number.isInteger(badge)) await navigator.setAppBadge?.(badge)?.catch(() => {});
  if (!isSeen) return;
  // The page before somebody's eyes tells by itself; some browsers want each push shown all the same.
  for (const one of await self.registration.getNotifications({ tag })) one.close();
}

async function lead(address) {
  const url = new URL(address, self.location.origin);
  // Only to our own pages, whatever was sent.
  const path = url.pathname.startsWith(HOME) ? url.pathname : HOME;
  const [page] = await pages();
  if (!page) return self.clients.openWindow(path);
  // Refused where the system does not let a window come forward; it shows the conversation all the same.
  await page.focus().catch(() => {});
  page.postMessage({ open: path });
}

self.addEventListener("push", (event) => event.waitUntil(tell(event.data)));
self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(lead(event.notification.data?.navigate ?? HOME));
});
