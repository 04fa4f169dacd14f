// The panel's own words: Portuguese stands in the bundle, English comes when it is asked for.
import { config } from "./state.js";
import portuguese from "./words/pt.js";

export let t = portuguese;
export const locale = config.language === "en" ? "en-GB" : "pt-BR";

/** Loads the words of the page's language. */
export async function speak() {
  if (config.language === "en") t = (await import("./words/en.js")).default;
}

const dayOf = (moment) => new Intl.DateTimeFormat("sv-SE", { dateStyle: "short" }).format(moment);
export const time = (moment) => new Intl.DateTimeFormat(locale, { timeStyle: "short" }).format(new Date(moment));

/** Names a day as people do: today, yesterday, tomorrow, else its date. */
export function day(moment) {
  const then = new Date(moment);
  const apart = Math.round((Date.parse(dayOf(then)) - Date.parse(dayOf(new Date()))) / 86_400_000);
  const named = { 0: t.today, 1: t.tomorrow, "-1": t.yesterday }[apart];
  return named ?? new Intl.DateTimeFormat(locale, { weekday: "long", day: "numeric", month: "long" }).format(then);
}

/** A moment of the clinic's by its own clock, wherever the visitor is: the words of the moment without their zone. */
export const clinicTime = (moment) => dayAndTime(moment.slice(0, 19));

export const dayAndTime = (moment) => t.at(day(moment), time(moment));
export const sameDay = (one, other) => dayOf(new Date(one)) === dayOf(new Date(other));

export function size(bytes) {
  const [value, unit] = bytes < 1_000_000 ? [bytes / 1024, "kB"] : [bytes / 1024 / 1024, "MB"];
  return `${new Intl.NumberFormat(locale, { maximumFractionDigits: 1 }).format(value)} ${unit}`;
}
