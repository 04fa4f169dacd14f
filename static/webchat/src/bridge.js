// The site around the panel: messages to and from its loader, each with an exact origin.
import { change, config, state } from "./state.js";

let site = null;
export let page = {};
const heard = {};

/** Names what to do when the loader says something. */
export function on(type, act) {
  heard[type] = act;
}

/** Tells the loader; a panel that stands alone has nobody to tell. */
export function tell(type, data = {}) {
  if (site) parent.postMessage({ central: type, ...data }, site);
}

/** The origin of the page around, as the browser told it. */
export const embedder = () => site ?? location.origin;

export function listen(origins) {
  addEventListener("message", ({ source, origin, data }) => {
    // frame-ancestors let only these pages frame us; whoever else can reach this window is not heard.
    if (source !== parent || parent === self || !origins.includes(origin) || typeof data?.central !== "string") return;
    const { central, ...said } = data;
    if (central === "hello") site = origin;
    if (site !== origin) return;
    if (said.page) page = { title: said.page.title, url: said.page.url };
    if ("isOpen" in said) change({ isOpen: said.isOpen });
    heard[central]?.(said);
  });
  if (parent === self) change({ isOpen: true });
  else change({ isInside: true });
}

/** How many answers the visitor has not seen, for the button of the site. */
export function tellUnseen(count) {
  if (count === state.unseen) return;
  change({ unseen: count });
  tell("unread", { count });
}

export const languageTag = config.language === "en" ? "en" : "pt-BR";
