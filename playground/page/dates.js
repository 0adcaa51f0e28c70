/**
 * Moments as a person reads them: in that person's time zone, against the workspace's clock.
 *
 * A message carries `<!date^seconds^format^link|fallback>`; the format's tokens are those of Slack's page
 * "Formatting message text". A drawn moment remembers its format, so "yesterday" and "3 minutes ago" follow the clock.
 */

import { h } from "/page/dom.js";
import { nowSeconds } from "/page/state.js";

const formats = new Map();

function parts(seconds, tz, options) {
  const key = `${tz}|${JSON.stringify(options)}`;
  if (!formats.has(key)) {
    let format;
    try {
      format = new Intl.DateTimeFormat("en-US", { ...options, timeZone: tz || "UTC" });
    } catch {
      format = new Intl.DateTimeFormat("en-US", { ...options, timeZone: "UTC" }); // An unknown zone reads as UTC.
    }
    formats.set(key, format);
  }
  const out = {};
  for (const part of formats.get(key).formatToParts(new Date(seconds * 1000))) out[part.type] = part.value;
  return out;
}

const FULL = { year: "numeric", month: "long", day: "numeric", weekday: "long" };
const SHORT = { year: "numeric", month: "short", day: "numeric", weekday: "short" };
const NUMERIC = { year: "numeric", month: "2-digit", day: "2-digit" };
const TIME = { hour: "numeric", minute: "2-digit", hour12: true };
const TIME_SECONDS = { ...TIME, second: "2-digit" };
const WALL = {
  year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", second: "2-digit",
  hourCycle: "h23",
};

function ordinal(day) {
  const rest = day % 100;
  if (rest >= 11 && rest <= 13) return `${day}th`;
  return `${day}${["th", "st", "nd", "rd"][day % 10] ?? "th"}`;
}

/** The calendar day there, as YYYY-MM-DD. */
export function dayKey(seconds, tz) {
  const { year, month, day } = parts(seconds, tz, NUMERIC);
  return `${year}-${month}-${day}`;
}

function nearDay(seconds, tz, now) {
  const day = dayKey(seconds, tz);
  if (day === dayKey(now, tz)) return "today";
  if (day === dayKey(now - 86400, tz)) return "yesterday";
  if (day === dayKey(now + 86400, tz)) return "tomorrow";
  return null;
}

function longDate(seconds, tz) {
  const { year, month, day, weekday } = parts(seconds, tz, FULL);
  const ordered = `${month} ${ordinal(Number(day))}`;
  return { plain: `${ordered}, ${year}`, full: `${month} ${day}, ${year}`, withoutYear: `${weekday}, ${ordered}`, weekday, year };
}

function shortDate(seconds, tz) {
  const { year, month, day } = parts(seconds, tz, SHORT);
  return `${month} ${day}, ${year}`;
}

export function timeOfDay(seconds, tz, withSeconds = false) {
  const at = parts(seconds, tz, withSeconds ? TIME_SECONDS : TIME);
  return `${at.hour}:${at.minute}${withSeconds ? `:${at.second}` : ""} ${at.dayPeriod}`;
}

const SPANS = [["day", 86400], ["hour", 3600], ["minute", 60], ["second", 1]];

/** "3 minutes ago", "in 2 days", "now". */
export function ago(seconds, now) {
  const away = Math.abs(now - seconds);
  for (const [unit, length] of SPANS) {
    const count = Math.floor(away / length);
    if (away >= length) {
      const words = `${count} ${unit}${count === 1 ? "" : "s"}`;
      return seconds > now ? `in ${words}` : `${words} ago`;
    }
  }
  return "now";
}

/** The day between messages: the year is said only of another one. */
function dayDivider(at, tz, now) {
  const { year, withoutYear } = longDate(at, tz);
  return longDate(now, tz).year === year ? withoutYear : TOKENS.date_long(at, tz);
}

const TOKENS = {
  date_num: (at, tz) => dayKey(at, tz),
  date_slash: (at, tz) => dayKey(at, tz).replace(/(\d+)-(\d+)-(\d+)/, "$2/$3/$1"),
  date: (at, tz) => longDate(at, tz).plain,
  date_short: (at, tz) => shortDate(at, tz),
  date_long: (at, tz) => `${longDate(at, tz).weekday}, ${longDate(at, tz).plain}`,
  date_long_full: (at, tz) => longDate(at, tz).full,
  date_pretty: (at, tz, now) => nearDay(at, tz, now) ?? longDate(at, tz).plain,
  date_short_pretty: (at, tz, now) => nearDay(at, tz, now) ?? shortDate(at, tz),
  date_long_pretty: (at, tz, now) => nearDay(at, tz, now) ?? TOKENS.date_long(at, tz),
  day_divider_pretty: (at, tz, now) => nearDay(at, tz, now) ?? dayDivider(at, tz, now),
  time: (at, tz) => timeOfDay(at, tz),
  time_secs: (at, tz) => timeOfDay(at, tz, true),
  ago: (at, tz, now) => ago(at, now),
};

/** `format` with its tokens filled in; a token nobody knows stays as it was written. */
export function formatDate(seconds, format, tz, now = nowSeconds()) {
  const filled = format.replace(/\{([a-z_]+)\}/g, (all, token) => TOKENS[token]?.(seconds, tz, now) ?? all);
  // Slack begins every date with a capital, also in the middle of a sentence; a zero-width space before it prevents that.
  return filled.charAt(0).toUpperCase() + filled.slice(1);
}

/** A moment that keeps itself right while the clock moves. */
export function stamp(seconds, format, tz, props = {}) {
  const text = formatDate(seconds, format, tz);
  return h("time", {
    datetime: new Date(seconds * 1000).toISOString(),
    title: formatDate(seconds, "{date_long} at {time}", tz),
    ...props,
    dataset: { at: String(seconds), format, tz: tz ?? "UTC" },
  }, text);
}

/** Writes every drawn moment anew where its words have changed. */
export function refreshStamps(root = document) {
  for (const drawn of root.querySelectorAll("time[data-format]")) {
    const text = formatDate(Number(drawn.dataset.at), drawn.dataset.format, drawn.dataset.tz);
    if (drawn.textContent !== text) drawn.textContent = text;
  }
}

/** The wall clock there as `YYYY-MM-DDTHH:MM`, the form a date and time field holds. */
export function wallClock(seconds, tz) {
  const at = parts(seconds, tz, WALL);
  return `${at.year}-${at.month}-${at.day}T${at.hour}:${at.minute}`;
}

/** The moment at which the wall clock there shows `text`; on a doubled hour, the first one. */
export function momentOf(text, tz) {
  const asUtc = Date.parse(`${text}:00Z`) / 1000;
  if (Number.isNaN(asUtc)) return null;
  const offset = (at) => Date.parse(`${wallClock(at, tz)}:00Z`) / 1000 - Math.floor(at / 60) * 60;
  const guess = asUtc - offset(asUtc);
  return asUtc - offset(guess);
}
