/** JSON one can read: coloured, folded at will, long lists and texts cut until asked for. */

import { h } from "/page/dom.js";

const OPEN_DEPTH = 2;
const MOST_ENTRIES = 60;
const LONG_TEXT = 400;

export function jsonTree(value) {
  return h("div", { class: "json" }, drawValue(value, 0));
}

function drawValue(value, depth) {
  if (Array.isArray(value)) return drawMany(value.map((one, index) => [index, one]), "[", "]", depth, value.length);
  if (value && typeof value === "object") return drawMany(Object.entries(value), "{", "}", depth, null);
  if (typeof value === "string") return drawString(value, depth);
  return h("span", { class: `json-${value === null ? "null" : typeof value}` }, String(value));
}

/** JSON within JSON (forms post it so) is unfolded too. */
function drawString(text, depth) {
  if (/^[[{]/.test(text) && text.length > 2) {
    try {
      return h("span", {}, h("span", { class: "json-note" }, "text of "), drawValue(JSON.parse(text), depth));
    } catch {
      // It only looked like JSON; it is shown as the text it is.
    }
  }
  const shown = JSON.stringify(text.length > LONG_TEXT ? text.slice(0, LONG_TEXT) : text);
  const drawn = h("span", { class: "json-string" }, shown);
  if (text.length <= LONG_TEXT) return drawn;
  const more = h("button", { type: "button", class: "json-more", on: { click: () => (more.replaceWith(), (drawn.textContent = JSON.stringify(text))) } },
    `… ${text.length - LONG_TEXT} more`);
  return h("span", {}, drawn, more);
}

function drawMany(entries, opening, closing, depth, length) {
  if (!entries.length) return h("span", {}, opening + closing);
  const rows = h("div", { class: "json-rows" });
  const drawRow = ([key, value]) => h("div", { class: "json-row" }, length === null ? h("span", { class: "json-key" }, `${key}: `) : null, drawValue(value, depth + 1));
  const fill = (from) => {
    rows.append(...entries.slice(from, from + MOST_ENTRIES).map(drawRow));
    const rest = entries.length - from - MOST_ENTRIES;
    if (rest <= 0) return;
    const more = h("button", { type: "button", class: "json-more", on: { click: () => (more.remove(), fill(from + MOST_ENTRIES)) } }, `… ${rest} more`);
    rows.append(more);
  };
  const summary = h("summary", {}, h("span", { class: "json-folded" }, opening, length === null ? preview(entries) : `${length}`, closing));
  const folded = h("details", { class: "json-fold", open: depth < OPEN_DEPTH }, summary, rows);
  // What is folded is drawn only when somebody looks.
  if (depth < OPEN_DEPTH) fill(0);
  else folded.addEventListener("toggle", () => rows.childElementCount || fill(0), { once: true });
  return folded;
}

function preview(entries) {
  const telling = entries.find(([key, value]) => ["type", "id", "name", "action_id", "text"].includes(key) && typeof value === "string");
  return telling ? ` ${telling[0]}: ${telling[1].slice(0, 24)} … ` : ` ${entries.length} `;
}
