/**
 * What a person has chosen and typed in one container (a message, a Home tab, a form), in the shape of Slack's
 * `state.values`: block id, then action id, then the element's state.
 */

export class Values {
  constructor(kept = {}) {
    this.all = structuredClone(kept);
    this.onChange = () => {};
  }

  get(blockId, actionId) {
    return this.all[blockId]?.[actionId] ?? null;
  }

  set(blockId, actionId, state) {
    this.all[blockId] ??= {};
    this.all[blockId][actionId] = state;
    this.onChange();
  }
}

const EMPTY = {
  static_select: { selected_option: null },
  external_select: { selected_option: null },
  overflow: { selected_option: null },
  radio_buttons: { selected_option: null },
  users_select: { selected_user: null },
  conversations_select: { selected_conversation: null },
  channels_select: { selected_channel: null },
  multi_static_select: { selected_options: [] },
  multi_external_select: { selected_options: [] },
  multi_users_select: { selected_users: [] },
  multi_conversations_select: { selected_conversations: [] },
  multi_channels_select: { selected_channels: [] },
  checkboxes: { selected_options: [] },
  datepicker: { selected_date: null },
  timepicker: { selected_time: null },
  datetimepicker: { selected_date_time: null },
  plain_text_input: { value: null },
  email_text_input: { value: null },
  url_text_input: { value: null },
  number_input: { value: null },
  rich_text_input: { rich_text_value: null },
  file_input: { files: [] },
};

/** Which `initial_...` of an element fills which part of its state. */
const INITIAL = {
  initial_option: "selected_option",
  initial_options: "selected_options",
  initial_user: "selected_user",
  initial_users: "selected_users",
  initial_conversation: "selected_conversation",
  initial_conversations: "selected_conversations",
  initial_channel: "selected_channel",
  initial_channels: "selected_channels",
  initial_date: "selected_date",
  initial_time: "selected_time",
  initial_date_time: "selected_date_time",
  initial_value: "value",
};

/** The state of an element nobody has touched. Buttons have none. */
export function untouched(element, scene) {
  const empty = EMPTY[element.type];
  if (!empty) return null;
  const state = { type: element.type, ...structuredClone(empty) };
  for (const [initial, part] of Object.entries(INITIAL)) {
    if (element[initial] !== undefined && part in state) state[part] = element[initial];
  }
  if (element.type === "rich_text_input" && element.initial_value) state.rich_text_value = element.initial_value;
  if (element.default_to_current_conversation && !element.initial_conversation && scene?.currentChannel) {
    if (element.type === "conversations_select") state.selected_conversation = scene.currentChannel;
    if (element.type === "multi_conversations_select") state.selected_conversations = [scene.currentChannel];
  }
  return state;
}

/** Whether a state holds nothing, as a required field must not. */
export function isEmpty(state) {
  if (!state) return true;
  return Object.entries(state).every(
    ([name, value]) => name === "type" || value === null || value === "" || (Array.isArray(value) && value.length === 0),
  );
}

/** Every interactive element of a block, wherever the block keeps it. */
export function elementsOf(block) {
  const found = [block.element, block.accessory, ...(block.elements ?? []), ...(block.actions ?? [])];
  return found.filter((element) => element && element.action_id);
}

/** The whole state of a view: untouched inputs included, as Slack sends it. */
export function stateOf(view, values, scene) {
  const out = {};
  for (const block of view.blocks ?? []) {
    for (const element of elementsOf(block)) {
      const state = values.get(block.block_id, element.action_id) ?? untouched(element, scene);
      if (!state) continue;
      out[block.block_id] ??= {};
      out[block.block_id][element.action_id] = state;
    }
  }
  return out;
}
