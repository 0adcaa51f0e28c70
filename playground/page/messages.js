/** One message as people see it, and a whole conversation as a list that changes in place. */

import { dayKey, stamp } from "/page/dates.js";
import { h, reconcile } from "/page/dom.js";
import { icon } from "/page/icons.js";
import { drawBlocks } from "/page/blocks/index.js";
import { picture } from "/page/blocks/layout.js";
import { mrkdwn, plainText } from "/page/mrkdwn.js";
import { emojiFor } from "/page/emoji.js";
import { appFace, authorOf, face, kindBadge } from "/page/people.js";
import { nowSeconds } from "/page/state.js";

/** Messages of one author within this time stand under one name. */
const GROUP_SECONDS = 300;

const keyOf = (message) => `${message.channel ?? ""}:${message.ts}${message.ephemeral ? ":ephemeral" : ""}`;

/** What a list shows: the messages with the days and the "new" line between them. */
export function rowsOf(messages, { tz, firstUnread, inThread = false }) {
  const rows = [];
  let before = null;
  let day = null;
  for (const message of messages) {
    const at = Number(message.ts);
    const today = dayKey(at, tz);
    if (today !== day && !inThread) rows.push({ kind: "day", key: `day:${today}`, at, tz });
    if (message.ts === firstUnread) rows.push({ kind: "new", key: "new" });
    const follows = before !== null && today === day && message.ts !== firstUnread && sameVoice(before, message);
    rows.push({ kind: "message", key: keyOf(message), message, follows });
    day = today;
    before = message;
  }
  return rows;
}

function sameVoice(before, message) {
  const speaker = (one) => `${one.user ?? ""}|${one.bot_id ?? ""}|${one.username ?? ""}|${Boolean(one.ephemeral)}`;
  return speaker(before) === speaker(message) && Number(message.ts) - Number(before.ts) < GROUP_SECONDS && !before.thread?.count;
}

/** What somebody has chosen in a message is in its controls already and no reason to draw it again. */
function signatureOf(row) {
  return JSON.stringify(row, (key, value) => (key === "state" ? undefined : value));
}

/** Brings the list in line with `rows`; only what changed is drawn again. */
export function showRows(list, rows, sceneOf, hooks) {
  reconcile(list, rows, (row) => row.key, signatureOf, (row) => drawRow(row, sceneOf, hooks));
}

function drawRow(row, sceneOf, hooks) {
  if (row.kind === "day") {
    return h("li", { class: "day-line" }, h("span", {}, stamp(row.at, "{day_divider_pretty}", row.tz)));
  }
  if (row.kind === "new") return h("li", { class: "new-line" }, h("span", {}, "New"));
  return drawMessage(row.message, sceneOf(row.message), { ...hooks, follows: row.follows });
}

function drawMessage(message, scene, { follows, openThread }) {
  const tz = scene.viewer?.tz ?? "UTC";
  const author = authorOf(message);
  const at = Number(message.ts);
  const classes = ["message", follows ? "follows" : "", message.ephemeral ? "ephemeral" : ""].join(" ").trim();
  return h("li", { class: classes, dataset: { ts: message.ts } },
    h("div", { class: "message-face" },
      follows ? stamp(at, "{time}", tz, { class: "message-side-time" }) : author.isApp ? appFace() : face(author.someone)),
    h("div", { class: "message-main" },
      message.ephemeral ? h("p", { class: "only-you" }, icon("eye"), "Only visible to you") : null,
      follows ? null : h("div", { class: "message-head" },
        h("span", { class: "message-author" }, author.name),
        author.isApp ? h("span", { class: "badge badge-app" }, "App") : kindBadge(author.someone),
        stamp(at, "{time}", tz, { class: "message-time" })),
      drawContent(message, scene),
      drawReactions(message),
      drawThreadLink(message, tz, openThread)),
    message.ephemeral || !openThread || message.thread?.count ? null : h("div", { class: "message-tools" },
      h("button", { type: "button", class: "icon-button", title: "Reply in thread", on: { click: () => openThread(message) },
        "aria-label": `Reply in thread to ${author.name}` }, icon("reply"))));
}

function drawContent(message, scene) {
  const view = { tz: scene.viewer?.tz ?? "UTC", personId: scene.viewer?.id };
  // Slack marks edited words; a card that an app has drawn anew is not marked.
  const edited = message.edited && !message.blocks?.length ? h("span", { class: "edited" }, "(edited)") : null;
  const content = message.blocks?.length ? drawBlocks(message.blocks, scene)
    : message.text ? h("div", { class: "message-text" }, mrkdwn(message.text, view)) : null;
  return h("div", { class: "message-content" }, content, (message.attachments ?? []).map((one) => drawAttachment(one, scene, view)),
    (message.files ?? []).map(drawUpload), edited);
}

/** A picture is shown, anything else can be fetched; both come from this server, whatever its name in the address. */
function drawUpload(file) {
  const title = file.title || file.name || file.id;
  const address = (url) => (url ? new URL(url, window.location.href).pathname : null);
  if (file.mimetype?.startsWith("image/") && file.mimetype !== "image/svg+xml") {
    return h("figure", { class: "image-block" }, h("figcaption", {}, title), picture({ image_url: address(file.url_private), alt_text: file.alt_txt || title }, "image"));
  }
  const words = h("span", { class: "file-words" }, h("span", {}, title), h("span", { class: "file-note" }, [file.pretty_type, bytes(file.size)].filter(Boolean).join(", ")));
  const where = address(file.url_private_download);
  return where ? h("a", { class: "file-block", href: where, download: file.name ?? "" }, icon("file"), words) : h("div", { class: "file-block" }, icon("file"), words);
}

const bytes = (count) => (count >= 1000 ? `${Math.round(count / 1000)} kB` : count ? `${count} bytes` : "");

function drawAttachment(attachment, scene, view) {
  const drawn = h("div", { class: "attachment" },
    attachment.pretext ? h("div", {}, mrkdwn(attachment.pretext, view)) : null,
    attachment.title ? h("div", { class: "card-title" }, attachment.title) : null,
    attachment.text ? h("div", {}, mrkdwn(attachment.text, view)) : null,
    attachment.blocks ? drawBlocks(attachment.blocks, scene) : null,
    !attachment.text && !attachment.blocks && attachment.fallback ? attachment.fallback : null);
  if (attachment.color) drawn.style.setProperty("--edge", attachment.color.startsWith("#") ? attachment.color : `#${attachment.color}`);
  return drawn;
}

function drawReactions(message) {
  if (!message.reactions?.length) return null;
  return h("div", { class: "reactions" }, message.reactions.map((one) =>
    h("span", { class: "reaction", title: `:${one.name}:` }, emojiFor(one.name) ?? `:${one.name}:`, ` ${one.count}`)));
}

function drawThreadLink(message, tz, openThread) {
  if (!message.thread?.count || !openThread) return null;
  const { count, latest } = message.thread;
  return h("button", { type: "button", class: "thread-link", on: { click: () => openThread(message) } },
    icon("reply"), h("span", {}, `${count} ${count === 1 ? "reply" : "replies"}`),
    latest ? stamp(Number(latest), "{ago}", tz, { class: "thread-latest" }) : null);
}

/** What a screen reader hears of a new message. */
export function spoken(message, viewer) {
  const who = authorOf(message).name;
  const alone = message.ephemeral ? " (only visible to you)" : "";
  return `${who}${alone}: ${plainText(message.text ?? "", { tz: viewer?.tz })}`;
}

/** Messages younger than the moment a column was first shown, and not written by its own person. */
export function freshOnes(before, after, personId) {
  const known = new Set(before.map(keyOf));
  return after.filter((one) => !known.has(keyOf(one)) && one.user !== personId && Number(one.ts) <= nowSeconds() + 1);
}
