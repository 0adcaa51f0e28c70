/** The `rich_text` block: sections, lists, quotes and preformatted text, already parsed by whoever sent it. */

import { formatDate, stamp } from "/page/dates.js";
import { h, safeAddress } from "/page/dom.js";
import { emojiFor } from "/page/emoji.js";
import { broadcastMention, channelMention, emojiElement, groupMention, linkElement, userMention } from "/page/mrkdwn.js";
import { viewOf } from "/page/blocks/text.js";

export function drawRichText(block, scene) {
  return h("div", { class: "block rich-text" }, richTextParts(block, scene));
}

export function richTextParts(block, scene) {
  return gatherLists(block.elements ?? []).map((part) => drawPart(part, scene));
}

/** Slack writes a nested list as a run of lists with growing indents; a reader wants one list within another. */
function gatherLists(parts) {
  const out = [];
  for (const part of parts) {
    const before = out.at(-1);
    if (part.type === "rich_text_list" && before?.type === "lists") before.lists.push(part);
    else out.push(part.type === "rich_text_list" ? { type: "lists", lists: [part] } : part);
  }
  return out;
}

function drawPart(part, scene) {
  switch (part.type) {
    case "rich_text_section":
      return h("div", { class: "rich-section" }, inlines(part.elements, scene));
    case "lists":
      return h("div", { class: "rich-lists" }, nestLists(part.lists, scene));
    case "rich_text_quote":
      return h("blockquote", {}, inlines(part.elements, scene));
    case "rich_text_preformatted":
      return h("pre", { class: "code-block" }, h("code", {}, inlines(part.elements, scene)));
    default:
      return h("p", { class: "unknown-block" }, `A ${part.type} is not drawn here.`);
  }
}

function nestLists(lists, scene) {
  const roots = [];
  const open = [];
  for (const list of lists) {
    const indent = list.indent ?? 0;
    while (open.length && open.at(-1).indent > indent) open.pop();
    const last = open.at(-1);
    let drawn;
    if (last?.indent === indent && last.style === list.style) {
      drawn = last.drawn;
    } else {
      if (last?.indent === indent) open.pop();
      const start = (list.offset ?? 0) + 1;
      drawn = h(list.style === "ordered" ? "ol" : "ul", {
        class: `rich-list indent-${indent % 3}${list.border ? " bordered" : ""}`,
        start: list.style === "ordered" && start > 1 ? start : null,
      });
      const parentItem = open.at(-1)?.drawn.lastElementChild;
      if (parentItem) parentItem.append(drawn);
      else roots.push(drawn);
      open.push({ indent, style: list.style, drawn });
    }
    for (const item of list.elements) drawn.append(h("li", {}, inlines(item.elements, scene)));
  }
  return roots;
}

function inlines(elements, scene) {
  return (elements ?? []).map((element) => styled(drawInline(element, scene), element.style));
}

function drawInline(element, scene) {
  const view = viewOf(scene);
  switch (element.type) {
    case "text":
      return document.createTextNode(element.text);
    case "emoji":
      return drawEmoji(element);
    case "link":
      return linkElement(element.url, element.text || element.url);
    case "user":
      return userMention(element.user_id, null, view);
    case "channel":
      return channelMention(element.channel_id);
    case "usergroup":
      return groupMention(element.usergroup_id);
    case "broadcast":
      return broadcastMention(element.range);
    case "date":
      return drawDate(element, view);
    case "color":
      return drawColour(element);
    default:
      return document.createTextNode(element.text ?? "");
  }
}

function drawEmoji(element) {
  const fromCode = element.unicode
    ? String.fromCodePoint(...element.unicode.split("-").map((point) => parseInt(point, 16)))
    : null;
  const character = fromCode ?? emojiFor(element.name, element.skin_tone);
  return character ? emojiElement(character, element.name) : document.createTextNode(`:${element.name}:`);
}

function drawDate(element, view) {
  if (!element.format) return document.createTextNode(element.fallback ?? formatDate(element.timestamp, "{date}", view.tz));
  const drawn = stamp(element.timestamp, element.format, view.tz);
  const safe = element.url ? safeAddress(element.url) : null;
  return safe ? h("a", { href: safe, target: "_blank", rel: "noopener noreferrer" }, drawn) : drawn;
}

function drawColour(element) {
  const swatch = h("span", { class: "swatch", "aria-hidden": "true" });
  swatch.style.setProperty("--swatch", element.value);
  return h("span", { class: "colour" }, element.value, swatch);
}

const STYLES = [["bold", "strong"], ["italic", "em"], ["strike", "s"], ["underline", "u"], ["code", "code"], ["highlight", "mark"], ["client_highlight", "mark"]];

function styled(node, style) {
  if (!style) return node;
  return STYLES.reduce((inner, [name, tag]) => (style[name] ? h(tag, {}, inner) : inner), node);
}
