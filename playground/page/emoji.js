/** From `:shortcode:` to the character it stands for. */

import { TABLE } from "/page/emoji_table.js";

const SKIN_TONES = ["", "", "\u{1F3FB}", "\u{1F3FC}", "\u{1F3FD}", "\u{1F3FE}", "\u{1F3FF}"];
const SHORTCODE = /:([a-z0-9_+'-]+)(?:::skin-tone-([2-6]))?:/y;

let table = null;

/** The table is unpacked at its first use: most messages hold no emoji. */
function characters() {
  if (table) return table;
  table = new Map();
  for (const entry of TABLE.replaceAll("\n", ";").split(";")) {
    const gap = entry.lastIndexOf(" ");
    if (gap < 0) continue;
    for (const name of entry.slice(0, gap).split(",")) table.set(name, entry.slice(gap + 1));
  }
  return table;
}

/** The character for a shortcode without colons, or null where there is none. */
export function emojiFor(name, skinTone = 0) {
  const [bare, suffix] = name.split("::skin-tone-");
  const character = characters().get(bare);
  if (!character) return null;
  return character + (SKIN_TONES[Number(suffix ?? skinTone)] ?? "");
}

/** The shortcode that begins at `at`, as `{character, name, end}`; null where none does. */
export function shortcodeAt(text, at) {
  SHORTCODE.lastIndex = at;
  const match = SHORTCODE.exec(text);
  if (!match) return null;
  const character = emojiFor(match[1], Number(match[2] ?? 0));
  return character ? { character, name: match[1], end: SHORTCODE.lastIndex } : null;
}

/** `text` with every known shortcode replaced, for places that can only hold characters (options, labels). */
export function withEmoji(text) {
  let out = "";
  for (let at = 0; at < text.length; ) {
    const found = text[at] === ":" ? shortcodeAt(text, at) : null;
    out += found ? found.character : text[at];
    at = found ? found.end : at + 1;
  }
  return out;
}
