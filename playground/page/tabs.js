/** Where in the workspace a column looks: the app's Messages and Home tabs, and the person's channels. */

import { freshId, h, replace } from "/page/dom.js";
import { icon } from "/page/icons.js";
import { channelIcon, countBadge } from "/page/people.js";
import { channel, channelsOf } from "/page/state.js";
import { placeBelow } from "/page/blocks/buttons.js";

export class PlaceTabs {
  constructor(personId, choose) {
    this.personId = personId;
    this.choose = choose;
    this.counts = new Map();
    this.panelId = freshId("panel");
    this.selected = "app";
    this.lastChannel = null;
    this.strip = h("div", { class: "tabs", role: "tablist", "aria-label": "The app and channels", on: { keydown: (event) => this.key(event) } });
    this.menu = h("div", { class: "menu", role: "menu", popover: "auto", "aria-label": "Channels" });
    this.more = h("button", { type: "button", class: "tabs-more", "aria-haspopup": "menu", "aria-expanded": "false", on: { click: () => this.openMenu() } },
      "Channels", icon("chevron"));
    this.menu.addEventListener("toggle", (event) => this.more.setAttribute("aria-expanded", String(event.newState === "open")));
    this.menu.addEventListener("keydown", (event) => this.menuKey(event));
    this.element = h("div", { class: "tabs-row" }, this.strip, this.more, this.menu);
    this.draw();
  }

  select(place) {
    this.selected = place;
    if (channel(place)) this.lastChannel = place;
    this.draw();
  }

  unread(place) {
    return this.counts.get(place) ?? 0;
  }

  setUnread(place, count) {
    if (this.unread(place) === count) return;
    this.counts.set(place, count);
    this.draw();
  }

  total() {
    return [...this.counts.values()].reduce((sum, one) => sum + one, 0);
  }

  draw() {
    const hadFocus = this.strip.contains(document.activeElement);
    replace(this.strip,
      this.tab("app", "Messages", icon("message")),
      this.tab("home", "Home", icon("home")),
      this.lastChannel ? this.tab(this.lastChannel, channel(this.lastChannel)?.name ?? this.lastChannel, channelIcon(channel(this.lastChannel))) : null);
    const elsewhere = channelsOf(this.personId).filter((one) => one.id !== this.lastChannel).reduce((sum, one) => sum + this.unread(one.id), 0);
    replace(this.more, icon("hash"), h("span", { class: "tabs-more-word" }, "Channels"), countBadge(elsewhere), icon("chevron"));
    this.more.hidden = channelsOf(this.personId).length === 0;
    if (hadFocus) this.strip.querySelector("[aria-selected=true]")?.focus();
  }

  tab(place, label, sign) {
    const selected = this.selected === place;
    const count = this.unread(place);
    return h("button", {
      type: "button", class: "tab", role: "tab", "aria-selected": String(selected), tabindex: selected ? "0" : "-1", "aria-controls": this.panelId,
      dataset: { place }, on: { click: () => this.choose(place) },
    }, sign, h("span", { class: "tab-name" }, label), countBadge(count));
  }

  key(event) {
    const tabs = [...this.strip.children];
    const at = tabs.indexOf(document.activeElement);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tabs.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    const next = tabs[(to + tabs.length) % tabs.length];
    next.focus();
    this.choose(next.dataset.place);
  }

  openMenu() {
    const items = channelsOf(this.personId).map((one) =>
      h("button", {
        type: "button", class: "menu-item", role: "menuitem", tabindex: "-1",
        on: {
          click: () => {
            this.menu.hidePopover();
            this.choose(one.id);
            this.more.focus();
          },
        },
      }, channelIcon(one), one.name, countBadge(this.unread(one.id))));
    replace(this.menu, items);
    this.menu.showPopover();
    placeBelow(this.menu, this.more);
    items[0]?.focus();
  }

  menuKey(event) {
    const items = [...this.menu.children];
    const at = items.indexOf(document.activeElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 }[event.key];
    if (event.key === "Escape") this.more.focus();
    if (to === undefined) return;
    event.preventDefault();
    items[(to + items.length) % items.length].focus();
  }
}
