/** Where the page begins: fetch the workspace, draw it, and keep it right while the server speaks. */

import { listen } from "/page/api.js";
import { ClockBar } from "/page/clock.js";
import { Columns } from "/page/columns.js";
import { h, replace, settled } from "/page/dom.js";
import { Drawer } from "/page/drawer.js";
import { icon } from "/page/icons.js";
import { toast } from "/page/live.js";
import { Sidebar } from "/page/sidebar.js";
import { on, refreshWorkspace, workspace } from "/page/state.js";
import { Story } from "/page/story.js";

const TRANSPORT_WORDS = { http: "over HTTP", socket: "over a socket" };

const byId = (id) => document.getElementById(id);

/** Whether the server answers. */
let linked = true;

const columns = new Columns(byId("columns"), byId("switcher"));
new Sidebar(byId("sidebar"), columns, () => showSidebar(false));
new ClockBar(byId("clock-bar"), byId("clock-stops"), () => columns.tick());
const story = new Story(byId("story"), columns);
const drawer = new Drawer(byId("drawer"), drawTools);

function drawApp() {
  byId("team-name").textContent = workspace.team.name === "Playground" ? "" : workspace.team.name;
  document.title = workspace.team.name ? `${workspace.team.name} · Playground` : "Playground";
  const { app } = workspace;
  const words = !linked ? "Playground offline" : app.name ? `${app.name} ${app.connected ? "connected" : "offline"}` : "No app";
  const status = byId("app-status");
  status.title = !linked ? "The playground does not answer" : app.connected ? `${app.name} is connected ${TRANSPORT_WORDS[app.transport] ?? ""}`.trim() : `${app.name || "The app"} is not connected`;
  if (status.textContent === words) return;
  replace(status, h("span", { class: `dot ${linked && app.connected ? "dot-on" : "dot-off"}`, "aria-hidden": "true" }), h("span", { class: "app-status-words" }, words));
}

function isDark() {
  const chosen = document.documentElement.dataset.theme;
  return chosen ? chosen === "dark" : window.matchMedia("(prefers-color-scheme: dark)").matches;
}

function turnTheme() {
  const theme = isDark() ? "light" : "dark";
  document.documentElement.dataset.theme = theme;
  try {
    localStorage.setItem("playground.theme", theme);
  } catch {
    // Without storage the choice lasts until the page is left.
  }
  drawTools();
}

function drawTools() {
  const focused = document.activeElement?.dataset?.tool;
  const tool = (name, label, sign, work, pressed = null) =>
    h("button", { type: "button", class: "tool", title: label, dataset: { tool: name }, "aria-pressed": pressed === null ? null : String(pressed), on: { click: (event) => work(event.currentTarget) } },
      icon(sign), h("span", { class: "tool-label" }, label), name === "faults" && workspace.faults.length ? h("span", { class: "count" }, String(workspace.faults.length)) : null);
  replace(byId("tools"),
    tool("inspector", "Inspector", "list", (button) => drawer.toggle("inspector", button), drawer.showing === "inspector"),
    tool("faults", "Faults", "bolt", (button) => drawer.toggle("faults", button), drawer.showing === "faults"),
    tool("theme", isDark() ? "Light" : "Dark", isDark() ? "sun" : "moon", turnTheme));
  const again = [...byId("tools").children].find((one) => one.dataset.tool === focused);
  again?.focus();
  drawer.opener = drawer.showing ? [...byId("tools").children].find((one) => one.dataset.tool === drawer.showing) : null;
}

function showSidebar(open) {
  byId("sidebar").classList.toggle("sidebar-shown", open);
  byId("menu-button").setAttribute("aria-expanded", String(open));
}

const refreshSoon = settled(() => refreshWorkspace().catch(() => {}), 60);

/** An event says only that something changed; what it was is fetched. */
function hear(event) {
  switch (event.kind) {
    case "exchange":
      drawer.inspector.hear();
      return;
    case "clock":
    case "faults":
    case "app":
    case "story":
    case "people":
    case "channels":
      refreshSoon();
      return;
    case "reconnected":
      refreshSoon();
      columns.refreshAll();
      return;
    default:
      columns.hear(event);
  }
}

on("workspace", drawApp);
on("faults", drawTools);
byId("menu-button").append(icon("menu"));
byId("menu-button").addEventListener("click", () => showSidebar(!byId("sidebar").classList.contains("sidebar-shown")));
document.addEventListener("keydown", (event) => event.key === "Escape" && showSidebar(false));
window.addEventListener("resize", settled(() => columns.forms.draw(), 100));

try {
  await refreshWorkspace();
  columns.restore();
  story.draw();
  document.documentElement.dataset.ready = "yes";
} catch (problem) {
  replace(byId("columns"), h("p", { class: "columns-empty", role: "alert" }, `The workspace could not be opened: ${problem.message}. Reload to try again.`));
}

listen(hear, (isLinked) => {
  if (!isLinked && linked) toast("The playground does not answer; trying again.", "error");
  linked = isLinked;
  drawApp();
});
