/** What a form refuses on its own, before the app is asked: required fields, lengths, numbers and addresses. */

import { isEmpty } from "/page/values.js";

const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;

/** Errors by block id, or null when the app may see the form. */
export function complaints(view, values) {
  const errors = {};
  for (const block of view.blocks ?? []) {
    if (block.type !== "input") continue;
    const state = values[block.block_id]?.[block.element.action_id];
    const wrong = isEmpty(state) ? (block.optional ? null : "Please complete this required field.") : wrongWith(block.element, state);
    if (wrong) errors[block.block_id] = wrong;
  }
  return Object.keys(errors).length ? errors : null;
}

function wrongWith(element, state) {
  switch (element.type) {
    case "plain_text_input":
      return wrongLength(element, state.value);
    case "email_text_input":
      return EMAIL.test(state.value) ? null : "Please enter a valid email address.";
    case "url_text_input":
      return isAddress(state.value) ? null : "Please enter a valid URL.";
    case "number_input":
      return wrongNumber(element, state.value);
    default:
      return null;
  }
}

function wrongLength(element, text) {
  if (element.min_length && text.length < element.min_length) return `Please enter at least ${element.min_length} characters.`;
  if (element.max_length && text.length > element.max_length) return `Please enter at most ${element.max_length} characters.`;
  return null;
}

function isAddress(text) {
  try {
    return ["http:", "https:"].includes(new URL(text).protocol);
  } catch {
    return false;
  }
}

function wrongNumber(element, text) {
  const shape = element.is_decimal_allowed ? /^-?\d+(\.\d+)?$/ : /^-?\d+$/;
  if (!shape.test(text)) return element.is_decimal_allowed ? "Please enter a number." : "Please enter a whole number.";
  const number = Number(text);
  if (element.min_value !== undefined && number < Number(element.min_value)) return `Please enter ${element.min_value} or more.`;
  if (element.max_value !== undefined && number > Number(element.max_value)) return `Please enter ${element.max_value} or less.`;
  return null;
}
