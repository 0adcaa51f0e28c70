/** Our own icons: strokes on a 20 by 20 grid, drawn in the colour of the text around them. */

const SHAPES = {
  alert: "M10 3.2 18 16.8H2Z M10 8v4 M10 14.3v.1",
  back: "M12 4.5 6.5 10l5.5 5.5",
  bolt: "M11 2.5 4.5 11.5H10L9 17.5l6.5-9H10Z",
  bot: "M4 8.5A2.5 2.5 0 0 1 6.5 6h7A2.5 2.5 0 0 1 16 8.5v5a2.5 2.5 0 0 1-2.5 2.5h-7A2.5 2.5 0 0 1 4 13.5Z M10 6V3.5 M7.7 10.5v1 M12.3 10.5v1",
  calendar: "M3.5 5.5h13v11h-13Z M3.5 9h13 M7 3.5v3 M13 3.5v3",
  check: "M4 10.5 8.2 14.7 16 6",
  chevron: "M5.5 8 10 12.5 14.5 8",
  clock: "M10 2.8a7.2 7.2 0 1 1 0 14.4 7.2 7.2 0 0 1 0-14.4Z M10 6v4.2l2.8 1.7",
  close: "M5 5l10 10 M15 5 5 15",
  copy: "M7 7h9v9H7Z M4 13V4h9",
  dots: "M4.5 10h.1 M10 10h.1 M15.5 10h.1",
  eye: "M2.5 10S5.3 5 10 5s7.5 5 7.5 5-2.8 5-7.5 5-7.5-5-7.5-5Z M10 8a2 2 0 1 1 0 4 2 2 0 0 1 0-4Z",
  file: "M5 2.8h6.5L15.5 7v10.2H5Z M11.3 3v4.2h4",
  hash: "M8 3.5 6.5 16.5 M13.5 3.5 12 16.5 M3.8 7.5h13 M3.2 12.5h13",
  home: "M3.5 9.2 10 3.5l6.5 5.7V16.5h-4.3v-4.3H7.8v4.3H3.5Z",
  info: "M10 2.8a7.2 7.2 0 1 1 0 14.4 7.2 7.2 0 0 1 0-14.4Z M10 9v4.5 M10 6.5v.1",
  list: "M7 5h10 M7 10h10 M7 15h10 M3.2 5h.1 M3.2 10h.1 M3.2 15h.1",
  lock: "M5 9h10v7.5H5Z M7 9V6.5a3 3 0 0 1 6 0V9",
  menu: "M3.5 5.5h13 M3.5 10h13 M3.5 14.5h13",
  message: "M3 4.5h14v9.5H9.5L6 17v-3H3Z",
  minus: "M4.5 10h11",
  moon: "M16.5 12.3A7 7 0 0 1 7.7 3.5a7 7 0 1 0 8.8 8.8Z",
  next: "M4.5 4.5 11 10l-6.5 5.5Z M14.8 4.5v11",
  pause: "M7 4.5v11 M13 4.5v11",
  play: "M6 4 15.5 10 6 16Z",
  reply: "M8 5 3.5 9.5 8 14 M3.5 9.5H12a4.5 4.5 0 0 1 4.5 4.5v1.5",
  search: "M8.8 3.5a5.3 5.3 0 1 1 0 10.6 5.3 5.3 0 0 1 0-10.6Z M12.8 12.8 17 17",
  send: "M3.5 10 16.5 4l-4.7 12.5-2.5-5.3Z",
  sun: "M10 6.8a3.2 3.2 0 1 1 0 6.4 3.2 3.2 0 0 1 0-6.4Z M10 2.2v1.6 M10 16.2v1.6 M2.2 10h1.6 M16.2 10h1.6 M4.5 4.5l1.1 1.1 M14.4 14.4l1.1 1.1 M15.5 4.5l-1.1 1.1 M5.6 14.4l-1.1 1.1",
};

const SVG = "http://www.w3.org/2000/svg";

/** A decorative icon; whatever carries it has words of its own for a screen reader. */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 20 20");
  svg.setAttribute("class", `icon icon-${name}`);
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("focusable", "false");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", SHAPES[name]);
  svg.append(path);
  return svg;
}
