/** Radio buttons and checkboxes. */

import { freshId, h } from "/page/dom.js";
import { changed } from "/page/blocks/confirm.js";
import { drawText } from "/page/blocks/text.js";
import { untouched } from "/page/values.js";

function optionRow(option, input, scene) {
  const id = freshId("option");
  input.id = id;
  let description = null;
  if (option.description) {
    const describedBy = freshId("option");
    input.setAttribute("aria-describedby", describedBy);
    description = h("span", { class: "choice-description", id: describedBy }, drawText(option.description, scene));
  }
  return h("div", { class: "choice" }, input,
    h("div", { class: "choice-words" }, h("label", { for: id, class: "choice-label" }, drawText(option.text, scene)), description));
}

export function drawRadioButtons(element, block, scene, place) {
  const name = freshId("radio");
  const start = scene.values.get(block.block_id, element.action_id) ?? untouched(element, scene);
  let chosen = start.selected_option?.value ?? null;
  const inputs = element.options.map((option) =>
    h("input", {
      type: "radio", name, value: option.value, checked: option.value === chosen,
      on: {
        change: async (event) => {
          const state = { type: "radio_buttons", selected_option: option };
          if (await changed(scene, block, element, state, event.target, place)) chosen = option.value;
          else for (const input of inputs) input.checked = input.value === chosen;
        },
      },
    }));
  return group("radiogroup", element, inputs, scene, place);
}

export function drawCheckboxes(element, block, scene, place) {
  const start = scene.values.get(block.block_id, element.action_id) ?? untouched(element, scene);
  let chosen = new Set(start.selected_options.map((option) => option.value));
  const inputs = element.options.map((option) =>
    h("input", {
      type: "checkbox", value: option.value, checked: chosen.has(option.value),
      on: {
        change: async (event) => {
          const ticked = new Set(inputs.filter((input) => input.checked).map((input) => input.value));
          const state = { type: "checkboxes", selected_options: element.options.filter((one) => ticked.has(one.value)) };
          if (await changed(scene, block, element, state, event.target, place)) chosen = ticked;
          else for (const input of inputs) input.checked = chosen.has(input.value);
        },
      },
    }));
  return group("group", element, inputs, scene, place);
}

function group(role, element, inputs, scene, place) {
  return h("div", {
    class: "choices", role, "aria-labelledby": place.labelId ?? null, "aria-describedby": place.describedBy ?? null,
    "aria-label": place.labelId ? null : place.fallbackLabel, dataset: { actionId: element.action_id },
  }, element.options.map((option, index) => optionRow(option, inputs[index], scene)));
}
