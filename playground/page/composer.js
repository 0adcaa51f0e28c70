/**
 * The line one types into: messages, and commands with their completion.
 *
 * A "/" at the start offers the app's commands with their usage; "@" and "#" offer people and channels. Enter sends,
 * Shift+Enter begins a new line, the arrow up in an empty line brings back what was sent last.
 */

import { freshId, h, replace } from "/page/dom.js";
import { icon } from "/page/icons.js";
import { face } from "/page/people.js";
import { actors, channelsOf, nameOf, workspace } from "/page/state.js";

const MOST_OFFERED = 8;

export class Composer {
  /** `send(text)` answers a promise of true when the line may be emptied. */
  constructor({ personId, label, send, commands = true }) {
    this.personId = personId;
    this.send = send;
    this.commands = commands;
    this.sent = [];
    this.offers = [];
    this.active = -1;
    const listId = freshId("offers");
    this.input = h("textarea", {
      class: "composer-input", rows: 1, role: "combobox", "aria-label": label, "aria-autocomplete": "list", "aria-expanded": "false",
      "aria-controls": listId, autocomplete: "off", spellcheck: "false",
      on: {
        input: () => this.typed(), keydown: (event) => this.key(event), blur: () => this.offer([]),
      },
    });
    this.list = h("div", { class: "offers", id: listId, role: "listbox", "aria-label": "Completions", hidden: true });
    this.hint = h("div", { class: "usage-hint", hidden: true });
    const button = h("button", { type: "button", class: "composer-send", "aria-label": "Send", on: { click: () => this.submit() } }, icon("send"));
    this.element = h("div", { class: "composer" }, this.list, this.hint, h("div", { class: "composer-line" }, this.input, button));
    this.setPlace(label);
  }

  setPlace(label) {
    this.input.setAttribute("aria-label", label);
    this.input.placeholder = this.commands && !label.includes("#") ? `${label} or type /` : label;
  }

  fill(text) {
    this.input.value = text;
    this.input.focus();
    this.input.setSelectionRange(text.length, text.length);
    this.typed();
    this.offer([]);
  }

  disable(reason) {
    this.input.disabled = true;
    this.input.placeholder = reason;
    this.element.classList.add("composer-off");
  }

  grow() {
    this.input.style.setProperty("height", "auto");
    this.input.style.setProperty("height", `${Math.min(this.input.scrollHeight, 160)}px`);
  }

  typed() {
    this.grow();
    const text = this.input.value;
    const upToCaret = text.slice(0, this.input.selectionStart);
    const command = this.commands ? /^\/(\S*)$/.exec(upToCaret) : null;
    const mention = /(^|\s)([@#])([\p{L}\p{N}._-]*)$/u.exec(upToCaret);
    this.showHint(text);
    if (command) this.offer(this.commandOffers(command[1]));
    else if (mention) this.offer(this.nameOffers(mention[2], mention[3]));
    else this.offer([]);
  }

  showHint(text) {
    const name = this.commands && /^(\/\S+)\s/.exec(text)?.[1];
    const command = name ? workspace.app.commands.find((one) => one.command === name) : null;
    this.hint.hidden = !command?.usage_hint;
    if (command) replace(this.hint, h("code", {}, command.command), " ", command.usage_hint);
  }

  commandOffers(begun) {
    return workspace.app.commands
      .filter((one) => one.command.slice(1).toLowerCase().startsWith(begun.toLowerCase()))
      .map((one) => ({
        insert: `${one.command} `, from: 0,
        draw: () => [h("span", { class: "offer-command" }, one.command, " ", h("span", { class: "offer-usage" }, one.usage_hint ?? "")),
          h("span", { class: "offer-note" }, one.description ?? "")],
      }));
  }

  nameOffers(sign, begun) {
    const from = this.input.selectionStart - begun.length - 1;
    const fits = (...names) => names.some((name) => name?.toLowerCase().includes(begun.toLowerCase()));
    if (sign === "#") {
      return channelsOf(this.personId).filter((one) => fits(one.name)).slice(0, MOST_OFFERED)
        .map((one) => ({ insert: `#${one.name} `, from, draw: () => [h("span", { class: "offer-command" }, `#${one.name}`)] }));
    }
    return actors().filter((one) => one.kind !== "deleted" && fits(one.name, one.real_name)).slice(0, MOST_OFFERED)
      .map((one) => ({
        insert: `@${one.name} `, from,
        draw: () => [face(one, "tiny"), h("span", { class: "offer-command" }, nameOf(one)), h("span", { class: "offer-note" }, `@${one.name}`)],
      }));
  }

  offer(offers) {
    this.offers = offers;
    this.active = offers.length ? 0 : -1;
    this.list.hidden = offers.length === 0;
    this.input.setAttribute("aria-expanded", String(offers.length > 0));
    replace(this.list, offers.map((one, index) =>
      h("div", {
        class: "offer", role: "option", id: `${this.list.id}-${index}`,
        on: { mousedown: (event) => event.preventDefault(), click: () => this.take(one) },
      }, one.draw())));
    this.mark();
  }

  mark() {
    [...this.list.children].forEach((one, index) => one.setAttribute("aria-selected", String(index === this.active)));
    if (this.active >= 0) this.input.setAttribute("aria-activedescendant", `${this.list.id}-${this.active}`);
    else this.input.removeAttribute("aria-activedescendant");
    this.list.children[this.active]?.scrollIntoView({ block: "nearest" });
  }

  take(offer) {
    const { value, selectionStart } = this.input;
    const after = value.slice(selectionStart).replace(/^\s/, "");
    this.input.value = value.slice(0, offer.from) + offer.insert + after;
    const caret = offer.from + offer.insert.length;
    this.input.focus();
    this.input.setSelectionRange(caret, caret);
    this.typed();
  }

  key(event) {
    if (event.isComposing) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (this.offers.length) {
      const exact = this.input.value.trim() === this.offers[this.active]?.insert.trim();
      if (step) {
        event.preventDefault();
        this.active = (this.active + step + this.offers.length) % this.offers.length;
        this.mark();
        return;
      }
      if (event.key === "Tab" || (event.key === "Enter" && !event.shiftKey && !exact)) {
        event.preventDefault();
        this.take(this.offers[this.active]);
        return;
      }
      if (event.key === "Escape") {
        event.stopPropagation();
        this.offer([]);
        return;
      }
    }
    if (event.key === "ArrowUp" && this.input.value === "" && this.sent.length) {
      event.preventDefault();
      this.fill(this.sent.at(-1));
    } else if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      this.submit();
    }
  }

  async submit() {
    const text = this.input.value.trim();
    if (!text || this.input.disabled) return;
    this.sent.push(text);
    this.input.value = "";
    this.typed();
    const taken = await this.send(text);
    if (!taken && this.input.value === "") this.fill(text);
  }
}
