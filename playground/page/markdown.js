/**
 * Standard Markdown, as the `markdown` block takes it: headings, lists, tasks, quotes, fenced code, tables, rules,
 * and inline emphasis, code, links and addresses. Anything else is shown as it was written.
 */

import { h, safeAddress } from "/page/dom.js";
import { shortcodeAt } from "/page/emoji.js";
import { emojiElement, linkElement, userMention, channelMention } from "/page/mrkdwn.js";

const ITEM = /^(\s*)([-*+]|\d+[.)])\s+(.*)$/;
const RULE = /^ {0,3}([-*_])(?:\s*\1){2,}\s*$/;
const TABLE_RULE = /^\s*\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?\s*$/;

/** A whole text as a list of elements. */
export function markdown(text, view = {}) {
  const rows = text.replaceAll("\r\n", "\n").split("\n");
  const nodes = [];
  let at = 0;
  while (at < rows.length) {
    const taken = blockAt(rows, at, view);
    if (taken.node) nodes.push(taken.node);
    at = taken.next;
  }
  return nodes;
}

function blockAt(rows, at, view) {
  const row = rows[at];
  if (row.trim() === "") return { node: null, next: at + 1 };
  const fence = /^ {0,3}(```+|~~~+)/.exec(row);
  if (fence) return fencedAt(rows, at, fence[1]);
  const heading = /^ {0,3}(#{1,6})\s+(.*?)\s*#*$/.exec(row);
  if (heading) {
    // The page has its own outline; a heading in a message stands below it.
    const level = Math.min(6, heading[1].length + 3);
    return { node: h(`h${level}`, { class: `md-heading md-h${heading[1].length}` }, span(heading[2], view)), next: at + 1 };
  }
  if (RULE.test(row)) return { node: h("hr", { class: "divider" }), next: at + 1 };
  if (/^ {0,3}>/.test(row)) return quoteAt(rows, at, view);
  if (ITEM.test(row)) return listAt(rows, at, view);
  if (row.includes("|") && at + 1 < rows.length && TABLE_RULE.test(rows[at + 1])) return tableAt(rows, at, view);
  return paragraphAt(rows, at, view);
}

function fencedAt(rows, at, fence) {
  let end = at + 1;
  while (end < rows.length && !rows[end].trim().startsWith(fence)) end += 1;
  const code = rows.slice(at + 1, end).join("\n");
  return { node: h("pre", { class: "code-block" }, h("code", {}, code)), next: end + 1 };
}

function quoteAt(rows, at, view) {
  let end = at;
  const inner = [];
  while (end < rows.length && /^ {0,3}>/.test(rows[end])) {
    inner.push(rows[end].replace(/^ {0,3}> ?/, ""));
    end += 1;
  }
  return { node: h("blockquote", {}, markdown(inner.join("\n"), view)), next: end };
}

function listAt(rows, at, view) {
  const first = ITEM.exec(rows[at]);
  const depth = first[1].length;
  const ordered = /\d/.test(first[2]);
  const items = [];
  let next = at;
  while (next < rows.length) {
    const item = ITEM.exec(rows[next]);
    if (!item || item[1].length < depth) break;
    if (item[1].length > depth) {
      const nested = listAt(rows, next, view);
      items.at(-1)?.append(nested.node);
      next = nested.next;
      continue;
    }
    if (/\d/.test(item[2]) !== ordered) break;
    items.push(listItem(item[3], view));
    next += 1;
  }
  const start = ordered ? parseInt(first[2], 10) : 1;
  return { node: h(ordered ? "ol" : "ul", { class: "md-list", start: start !== 1 ? start : null }, items), next };
}

function listItem(text, view) {
  const task = /^\[([ xX])\]\s+(.*)$/.exec(text);
  if (!task) return h("li", {}, span(text, view));
  const done = task[1] !== " ";
  const box = h("input", { type: "checkbox", disabled: true, checked: done, "aria-label": done ? "done" : "not done" });
  return h("li", { class: "md-task" }, box, span(task[2], view));
}

function cells(row) {
  return row.trim().replace(/^\||\|$/g, "").split(/(?<!\\)\|/).map((cell) => cell.trim().replaceAll("\\|", "|"));
}

function tableAt(rows, at, view) {
  const aligned = cells(rows[at + 1]).map((rule) => (rule.endsWith(":") ? (rule.startsWith(":") ? "center" : "right") : "left"));
  const cell = (tag, text, index) => h(tag, { class: `align-${aligned[index] ?? "left"}`, scope: tag === "th" ? "col" : null }, span(text, view));
  const head = h("thead", {}, h("tr", {}, cells(rows[at]).map((text, index) => cell("th", text, index))));
  const body = h("tbody");
  let next = at + 2;
  while (next < rows.length && rows[next].includes("|")) {
    body.append(h("tr", {}, cells(rows[next]).map((text, index) => cell("td", text, index))));
    next += 1;
  }
  return { node: h("div", { class: "table-frame" }, h("table", { class: "table" }, head, body)), next };
}

function paragraphAt(rows, at, view) {
  const taken = [];
  let next = at;
  while (next < rows.length && rows[next].trim() !== "" && (next === at || !opensBlock(rows[next]))) {
    taken.push(rows[next].trim());
    next += 1;
  }
  const inside = taken.flatMap((row, index) => [index > 0 ? h("br") : null, ...span(row, view)]);
  return { node: h("p", { class: "md-paragraph" }, inside), next };
}

function opensBlock(row) {
  return /^ {0,3}(#{1,6}\s|>|```|~~~)/.test(row) || ITEM.test(row) || RULE.test(row);
}

const PAIRS = [["**", "strong"], ["__", "strong"], ["~~", "s"], ["*", "em"], ["_", "em"]];
const BARE = /https?:\/\/[^\s<>)\]]+[^\s<>)\].,;:!?'"*_~]/y;
const LINK = /!?\[((?:[^\[\]\\]|\\.)*)\]\(\s*<?([^\s()<>]+)>?(?:\s+"[^"]*")?\s*\)/y;
const ENTITY = /<([@#])([A-Z0-9]+)(?:\|([^>]*))?>|<((?:https?:|mailto:)[^>\s]+)>/y;

/** Inline Markdown of one line. */
function span(text, view) {
  const nodes = [];
  let plain = "";
  for (let at = 0; at < text.length; ) {
    const found = spanAt(text, at, view);
    if (found) {
      if (plain) nodes.push(plain);
      plain = "";
      nodes.push(found.node);
      at = found.end;
    } else {
      plain += text[at];
      at += 1;
    }
  }
  if (plain) nodes.push(plain);
  return nodes;
}

function match(pattern, text, at) {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

function spanAt(text, at, view) {
  const here = text[at];
  if (here === "\\" && /[!-/:-@[-`{-~]/.test(text[at + 1] ?? "")) return { node: text[at + 1], end: at + 2 };
  if (here === "`") {
    const end = text.indexOf("`", at + 1);
    if (end > at + 1) return { node: h("code", {}, text.slice(at + 1, end)), end: end + 1 };
  }
  if (here === ":") {
    const found = shortcodeAt(text, at);
    if (found) return { node: emojiElement(found.character, found.name), end: found.end };
  }
  if (here === "[" || here === "!") {
    const link = match(LINK, text, at);
    if (link) {
      const node = safeAddress(link[2]) ? linkElement(link[2], link[1]) : h("span", {}, link[1]);
      return { node, end: LINK.lastIndex };
    }
  }
  if (here === "<") {
    const found = match(ENTITY, text, at);
    if (found) {
      const [, sign, id, label, address] = found;
      const node = address ? linkElement(address, address) : sign === "@" ? userMention(id, label, view) : channelMention(id, label);
      return { node, end: ENTITY.lastIndex };
    }
  }
  if (here === "h") {
    const bare = match(BARE, text, at);
    if (bare) return { node: linkElement(bare[0], bare[0]), end: BARE.lastIndex };
  }
  return emphasisAt(text, at, view);
}

function emphasisAt(text, at, view) {
  for (const [mark, tag] of PAIRS) {
    if (!text.startsWith(mark, at)) continue;
    if (mark[0] === "_" && at > 0 && /\w/.test(text[at - 1])) return null;
    const from = at + mark.length;
    if (/\s/.test(text[from] ?? " ")) continue;
    let end = text.indexOf(mark, from + 1);
    while (end > 0 && /\s/.test(text[end - 1])) end = text.indexOf(mark, end + 1);
    if (end > 0) return { node: h(tag, {}, span(text.slice(from, end), view)), end: end + mark.length };
  }
  return null;
}
