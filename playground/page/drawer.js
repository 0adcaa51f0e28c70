/** The drawer at the side with the tools of a developer: the inspector and the faults. */

import { h, replace } from "/page/dom.js";
import { Faults } from "/page/faults.js";
import { icon } from "/page/icons.js";
import { Inspector } from "/page/inspector.js";

export class Drawer {
  constructor(root, onToggle) {
    this.root = root;
    this.onToggle = onToggle;
    const inspectorPanel = h("div", { class: "drawer-panel", role: "tabpanel", id: "panel-inspector", "aria-labelledby": "tab-inspector" });
    const faultsPanel = h("div", { class: "drawer-panel drawer-panel-padded", role: "tabpanel", id: "panel-faults", "aria-labelledby": "tab-faults" });
    this.panels = { inspector: inspectorPanel, faults: faultsPanel };
    this.inspector = new Inspector(inspectorPanel);
    this.faults = new Faults(faultsPanel);
    this.tabs = h("div", { class: "tabs", role: "tablist", "aria-label": "Tools", on: { keydown: (event) => this.key(event) } }, this.tab("inspector", "Inspector", "list"), this.tab("faults", "Faults", "bolt"));
    replace(root, h("header", { class: "drawer-head" }, this.tabs, h("button", { type: "button", class: "icon-button", "aria-label": "Close the tools", on: { click: () => this.close() } }, icon("close"))), inspectorPanel, faultsPanel);
    root.addEventListener("keydown", (event) => event.key === "Escape" && this.close());
    this.showing = null;
  }

  tab(name, label, sign) {
    return h("button", { type: "button", class: "tab", role: "tab", id: `tab-${name}`, "aria-controls": `panel-${name}`, dataset: { name }, on: { click: () => this.show(name) } }, icon(sign), label);
  }

  key(event) {
    if (event.key !== "ArrowRight" && event.key !== "ArrowLeft") return;
    const other = this.showing === "inspector" ? "faults" : "inspector";
    this.show(other);
  }

  show(name, opener = null) {
    this.opener = opener ?? this.opener;
    this.showing = name;
    this.root.hidden = false;
    for (const tab of this.tabs.children) {
      const selected = tab.dataset.name === name;
      tab.setAttribute("aria-selected", String(selected));
      tab.setAttribute("tabindex", selected ? "0" : "-1");
      if (selected) tab.focus();
    }
    for (const [key, panel] of Object.entries(this.panels)) panel.hidden = key !== name;
    this.inspector.open(name === "inspector");
    if (name === "faults") this.faults.draw();
    this.onToggle();
  }

  toggle(name, opener) {
    if (this.showing === name) this.close();
    else this.show(name, opener);
  }

  close() {
    this.root.hidden = true;
    this.showing = null;
    this.inspector.open(false);
    this.opener?.focus();
    this.onToggle();
  }
}
