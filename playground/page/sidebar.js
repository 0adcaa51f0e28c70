/** The left side: everybody one can be, and the channels. */

import { freshId, h, reconcile, replace } from "/page/dom.js";
import { icon } from "/page/icons.js";
import { channelIcon, countBadge, face, kindBadge } from "/page/people.js";
import { actors, nameOf, on, workspace } from "/page/state.js";

const MOST_SHOWN = 60;
const ORDER = { member: 0, guest: 1, stranger: 2, deleted: 3 };

export class Sidebar {
  constructor(root, columns, onChoice) {
    this.columns = columns;
    this.onChoice = onChoice;
    this.query = "";
    const searchId = freshId("find");
    this.search = h("input", { class: "field sidebar-search", id: searchId, type: "search", placeholder: "Find people and channels", "aria-label": "Find people and channels",
      on: {
        input: () => {
          this.query = this.search.value.trim().toLowerCase();
          this.draw();
        },
      } });
    this.people = h("ul", { class: "sidebar-list" });
    this.note = h("p", { class: "sidebar-more" });
    this.channels = h("ul", { class: "sidebar-list" });
    this.peopleCount = h("span", { class: "sidebar-count" });
    replace(root,
      h("div", { class: "sidebar-find" }, icon("search"), this.search),
      h("h2", { class: "sidebar-heading" }, "People ", this.peopleCount), this.people, this.note,
      h("h2", { class: "sidebar-heading" }, "Channels"), this.channels);
    on("workspace", () => this.draw());
    on("columns", () => this.draw());
  }

  draw() {
    const fits = (...texts) => texts.some((text) => text?.toLowerCase().includes(this.query));
    const everybody = actors().sort((a, b) => (ORDER[a.kind] ?? 0) - (ORDER[b.kind] ?? 0));
    const found = everybody.filter((one) => fits(one.name, one.real_name, one.title, one.email));
    const focused = document.activeElement?.dataset?.entry;
    this.peopleCount.textContent = String(everybody.length);
    const looks = (one) => JSON.stringify([one, this.columns.unreadOf(one.id), Boolean(this.columns.of(one.id))]);
    reconcile(this.people, found.slice(0, MOST_SHOWN), (one) => one.id, looks, (one) => this.personEntry(one));
    const channels = [...workspace.channels.values()].filter((one) => fits(one.name));
    reconcile(this.channels, channels, (one) => one.id, JSON.stringify, (one) => this.channelEntry(one));
    const more = found.length - MOST_SHOWN;
    this.note.textContent = more > 0 ? `${more} more; search for a name.` : found.length ? "" : "Nobody of that name.";
    if (focused) [...document.querySelectorAll("[data-entry]")].find((one) => one.dataset.entry === focused)?.focus({ preventScroll: true });
  }

  personEntry(one) {
    const isOpen = Boolean(this.columns.of(one.id));
    const unread = this.columns.unreadOf(one.id);
    return h("li", {}, h("button", {
      type: "button", class: `entry entry-${one.kind}${isOpen ? " entry-open" : ""}`, dataset: { entry: one.id }, "aria-current": isOpen ? "true" : null,
      on: {
        click: () => {
          this.onChoice();
          this.columns.show(one.id);
        },
      },
    }, face(one, "small"),
    h("span", { class: "entry-words" }, h("span", { class: "entry-name" }, nameOf(one)), h("span", { class: "entry-note" }, one.presence_note || one.title || one.email || "")),
    kindBadge(one), countBadge(unread)));
  }

  channelEntry(one) {
    return h("li", {}, h("button", {
      type: "button", class: "entry entry-channel", dataset: { entry: one.id },
      on: {
        click: () => {
          this.onChoice();
          this.columns.showChannel(one.id);
        },
      },
    }, channelIcon(one), h("span", { class: "entry-words" }, h("span", { class: "entry-name" }, one.name)),
    one.is_ext_shared ? h("span", { class: "badge badge-stranger", title: "Shared with another company" }, "Shared") : null,
    h("span", { class: "entry-members", title: `${one.members.length} members` }, String(one.members.length), h("span", { class: "visually-hidden" }, " members"))));
  }
}
