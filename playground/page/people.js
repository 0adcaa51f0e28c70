/** How a person, a channel or the app looks anywhere on the page: face, name and kind. */

import { h } from "/page/dom.js";
import { icon } from "/page/icons.js";
import { channel, nameOf, person, workspace } from "/page/state.js";

const KIND_WORDS = { guest: "Guest", stranger: "Outside", deleted: "Deactivated", bot: "App" };
const KIND_TITLES = {
  guest: "A guest of this workspace",
  stranger: "From another company, through a shared channel",
  deleted: "This account is deactivated",
  bot: "An app, not a person",
};

/** Black or white, whichever stands out more from `#rrggbb`. */
function inkOn(color) {
  const match = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(color);
  if (!match) return "#fff";
  const [red, green, blue] = match.slice(1).map((pair) => {
    const share = parseInt(pair, 16) / 255;
    return share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  const light = 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  return 1.05 / (light + 0.05) >= (light + 0.05) / 0.062 ? "#fff" : "#16181b";
}

export function face(someone, size = "medium") {
  const isApp = someone?.kind === "bot";
  const colour = someone?.avatar?.color ?? "#6b7280";
  const initials = someone?.avatar?.initials ?? (nameOf(someone)[0] ?? "?").toUpperCase();
  const drawn = h("span", { class: `face face-${size}${isApp ? " face-app" : ""}`, "aria-hidden": "true" }, initials);
  drawn.style.setProperty("--face", colour);
  drawn.style.setProperty("--face-ink", inkOn(colour));
  if (someone?.kind === "deleted") drawn.classList.add("face-gone");
  return drawn;
}

/** The app's own face; a bot among the people lends its colours where there is one. */
export function appFace(size = "medium") {
  const bot = person(workspace.app.bot_user_id);
  const name = workspace.app.name || "App";
  return face(bot ?? { kind: "bot", avatar: { initials: name[0], color: "#0e6f63" } }, size);
}

export function kindBadge(someone) {
  const word = KIND_WORDS[someone?.kind];
  if (!word) return null;
  return h("span", { class: `badge badge-${someone.kind}`, title: KIND_TITLES[someone.kind] }, word);
}

export function channelIcon(one) {
  return icon(one?.is_private ? "lock" : "hash");
}

/** Who wrote a message: a person of the workspace, or the app under the name it gave itself. */
export function authorOf(message) {
  const known = person(message.user);
  const isApp = Boolean(message.bot_id) || known?.kind === "bot" || message.user === workspace.app.bot_user_id;
  if (isApp) return { name: message.username ?? nameOf(known ?? { name: workspace.app.name }), isApp, someone: known };
  return { name: nameOf(known ?? { name: message.username ?? message.user }), isApp, someone: known };
}

export function placeName(place) {
  if (place === "app") return workspace.app.name || "the app";
  return `#${channel(place)?.name ?? place}`;
}

const MOST_COUNTED = 99;

/** How much waits unread: a number for the eye, a word more for the ear. */
export function countBadge(count) {
  if (!count) return null;
  const shown = count > MOST_COUNTED ? `${MOST_COUNTED}+` : String(count);
  return h("span", { class: "count" }, shown, h("span", { class: "visually-hidden" }, " unread"));
}
