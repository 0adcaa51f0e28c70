/** Menus to choose from: the app's own options, options it looks up, people, conversations and channels. */

import { changed } from "/page/blocks/confirm.js";
import { combobox, SEARCH_PAUSE } from "/page/blocks/combobox.js";
import { words } from "/page/blocks/text.js";
import { face } from "/page/people.js";
import { actors, channel, channelsOf, nameOf, person, workspace } from "/page/state.js";
import { untouched } from "/page/values.js";

const MOST_SHOWN = 100;
const FEWEST_LETTERS = 3; // Slack's own default where an external select does not say.

/** How each kind of menu finds its items and what its state calls them. */
const KINDS = {
  static_select: { part: "selected_option", items: ownOptions, itemOf: optionItem },
  external_select: { part: "selected_option", items: lookedUp, itemOf: optionItem },
  users_select: { part: "selected_user", items: people, itemOf: personItem },
  conversations_select: { part: "selected_conversation", items: conversations, itemOf: conversationItem },
  channels_select: { part: "selected_channel", items: publicChannels, itemOf: conversationItem },
  multi_static_select: { part: "selected_options", items: ownOptions, itemOf: optionItem, multiple: true },
  multi_external_select: { part: "selected_options", items: lookedUp, itemOf: optionItem, multiple: true },
  multi_users_select: { part: "selected_users", items: people, itemOf: personItem, multiple: true },
  multi_conversations_select: { part: "selected_conversations", items: conversations, itemOf: conversationItem, multiple: true },
  multi_channels_select: { part: "selected_channels", items: publicChannels, itemOf: conversationItem, multiple: true },
};

export function drawSelect(element, block, scene, place) {
  const kind = KINDS[element.type];
  const now = scene.values.get(block.block_id, element.action_id) ?? untouched(element, scene);
  const kept = kind.multiple ? now[kind.part] : [now[kind.part]].filter((value) => value !== null);
  const label = words(element.placeholder) || place.fallbackLabel;
  const stateOf = (picked) => {
    const values = picked.map((item) => item.value);
    return { type: element.type, [kind.part]: kind.multiple ? values : (values[0] ?? null) };
  };
  const onChange = (picked) => changed(scene, block, element, stateOf(picked), frame.querySelector("[role=combobox]"), place);
  const frame = combobox({
    choices: (query) => kind.items(query, element, block, scene),
    chosen: kept.map((value) => kind.itemOf(value)),
    multiple: Boolean(kind.multiple),
    most: element.max_selected_items ?? null,
    onPick: onChange,
    onDrop: onChange,
    placeholder: words(element.placeholder) || (kind.multiple ? "Choose some" : "Choose an option"),
    searchPause: element.type.includes("external") ? SEARCH_PAUSE : 0,
    props: {
      id: place.controlId ?? null,
      "aria-labelledby": place.labelId ?? null,
      "aria-label": place.labelId ? null : label,
      "aria-describedby": place.describedBy ?? null,
      "aria-required": place.required ? "true" : null,
      dataset: { actionId: element.action_id, focusOnLoad: element.focus_on_load ? "yes" : null },
    },
  });
  return frame;
}

function optionItem(option) {
  return { key: option.value, label: words(option.text), description: words(option.description), value: option };
}

function personItem(id) {
  const someone = person(id);
  return { key: id, label: someone ? nameOf(someone) : id, description: someone?.title || "", face: face(someone, "tiny"), value: id };
}

function conversationItem(id) {
  const one = channel(id);
  if (!one && person(id)) return personItem(id);
  return { key: id, label: one ? `${one.is_private ? "🔒 " : "# "}${one.name}` : id, description: "", value: id };
}

const matches = (item, query) => `${item.label} ${item.description}`.toLowerCase().includes(query.trim().toLowerCase());

function shown(items, query) {
  const found = items.filter((item) => matches(item, query));
  const note = found.length > MOST_SHOWN ? `${found.length - MOST_SHOWN} more; type to narrow down.` : null;
  return { groups: [{ items: found.slice(0, MOST_SHOWN) }], note };
}

async function ownOptions(query, element) {
  if (!element.option_groups) return shown((element.options ?? []).map(optionItem), query);
  const groups = element.option_groups.map((group) => ({
    label: words(group.label),
    items: group.options.map(optionItem).filter((item) => matches(item, query)),
  }));
  return { groups: groups.filter((group) => group.items.length), note: null };
}

/** The app answers with what fits; its order is its ranking and stays. */
async function lookedUp(query, element, block, scene) {
  const fewest = element.min_query_length ?? FEWEST_LETTERS;
  if (query.trim().length < fewest) {
    return { groups: [], note: `Type ${fewest === 1 ? "a letter" : `${fewest} letters`} or more to search.` };
  }
  const answer = await scene.options(block, element, query);
  if (!answer.ok) return { groups: [], note: answer.error ?? "The app gave no options." };
  if (answer.option_groups) {
    const groups = answer.option_groups.map((group) => ({ label: words(group.label), items: group.options.map(optionItem) }));
    return { groups, note: null };
  }
  return { groups: [{ items: (answer.options ?? []).map(optionItem) }], note: null };
}

async function people(query) {
  return shown(actors().filter((one) => one.kind !== "deleted").map((one) => personItem(one.id)), query);
}

async function publicChannels(query) {
  return shown([...workspace.channels.values()].filter((one) => !one.is_private).map((one) => conversationItem(one.id)), query);
}

/** Everything the reader is in, narrowed by the element's filter. */
async function conversations(query, element, block, scene) {
  const include = element.filter?.include ?? ["im", "mpim", "private", "public"];
  const visible = channelsOf(scene.viewer.id).filter((one) => include.includes(one.is_private ? "private" : "public"));
  const shared = visible.filter((one) => !(element.filter?.exclude_external_shared_channels && one.is_ext_shared));
  const persons = include.includes("im") ? actors().filter((one) => one.kind !== "deleted") : [];
  return shown([...shared, ...persons].map((one) => conversationItem(one.id)), query);
}
