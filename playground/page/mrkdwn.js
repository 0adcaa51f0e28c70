/**
 * Slack's own markup, `mrkdwn`, as elements.
 *
 * Theory: text is cut into fenced code, quotes and plain lines; within a line one scanner walks from left to right and
 * at each character asks whether something begins there (code, an entity in angle brackets, an emoji, an emphasis, a
 * bare address). What it recognises becomes an element whose inside is scanned again; the rest is text. `&amp;`,
 * `&lt;` and `&gt;` are turned back at the very end, so an escaped bracket can never begin an entity.
 */

import { stamp, formatDate } from "/page/dates.js";
import { h, safeAddress } from "/page/dom.js";
import { shortcodeAt, withEmoji } from "/page/emoji.js";
import { channel, nameOf, person, workspace } from "/page/state.js";

const EMPHASIS = { "*": "strong", _: "em", "~": "s" };
const WORD = /[\p{L}\p{N}_]/u;
const ADDRESS = /https?:\/\/[^\s<>|]+[^\s<>|.,;:!?)\]'"*_~]/y;

export function unescape(text) {
  return text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
}

/**
 * A text with markup as a list of nodes. `view` is `{tz, personId, verbatim}`: in whose time zone moments are shown,
 * who is reading, and whether bare addresses stay plain.
 */
export function mrkdwn(text, view = {}) {
  const nodes = [];
  const fences = text.split("```");
  const closed = fences.length % 2 === 1 ? fences.length : fences.length - 1;
  for (let index = 0; index < fences.length; index += 1) {
    if (index % 2 === 1 && index < closed) {
      nodes.push(h("pre", { class: "code-block" }, h("code", {}, unescape(fences[index].replace(/^\n|\n$/g, "")))));
    } else {
      const unclosed = index >= closed && index > 0 ? "```" : "";
      nodes.push(...lines(trimAround(unclosed + fences[index], index, closed), view));
    }
  }
  return nodes;
}

/** A block stands on lines of its own; the line breaks next to it are not drawn a second time. */
function trimAround(text, index, closed) {
  let out = text;
  if (index > 0 && index <= closed) out = out.replace(/^\n/, "");
  if (index < closed - 1) out = out.replace(/\n$/, "");
  return out;
}

function lines(text, view) {
  if (text === "") return [];
  const nodes = [];
  let quote = null;
  const closeQuote = () => {
    if (quote) nodes.push(h("blockquote", {}, broken(quote, view)));
    quote = null;
  };
  let plain = [];
  const closePlain = () => {
    if (plain.length) nodes.push(...broken(plain, view));
    plain = [];
  };
  const all = text.split("\n");
  for (let at = 0; at < all.length; at += 1) {
    const rest = /^(?:>>>|&gt;&gt;&gt;) ?/.exec(all[at]);
    const one = /^(?:>|&gt;) ?/.exec(all[at]);
    if (rest) {
      closePlain();
      quote = [...(quote ?? []), all[at].slice(rest[0].length), ...all.slice(at + 1)];
      break;
    }
    if (one) {
      closePlain();
      quote = [...(quote ?? []), all[at].slice(one[0].length)];
    } else {
      closeQuote();
      plain.push(all[at]);
    }
  }
  closePlain();
  closeQuote();
  return nodes;
}

function broken(rows, view) {
  return rows.flatMap((row, index) => [...(index > 0 ? [h("br")] : []), ...inline(row, view)]);
}

/** One line of markup as nodes. */
export function inline(text, view) {
  const nodes = [];
  let plain = "";
  for (let at = 0; at < text.length; ) {
    const found = begins(text, at, view);
    if (found) {
      if (plain) nodes.push(unescape(plain));
      plain = "";
      nodes.push(found.node);
      at = found.end;
    } else {
      plain += text[at];
      at += 1;
    }
  }
  if (plain) nodes.push(unescape(plain));
  return nodes;
}

function begins(text, at, view) {
  switch (text[at]) {
    case "`":
      return codeAt(text, at);
    case "<":
      return entityAt(text, at, view);
    case ":":
      return emojiAt(text, at);
    case "*":
    case "_":
    case "~":
      return emphasisAt(text, at, view);
    case "h":
      return view.verbatim ? null : addressAt(text, at);
    default:
      return null;
  }
}

function codeAt(text, at) {
  const end = text.indexOf("`", at + 1);
  if (end <= at + 1) return null;
  return { node: h("code", {}, unescape(text.slice(at + 1, end))), end: end + 1 };
}

function emojiAt(text, at) {
  const found = shortcodeAt(text, at);
  return found ? { node: emojiElement(found.character, found.name), end: found.end } : null;
}

export function emojiElement(character, name) {
  const label = `${name.replaceAll("_", " ")} emoji`;
  return h("span", { class: "emoji", role: "img", "aria-label": label, title: `:${name}:` }, character);
}

/** Emphasis opens before a letter and not inside a word, and closes after a letter and before no other one. */
function emphasisAt(text, at, view) {
  const mark = text[at];
  if (at > 0 && WORD.test(text[at - 1])) return null;
  if (at + 1 >= text.length || /\s/.test(text[at + 1]) || text[at + 1] === mark) return null;
  for (let end = at + 1; end < text.length; end += 1) {
    if (text[end] === "<") end = Math.max(end, text.indexOf(">", end));
    else if (text[end] === "`") end = Math.max(end, text.indexOf("`", end + 1));
    else if (text[end] === mark && end > at + 1 && !/\s/.test(text[end - 1]) && !WORD.test(text[end + 1] ?? " ")) {
      return { node: h(EMPHASIS[mark], {}, inline(text.slice(at + 1, end), view)), end: end + 1 };
    }
  }
  return null;
}

function addressAt(text, at) {
  if (at > 0 && WORD.test(text[at - 1])) return null;
  ADDRESS.lastIndex = at;
  const match = ADDRESS.exec(text);
  return match ? { node: linkElement(unescape(match[0]), unescape(match[0])), end: ADDRESS.lastIndex } : null;
}

export function linkElement(address, label) {
  const safe = safeAddress(address);
  if (!safe) return h("span", {}, label);
  return h("a", { href: safe, target: "_blank", rel: "noopener noreferrer" }, label);
}

function entityAt(text, at, view) {
  const end = text.indexOf(">", at + 1);
  if (end < 0) return null;
  const inside = text.slice(at + 1, end);
  if (inside === "" || inside.includes("\n") || inside.includes("<")) return null;
  const node = entity(inside, view);
  return node ? { node, end: end + 1 } : null;
}

function entity(inside, view) {
  const bar = inside.indexOf("|");
  const target = bar < 0 ? inside : inside.slice(0, bar);
  const label = bar < 0 ? null : inside.slice(bar + 1);
  if (target.startsWith("@")) return userMention(target.slice(1), label, view);
  if (target.startsWith("#")) return channelMention(target.slice(1), label);
  if (target.startsWith("!subteam^")) return groupMention(target.slice("!subteam^".length), label);
  if (target.startsWith("!date^")) return dateEntity(target, label, view);
  if (/^!(here|channel|everyone)$/.test(target)) return broadcastMention(target.slice(1));
  if (target.startsWith("!")) return h("span", {}, unescape(label ?? target));
  if (/^[a-z][a-z0-9+.-]*:/i.test(target)) return linkElement(unescape(target), label ? withEmoji(unescape(label)) : unescape(target).replace(/^mailto:/, ""));
  return null;
}

export function userMention(id, label, view) {
  const known = person(id);
  const own = view.personId === id ? " mention-own" : "";
  const app = workspace.app.bot_user_id === id ? workspace.app.name : null;
  return h("span", { class: `mention${own}` }, `@${known ? nameOf(known) : (app ?? (label || id))}`);
}

export function channelMention(id, label = null) {
  return h("span", { class: "mention" }, `#${channel(id)?.name ?? (label || id)}`);
}

export function groupMention(id, label = null) {
  const handle = workspace.usergroups.get(id)?.handle ?? label ?? id;
  return h("span", { class: "mention" }, handle.startsWith("@") ? handle : `@${handle}`);
}

export function broadcastMention(range) {
  return h("span", { class: "mention mention-own" }, `@${range}`);
}

/** `!date^seconds^format^address`: the address is optional, and the fallback is shown when the seconds are none. */
function dateEntity(target, fallback, view) {
  const [, seconds, format, ...address] = target.split("^");
  if (!/^-?\d+$/.test(seconds ?? "") || !format) return h("span", {}, unescape(fallback ?? target));
  const drawn = stamp(Number(seconds), unescape(format), view.tz);
  const safe = address.length ? safeAddress(unescape(address.join("^"))) : null;
  return safe ? h("a", { href: safe, target: "_blank", rel: "noopener noreferrer" }, drawn) : drawn;
}

/** The same text without elements, for announcements and labels. */
export function plainText(text, view = {}) {
  return unescape(
    text
      .replace(/<!date\^(-?\d+)\^([^|^>]+)(?:\^[^|>]*)?(?:\|[^>]*)?>/g, (all, at, format) => formatDate(Number(at), format, view.tz))
      .replace(/<@([A-Z0-9]+)(?:\|([^>]*))?>/g, (all, id, label) => `@${person(id) ? nameOf(person(id)) : label ?? id}`)
      .replace(/<#([A-Z0-9]+)(?:\|([^>]*))?>/g, (all, id, label) => `#${channel(id)?.name ?? label ?? id}`)
      .replace(/<!subteam\^([A-Z0-9]+)(?:\|([^>]*))?>/g, (all, id, label) => `@${workspace.usergroups.get(id)?.handle ?? label ?? id}`)
      .replace(/<!([a-z]+)>/g, "@$1")
      .replace(/<([^|>]+)\|([^>]*)>/g, "$2")
      .replace(/<([^>]+)>/g, "$1")
      .replace(/(^|\W)[*_~](\S[^*_~]*)[*_~](?=\W|$)/g, "$1$2"),
  );
}
