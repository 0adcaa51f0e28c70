/**
 * Building elements. Data enters the page here as text nodes and attributes only; nothing in this page ever parses
 * a string as HTML, so a message can never become markup.
 */

/** Properties that are set as such because the attribute of the same name only holds their first value. */
const PROPERTIES = new Set(["value", "checked", "indeterminate", "disabled", "hidden", "selected"]);

/**
 * One element. `props` are attributes, with three exceptions: `on` maps event names to listeners, `dataset` maps
 * data attributes, and anything null, undefined or false is left out. Children may be nested arrays, null or text.
 */
export function h(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === null || value === undefined || (value === false && !PROPERTIES.has(name))) continue;
    if (name === "on") {
      for (const [event, listener] of Object.entries(value)) element.addEventListener(event, listener);
    } else if (name === "dataset") {
      for (const [key, data] of Object.entries(value)) if (data != null) element.dataset[key] = data;
    } else if (PROPERTIES.has(name)) {
      element[name] = value;
    } else {
      element.setAttribute(name, value === true ? "" : String(value));
    }
  }
  append(element, children);
  return element;
}

export function append(parent, children) {
  for (const child of children.flat(Infinity)) {
    if (child === null || child === undefined || child === false || child === "") continue;
    parent.append(child);
  }
}

export function replace(parent, ...children) {
  const fresh = document.createDocumentFragment();
  append(fresh, children);
  parent.replaceChildren(fresh);
}

let lastId = 0;

/** An id that is unique in this document, for labels and what they describe. */
export function freshId(stem) {
  lastId += 1;
  return `${stem}-${lastId}`;
}

/** Calls `work` once, `milliseconds` after the last of a burst of calls. */
export function settled(work, milliseconds) {
  let timer = null;
  const call = (...args) => {
    clearTimeout(timer);
    timer = setTimeout(() => work(...args), milliseconds);
  };
  call.cancel = () => clearTimeout(timer);
  return call;
}

/**
 * Brings `parent`'s children in line with `items`, touching only what changed. `keyOf` names an item, `signatureOf`
 * says whether it looks the same as before, `draw` makes its element.
 */
export function reconcile(parent, items, keyOf, signatureOf, draw) {
  const known = new Map();
  for (const child of parent.children) known.set(child.dataset.key, child);
  let place = parent.firstElementChild;
  for (const item of items) {
    const key = keyOf(item);
    const signature = signatureOf(item);
    let child = known.get(key);
    known.delete(key);
    if (!child || child.signature !== signature) {
      const fresh = draw(item, child ?? null);
      fresh.dataset.key = key;
      fresh.signature = signature;
      if (child) {
        const hadFocus = child.contains(document.activeElement);
        if (place === child) place = fresh;
        child.replaceWith(fresh);
        if (hadFocus) takeFocus(fresh);
      }
      child = fresh;
    }
    if (child === place) place = place.nextElementSibling;
    else parent.insertBefore(child, place);
  }
  for (const gone of known.values()) gone.remove();
}

/** What was pressed is gone after a redraw; the focus stays where the reader was instead of jumping to the top. */
function takeFocus(element) {
  if (!element.hasAttribute("tabindex")) element.setAttribute("tabindex", "-1");
  element.focus({ preventScroll: true });
}

/** Only addresses that lead to a page or a mail; anything else (`javascript:` first of all) is no link. */
export function safeAddress(address) {
  return /^(https?:|mailto:|tel:)/i.test(address.trim()) ? address.trim() : null;
}
