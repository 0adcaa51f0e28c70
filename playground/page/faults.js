/** Faults on demand: what shall go wrong, for which method and whom, and how often. */

import { changeFaults } from "/page/api.js";
import { freshId, h, replace } from "/page/dom.js";
import { icon } from "/page/icons.js";
import { toast } from "/page/live.js";
import { actors, nameOf, on, person, refreshWorkspace, workspace } from "/page/state.js";

const WORDS = {
  slow: "Slow: answers late",
  error_5xx: "Fails with a server error",
  error_after: "Takes effect and answers with an error",
  cut_before: "Cut off before it took effect",
  cut_after: "Cut off after it took effect",
  rate_limited: "Rate limited",
  lost_answer: "The answer is lost",
  deliver_twice: "Delivered twice",
  out_of_order: "Delivered out of order",
};

const COMMON_METHODS = ["chat.postMessage", "chat.update", "chat.postEphemeral", "views.open", "views.update", "views.publish", "conversations.open", "users.info", "users.list", "usergroups.users.update", "command", "block_actions", "block_suggestion", "view_submission", "event"];

/** The kinds that last. */
const TIMED = ["slow", "rate_limited", "lost_answer", "out_of_order"];

const kindOf = (kind) => (typeof kind === "string" ? kind : (kind.kind ?? kind.id));

export class Faults {
  constructor(root) {
    this.list = h("ul", { class: "faults" });
    this.kind = h("select", { class: "field" });
    this.method = h("input", { class: "field", placeholder: "any", list: "methods", spellcheck: "false" });
    this.person = h("select", { class: "field" });
    this.times = h("input", { class: "field", type: "number", min: "1", placeholder: "always" });
    this.seconds = h("input", { class: "field", type: "number", min: "0", step: "0.5", value: "5" });
    const field = (label, control) => {
      control.id = freshId("fault");
      return h("div", { class: "fault-field" }, h("label", { for: control.id }, label), control);
    };
    this.secondsField = field("Seconds", this.seconds);
    this.kind.addEventListener("change", () => this.showSeconds());
    replace(root,
      h("p", { class: "drawer-lead" }, "Networks fail. Choose what goes wrong and watch what the app makes of it."),
      h("form", { class: "fault-form", on: { submit: (event) => this.add(event) } },
        field("What happens", this.kind), field("Method or delivery", this.method), h("datalist", { id: "methods" }, COMMON_METHODS.map((one) => h("option", { value: one }))),
        field("Whom it concerns", this.person), field("How often", this.times), this.secondsField,
        h("button", { type: "submit", class: "button button-primary" }, "Add this fault")),
      h("div", { class: "faults-head" }, h("h3", {}, "In force"), h("button", { type: "button", class: "button button-small", on: { click: () => this.change({ clear: true }) } }, "Clear all")),
      this.list);
    on("faults", () => this.draw());
  }

  draw() {
    const kinds = workspace.faultKinds.length ? workspace.faultKinds.map(kindOf) : Object.keys(WORDS);
    const [kind, whom] = [this.kind.value, this.person.value];
    replace(this.kind, kinds.map((one) => h("option", { value: one, selected: one === kind }, WORDS[one] ?? one)));
    replace(this.person, h("option", { value: "" }, "Everybody"), actors().map((one) => h("option", { value: one.id, selected: one.id === whom }, nameOf(one))));
    this.showSeconds();
    replace(this.list, workspace.faults.map((rule) => this.rule(rule)), workspace.faults.length ? null : h("li", { class: "faults-none" }, "None: everything works."));
  }

  showSeconds() {
    this.secondsField.hidden = !TIMED.includes(this.kind.value);
  }

  rule(rule) {
    const where = rule.method === "*" ? "any method" : rule.method;
    const whom = rule.person ? `for ${nameOf(person(rule.person) ?? { name: rule.person })}` : "for everybody";
    const often = rule.times ? `, ${rule.times} more ${rule.times === 1 ? "time" : "times"}` : "";
    const long = TIMED.includes(rule.kind) ? `, ${rule.seconds} s` : "";
    return h("li", { class: "fault" }, icon("bolt"), h("span", {}, h("strong", {}, WORDS[rule.kind] ?? rule.kind), h("span", { class: "fault-note" }, `${where}, ${whom}${often}${long}`)),
      h("button", { type: "button", class: "icon-button", "aria-label": `Remove: ${WORDS[rule.kind] ?? rule.kind}, ${where}`, on: { click: () => this.change({ remove: rule.id }) } }, icon("close")));
  }

  add(event) {
    event.preventDefault();
    const rule = {
      method: this.method.value.trim() || "*", person: this.person.value || null, kind: this.kind.value,
      times: this.times.value ? Number(this.times.value) : null, seconds: this.secondsField.hidden ? null : Number(this.seconds.value),
    };
    this.change({ add: rule });
  }

  async change(what) {
    const answer = await changeFaults(what);
    if (!answer.ok) toast(answer.error ?? "The faults were not changed.", "error");
    else await refreshWorkspace();
  }
}
