/** Buttons of every kind, and the overflow menu. */

import { freshId, h, safeAddress } from "/page/dom.js";
import { icon } from "/page/icons.js";
import { changed, send } from "/page/blocks/confirm.js";
import { words } from "/page/blocks/text.js";

export function drawButton(element, block, scene) {
  const style = element.style === "primary" || element.style === "danger" ? ` button-${element.style}` : "";
  const props = {
    class: `button${style}`,
    "aria-label": element.accessibility_label ?? null,
    dataset: { actionId: element.action_id },
  };
  const press = (event) => {
    if (event.currentTarget.getAttribute("aria-busy") === "true") return;
    send(scene, block, element, { type: element.type, value: element.value ?? null }, event.currentTarget);
  };
  const address = element.url ? safeAddress(element.url) : null;
  if (address) {
    // A link button opens its page and tells the app as well.
    return h("a", { ...props, href: address, target: "_blank", rel: "noopener noreferrer", on: { click: press } }, words(element.text));
  }
  return h("button", { ...props, type: "button", on: { click: press } }, words(element.text));
}

export function drawIconButton(element, block, scene) {
  const label = element.accessibility_label ?? words(element.text);
  return h("button", {
    type: "button", class: "button button-icon", "aria-label": label, title: words(element.text),
    on: { click: (event) => send(scene, block, element, { type: element.type, value: element.value ?? null }, event.currentTarget) },
  }, icon("close"));
}

export function drawFeedbackButtons(element, block, scene) {
  const one = (choice) =>
    h("button", {
      type: "button", class: "button button-quiet", "aria-label": choice.accessibility_label ?? null,
      on: { click: (event) => send(scene, block, element, { type: element.type, value: choice.value }, event.currentTarget) },
    }, words(choice.text));
  return h("span", { class: "feedback" }, one(element.positive_button), one(element.negative_button));
}

/** "More actions": a menu button after the pattern of the ARIA practices. */
export function drawOverflow(element, block, scene) {
  const menuId = freshId("overflow");
  const close = (andFocus) => {
    if (menu.matches(":popover-open")) menu.hidePopover();
    button.setAttribute("aria-expanded", "false");
    if (andFocus) button.focus();
  };
  const choose = (option) => {
    close(true);
    changed(scene, block, element, { type: "overflow", selected_option: option }, button, { inInput: false });
  };
  const items = element.options.map((option) => {
    const address = option.url ? safeAddress(option.url) : null;
    const props = { role: "menuitem", class: "menu-item", tabindex: "-1", on: { click: () => choose(option) } };
    if (address) return h("a", { ...props, href: address, target: "_blank", rel: "noopener noreferrer" }, words(option.text));
    return h("button", { ...props, type: "button" }, words(option.text));
  });
  const menu = h("div", { id: menuId, class: "menu", role: "menu", popover: "auto" }, items);
  const open = () => {
    menu.showPopover();
    placeBelow(menu, button);
    button.setAttribute("aria-expanded", "true");
    items[0]?.focus();
  };
  const button = h("button", {
    type: "button", class: "button button-icon overflow", "aria-label": "More actions", "aria-haspopup": "menu",
    "aria-expanded": "false", "aria-controls": menuId, dataset: { actionId: element.action_id },
    on: { click: () => (menu.matches(":popover-open") ? close(true) : open()) },
  }, icon("dots"));
  menu.addEventListener("toggle", (event) => event.newState === "closed" && button.setAttribute("aria-expanded", "false"));
  menu.addEventListener("keydown", (event) => {
    const at = items.indexOf(document.activeElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 }[event.key];
    if (to !== undefined) {
      event.preventDefault();
      items[(to + items.length) % items.length].focus();
    } else if (event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      close(true);
    } else if (event.key === "Tab") {
      close(false);
    }
  });
  return h("span", { class: "overflow-holder" }, button, menu);
}

/** Puts something in the top layer under its control, or above it where there is no room below. */
export function placeBelow(floating, anchor, { matchWidth = false } = {}) {
  const frame = anchor.getBoundingClientRect();
  if (matchWidth) floating.style.setProperty("min-width", `${frame.width}px`);
  const { width, height } = floating.getBoundingClientRect();
  const roomBelow = window.innerHeight - frame.bottom - 8;
  const top = roomBelow >= height || roomBelow >= frame.top ? frame.bottom + 4 : Math.max(8, frame.top - height - 4);
  const left = Math.max(8, Math.min(frame.left, window.innerWidth - width - 8));
  floating.style.setProperty("top", `${top}px`);
  floating.style.setProperty("left", `${left}px`);
  floating.style.setProperty("max-height", `${Math.max(120, Math.min(320, roomBelow >= height || roomBelow >= frame.top ? roomBelow : frame.top - 12))}px`);
}
