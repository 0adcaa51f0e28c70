/** Which function draws which element. */

import { drawButton, drawFeedbackButtons, drawIconButton, drawOverflow } from "/page/blocks/buttons.js";
import { drawCheckboxes, drawRadioButtons } from "/page/blocks/choices.js";
import {
  drawDatePicker, drawDateTimePicker, drawFileInput, drawRichTextInput, drawTextInput, drawTimePicker, drawTypedInput,
} from "/page/blocks/fields.js";
import { h } from "/page/dom.js";
import { picture } from "/page/blocks/layout.js";
import { drawSelect } from "/page/blocks/selects.js";

const DRAW = {
  button: drawButton,
  workflow_button: drawButton,
  icon_button: drawIconButton,
  feedback_buttons: drawFeedbackButtons,
  overflow: drawOverflow,
  checkboxes: drawCheckboxes,
  radio_buttons: drawRadioButtons,
  datepicker: drawDatePicker,
  timepicker: drawTimePicker,
  datetimepicker: drawDateTimePicker,
  plain_text_input: drawTextInput,
  email_text_input: drawTypedInput,
  url_text_input: drawTypedInput,
  number_input: drawTypedInput,
  rich_text_input: drawRichTextInput,
  file_input: drawFileInput,
  static_select: drawSelect,
  external_select: drawSelect,
  users_select: drawSelect,
  conversations_select: drawSelect,
  channels_select: drawSelect,
  multi_static_select: drawSelect,
  multi_external_select: drawSelect,
  multi_users_select: drawSelect,
  multi_conversations_select: drawSelect,
  multi_channels_select: drawSelect,
  image: (element) => picture(element, "accessory-image"),
};

const FALLBACK_LABELS = {
  datepicker: "Choose a date", timepicker: "Choose a time", datetimepicker: "Choose a date and time",
  checkboxes: "Choose any", radio_buttons: "Choose one",
};

/**
 * One element. `place` says where it stands: `inInput`, `labelId`, `controlId`, `describedBy`, `required`, and the
 * label to fall back on where nothing else names it.
 */
export function drawElement(element, block, scene, place) {
  const draw = DRAW[element?.type];
  if (!draw) return h("span", { class: "unknown-block" }, `A ${element?.type} is not drawn here.`);
  const fallbackLabel = place.fallbackLabel ?? FALLBACK_LABELS[element.type] ?? "Choose an option";
  return draw(element, block, scene, { inInput: false, ...place, fallbackLabel });
}
