/**
 * One list to choose from: type to search, arrows to move, Enter to take. It follows the ARIA practices' combobox
 * with a list box; the list floats in the top layer so that no form cuts it off.
 */

import { freshId, h, replace, settled } from "/page/dom.js";
import { icon } from "/page/icons.js";
import { placeBelow } from "/page/blocks/buttons.js";

const SEARCH_PAUSE_MS = 200;

/**
 * `choices(query)` answers a promise of `{groups: [{label, items}], note}`; an item is `{key, label, description,
 * face, value}`. `onPick(item)` is told of a choice; `chosen` are the items shown as chosen at the start.
 */
export function combobox({ choices, chosen, multiple, most, onPick, onDrop, placeholder, props, searchPause = 0 }) {
  const listId = freshId("choices");
  let items = [];
  let active = -1;
  let asked = 0;
  let picked = [...chosen];

  const chips = h("span", { class: "chips" });
  const input = h("input", {
    ...props, class: "field combobox-input", type: "text", role: "combobox", autocomplete: "off", spellcheck: "false",
    "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": listId, "aria-haspopup": "listbox", placeholder,
  });
  const list = h("div", { class: "listbox", id: listId, role: "listbox", popover: "manual", "aria-label": props["aria-label"] ?? "Choices",
    "aria-multiselectable": multiple ? "true" : null });
  const frame = h("div", { class: `combobox${multiple ? " combobox-multi" : ""}` }, chips, input, icon("chevron"), list);
  const isOpen = () => list.matches(":popover-open");

  function showPicked() {
    if (multiple) {
      replace(chips, picked.map((item) =>
        h("span", { class: "chip" }, item.label,
          h("button", { type: "button", class: "chip-drop", "aria-label": `Remove ${item.label}`, on: { click: () => drop(item) } }, icon("close")))));
      input.placeholder = picked.length ? "" : placeholder;
    } else {
      input.value = picked[0]?.label ?? "";
    }
  }

  function activate(index) {
    active = index;
    const options = list.querySelectorAll("[role=option]");
    options.forEach((option, at) => option.classList.toggle("active", at === index));
    if (options[index]) {
      input.setAttribute("aria-activedescendant", options[index].id);
      options[index].scrollIntoView({ block: "nearest" });
    } else {
      input.removeAttribute("aria-activedescendant");
    }
  }

  function showItems({ groups, note }) {
    items = groups.flatMap((group) => group.items);
    const isPicked = (item) => picked.some((one) => one.key === item.key);
    replace(list, groups.map((group) => {
      const rows = group.items.map((item) =>
        h("div", { class: "option", role: "option", id: freshId("option"), "aria-selected": isPicked(item) ? "true" : "false",
          on: { mousedown: (event) => event.preventDefault(), click: () => pick(item) } },
        item.face ?? null,
        h("span", { class: "option-words" }, h("span", {}, item.label), item.description ? h("span", { class: "option-description" }, item.description) : null),
        isPicked(item) ? icon("check") : null));
      if (!group.label) return rows;
      return h("div", { role: "group", "aria-label": group.label }, h("div", { class: "option-group", "aria-hidden": "true" }, group.label), rows);
    }), note || items.length === 0 ? h("div", { class: "listbox-note", role: "presentation" }, note ?? "Nothing found.") : null);
    activate(items.findIndex(isPicked) >= 0 && !multiple ? items.findIndex(isPicked) : items.length ? 0 : -1);
    if (isOpen()) placeBelow(list, frame, { matchWidth: true });
  }

  async function search(query) {
    asked += 1;
    const mine = asked;
    list.setAttribute("aria-busy", "true");
    const found = await choices(query);
    if (mine !== asked || !isOpen()) return; // A later key has asked again.
    list.removeAttribute("aria-busy");
    showItems(found);
  }
  const searchSoon = searchPause ? settled(search, searchPause) : search;

  function open(query = "") {
    if (!isOpen()) {
      list.showPopover();
      input.setAttribute("aria-expanded", "true");
      replace(list, h("div", { class: "listbox-note" }, "Looking…"));
      placeBelow(list, frame, { matchWidth: true });
    }
    searchSoon(query);
  }

  function close() {
    if (isOpen()) list.hidePopover();
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  }

  async function pick(item) {
    const before = picked;
    if (multiple) {
      if (picked.some((one) => one.key === item.key)) return drop(item);
      if (most && picked.length >= most) return showItems({ groups: [{ items }], note: `At most ${most}.` });
      picked = [...picked, item];
      input.value = "";
    } else {
      picked = [item];
    }
    close();
    showPicked();
    if ((await onPick(picked)) === false) {
      picked = before;
      showPicked();
    }
    return undefined;
  }

  async function drop(item) {
    const before = picked;
    picked = picked.filter((one) => one.key !== item.key);
    showPicked();
    input.focus();
    close();
    if ((await onDrop(picked)) === false) {
      picked = before;
      showPicked();
    }
  }

  input.addEventListener("click", () => (isOpen() ? close() : open()));
  input.addEventListener("focus", () => !multiple && input.select());
  input.addEventListener("input", () => open(input.value));
  input.addEventListener("blur", () => {
    close();
    if (multiple) input.value = "";
    else if (input.value.trim() === "" && picked.length) drop(picked[0]);
    else showPicked();
  });
  input.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      if (!isOpen()) open();
      else if (items.length) activate((active + step + items.length) % items.length);
    } else if (event.key === "Enter" && isOpen()) {
      event.preventDefault();
      event.stopPropagation();
      if (items[active]) pick(items[active]);
    } else if (event.key === "Escape" && isOpen()) {
      event.preventDefault();
      event.stopPropagation();
      close();
      showPicked();
    } else if (event.key === "Backspace" && multiple && input.value === "" && picked.length) {
      drop(picked.at(-1));
    }
  });
  showPicked();
  return frame;
}

export const SEARCH_PAUSE = SEARCH_PAUSE_MS;
