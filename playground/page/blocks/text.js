/** Text objects: `plain_text` with its emoji, `mrkdwn` with its markup. */

import { withEmoji } from "/page/emoji.js";
import { mrkdwn } from "/page/mrkdwn.js";

/** What markup needs to know of the reader. */
export function viewOf(scene) {
  return { tz: scene.viewer?.tz ?? "UTC", personId: scene.viewer?.id ?? null };
}

/** The words of a `plain_text` object; without one, nothing. */
export function words(text) {
  if (!text) return "";
  if (typeof text === "string") return text;
  return text.emoji === false ? text.text : withEmoji(text.text);
}

/** A text object as nodes; line breaks in plain text are kept by the style sheet. */
export function drawText(text, scene) {
  if (!text) return [];
  if (text.type === "mrkdwn") return mrkdwn(text.text, { ...viewOf(scene), verbatim: text.verbatim === true });
  return [words(text)];
}
