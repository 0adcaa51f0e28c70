/** A thread, laid over its person's column until they go back. */

import { act, getThread } from "/page/api.js";
import { Composer } from "/page/composer.js";
import { h, replace } from "/page/dom.js";
import { icon } from "/page/icons.js";
import { rowsOf, showRows } from "/page/messages.js";
import { placeName } from "/page/people.js";
import { messageScene } from "/page/scenes.js";

export class Thread {
  constructor(column) {
    this.column = column;
    this.shown = null;
    this.element = h("section", { class: "thread", hidden: true, "aria-label": "Thread" });
  }

  async open(message) {
    const { column } = this;
    this.shown = { channel: message.channel ?? column.channelId, ts: message.thread_ts ?? message.ts };
    this.list = h("ol", { class: "messages" });
    const composer = new Composer({ personId: column.personId, label: "Reply", send: (text) => this.reply(text), commands: false });
    const back = h("button", { type: "button", class: "icon-button", "aria-label": "Back to the conversation", on: { click: () => this.close() } }, icon("back"));
    replace(this.element, h("header", { class: "thread-head" }, back, h("h3", {}, "Thread"), h("span", {}, placeName(column.place))),
      h("div", { class: "scroller", tabindex: "0" }, this.list), composer.element);
    this.element.hidden = false;
    column.element.classList.add("shows-thread");
    await this.refresh();
    composer.input.focus();
  }

  async refresh() {
    if (!this.shown) return;
    const { column } = this;
    const { channel, ts } = this.shown;
    const told = await getThread(column.personId, channel, ts);
    if (!this.shown) return;
    const rows = rowsOf(told.messages, { tz: column.someone?.tz, firstUnread: null, inThread: true });
    showRows(this.list, rows, (message) => messageScene(column.personId, message, channel, column.sceneHooks()), { openThread: null });
  }

  async reply(text) {
    const { column } = this;
    if (text.startsWith("/")) {
      column.notice(`${text.split(" ")[0]} is not supported in threads.`);
      return false;
    }
    const answer = await act(column.personId, "say", { channel: this.shown.channel, text, thread_ts: this.shown.ts });
    if (!answer.ok) column.notice(answer.error);
    await this.refresh();
    return answer.ok;
  }

  close() {
    this.shown = null;
    this.element.hidden = true;
    this.column.element.classList.remove("shows-thread");
  }
}
