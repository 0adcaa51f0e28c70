/** The `table` and `data_table` blocks. The first row is the heading, as Slack shows it. */

import { h } from "/page/dom.js";
import { richTextParts } from "/page/blocks/rich_text.js";
import { words } from "/page/blocks/text.js";

export function drawTable(block, scene) {
  const [head, ...rest] = block.rows ?? [];
  const settings = block.column_settings ?? [];
  const row = (cells, tag) =>
    h("tr", {}, (cells ?? []).map((cell, index) => {
      const setting = settings[index] ?? {};
      const wrapped = setting.is_wrapped ? " wrapped" : "";
      const scope = tag === "th" ? "col" : null;
      return h(tag, { class: `align-${setting.align ?? "left"}${wrapped}`, scope }, drawCell(cell, scene));
    }));
  const table = h("table", { class: "table" },
    block.caption ? h("caption", {}, words(block.caption)) : null,
    head ? h("thead", {}, row(head, "th")) : null,
    h("tbody", {}, rest.map((cells) => row(cells, "td"))));
  const label = block.caption ? words(block.caption) : "Table";
  return h("div", { class: "block table-frame", role: "region", tabindex: "0", "aria-label": label }, table);
}

function drawCell(cell, scene) {
  if (!cell) return "";
  if (cell.type === "rich_text") return richTextParts(cell, scene);
  if (cell.type === "raw_number") return cell.text ?? String(cell.value ?? cell.number ?? "");
  return cell.text ?? "";
}
