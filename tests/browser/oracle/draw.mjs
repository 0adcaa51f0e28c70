// Draws payloads with slack-blocks-to-jsx: a JSON list of block lists on standard input, a JSON list of HTML on
// standard output. It is the second opinion that the page's own drawing is compared with.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";

const require = createRequire(import.meta.url);
const { createElement } = require("react");
const { renderToStaticMarkup } = require("react-dom/server");
const { Message } = require("slack-blocks-to-jsx");

const { payloads, data, now } = JSON.parse(readFileSync(0, "utf8"));

// The library reads the machine's clock for "2 hours ago"; here the clock stands at the workspace's moment.
const RealDate = Date;
globalThis.Date = class extends RealDate {
  constructor(...given) {
    super(...(given.length ? given : [now * 1000]));
  }
  static now() {
    return now * 1000;
  }
};

const draw = (blocks) =>
  renderToStaticMarkup(createElement(Message, { blocks, logo: "", name: "app", data, withoutWrapper: true }));
process.stdout.write(JSON.stringify(payloads.map(draw)));
