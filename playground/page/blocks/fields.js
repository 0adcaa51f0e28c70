/** What one types or picks from a calendar: texts, numbers, addresses, dates, times and files. */

import { momentOf, wallClock } from "/page/dates.js";
import { h, settled } from "/page/dom.js";
import { upload } from "/page/api.js";
import { changed } from "/page/blocks/confirm.js";
import { words } from "/page/blocks/text.js";
import { untouched } from "/page/values.js";

const PAUSE_MS = 700;

function common(element, place) {
  return {
    class: "field",
    id: place.controlId ?? null,
    placeholder: element.placeholder ? words(element.placeholder) : null,
    "aria-labelledby": place.labelId ?? null,
    "aria-label": place.labelId ? null : (words(element.placeholder) || place.fallbackLabel),
    "aria-describedby": place.describedBy ?? null,
    "aria-required": place.required ? "true" : null,
    dataset: { actionId: element.action_id, focusOnLoad: element.focus_on_load ? "yes" : null },
  };
}

function stateNow(element, block, scene) {
  return scene.values.get(block.block_id, element.action_id) ?? untouched(element, scene);
}

/** Typed text is kept at every key, and sent on Enter or at every character where the app asked for that. */
function typed(input, element, block, scene, place, read) {
  const keep = () => scene.values.set(block.block_id, element.action_id, read());
  const triggers = element.dispatch_action_config?.trigger_actions_on ?? ["on_enter_pressed"];
  const dispatch = () => changed(scene, block, element, read(), input, place);
  const dispatchSoon = settled(dispatch, PAUSE_MS);
  input.addEventListener("input", () => {
    keep();
    if (block.dispatch_action && triggers.includes("on_character_entered")) dispatchSoon();
  });
  input.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing || !block.dispatch_action) return;
    if (!triggers.includes("on_enter_pressed") || (element.multiline && event.shiftKey)) return;
    event.preventDefault();
    event.stopPropagation();
    dispatch();
  });
  return input;
}

export function drawTextInput(element, block, scene, place) {
  const props = {
    ...common(element, place),
    value: stateNow(element, block, scene).value ?? "",
    minlength: element.min_length || null,
    maxlength: element.max_length || null,
    autocomplete: "off",
  };
  const input = element.multiline ? h("textarea", { ...props, rows: 4 }) : h("input", { ...props, type: "text" });
  return typed(input, element, block, scene, place, () => ({ type: element.type, value: input.value || null }));
}

const TYPES = { email_text_input: "email", url_text_input: "url", number_input: "text" };

/** A number is typed as text with a number keyboard: its state is a string, and a half-typed one is not lost. */
export function drawTypedInput(element, block, scene, place) {
  const input = h("input", {
    ...common(element, place),
    type: TYPES[element.type],
    inputmode: element.type === "number_input" ? (element.is_decimal_allowed ? "decimal" : "numeric") : null,
    value: stateNow(element, block, scene).value ?? "",
    autocomplete: "off",
  });
  return typed(input, element, block, scene, place, () => ({ type: element.type, value: input.value.trim() || null }));
}

export function drawRichTextInput(element, block, scene, place) {
  const plain = (rich) =>
    (rich?.elements ?? []).map((part) => (part.elements ?? []).map((one) => one.text ?? "").join("")).join("\n");
  const rich = (text) => ({
    type: "rich_text",
    elements: text.split("\n").map((row) => ({ type: "rich_text_section", elements: [{ type: "text", text: row }] })),
  });
  const area = h("textarea", { ...common(element, place), rows: 4, value: plain(stateNow(element, block, scene).rich_text_value) });
  return typed(area, element, block, scene, place, () => ({
    type: "rich_text_input",
    rich_text_value: area.value ? rich(area.value) : null,
  }));
}

/** Browsers report a date at every key that makes one; the app hears of it once the person has settled. */
function picked(type, part, toText, fromText) {
  return (element, block, scene, place) => {
    const tz = scene.viewer?.tz ?? "UTC";
    let kept = stateNow(element, block, scene)[part];
    const input = h("input", { ...common(element, place), type, value: toText(kept, tz) });
    input.removeAttribute("placeholder");
    input.setAttribute("title", words(element.placeholder) || place.fallbackLabel);
    const tellApp = async () => {
      soon.cancel();
      const value = fromText(input.value, tz);
      if (value === kept) return;
      const sent = await changed(scene, block, element, { type: element.type, [part]: value }, input, place);
      if (sent) kept = value;
      else input.value = toText(kept, tz);
    };
    const soon = settled(tellApp, PAUSE_MS);
    input.addEventListener("change", () => {
      if (place.inInput && !block.dispatch_action) tellApp();
      else soon();
    });
    input.addEventListener("blur", () => tellApp());
    return input;
  };
}

export const drawDatePicker = picked("date", "selected_date", (kept) => kept ?? "", (text) => text || null);
export const drawTimePicker = picked("time", "selected_time", (kept) => kept ?? "", (text) => text || null);
export const drawDateTimePicker = picked(
  "datetime-local",
  "selected_date_time",
  (kept, tz) => (kept ? wallClock(kept, tz) : ""),
  (text, tz) => (text ? momentOf(text, tz) : null),
);

export function drawFileInput(element, block, scene, place) {
  const most = element.max_files ?? 10;
  const list = h("ul", { class: "files" });
  const show = (files) => list.replaceChildren(...files.map((file) => h("li", {}, file.name ?? file.id)));
  const { placeholder, ...props } = common(element, place);
  const input = h("input", {
    ...props, type: "file", multiple: most > 1,
    accept: element.filetypes?.map((ending) => `.${ending}`).join(",") || null,
    on: {
      change: async () => {
        const files = [];
        for (const file of [...input.files].slice(0, most)) {
          const answer = await upload(scene.viewer.id, file);
          if (answer.ok) files.push(answer.file);
          else scene.shout(answer.error);
        }
        show(files);
        changed(scene, block, element, { type: "file_input", files }, input, place);
      },
    },
  });
  show(stateNow(element, block, scene).files);
  return h("div", { class: "file-field" }, input, list);
}
