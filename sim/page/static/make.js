// Elements made by code. Texts become text nodes, never markup.

/** An element with attributes, properties (functions become listeners: `onclick`) and children; null children are left out. */
export function el(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === "function") made.addEventListener(key.slice(2), value);
    else if (key === "value" || key === "checked") made[key] = value;
    else made.setAttribute(key, value === true ? "" : value);
  }
  made.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return made;
}

/** The element of an id. */
export const at = (id) => document.getElementById(id);

const scrolled = new ResizeObserver((entries) => entries.forEach(({ target }) => edges(target.closest(".wide"))));

/** Show that a table goes on beyond its edge. */
function edges(node) {
  const rest = node.scrollWidth - node.clientWidth - node.scrollLeft;
  node.classList.toggle("goes-on", rest > 2);
  node.classList.toggle("came-from", node.scrollLeft > 2);
}

/** A node that scrolls sideways, and shows it. */
export function wide(label, child) {
  const node = el("div", { class: "wide", tabindex: "0", role: "region", "aria-label": label }, child);
  node.addEventListener("scroll", () => edges(node), { passive: true });
  scrolled.observe(node);
  scrolled.observe(child);
  return node;
}

/** A table: a caption (seen or not), headings, rows of texts or elements; the first cell of a row is its heading. */
export function table(caption, head, rows, { isCaptionSeen = false, cls = "" } = {}) {
  const heading = (text) => el("th", { scope: "col" }, text);
  const row = ([first, ...rest]) =>
    el("tr", {}, el("th", { scope: "row" }, first), ...rest.map((cell) => el("td", {}, cell)));
  const said = el("caption", { class: isCaptionSeen ? null : "unseen" }, caption);
  const made = el("table", { class: cls || null }, said, el("thead", {}, el("tr", {}, ...head.map(heading))));
  made.append(el("tbody", {}, ...rows.map(row)));
  return wide(caption, made);
}

/** A picture with its table folded below it: what the picture shows, for those who cannot see it. */
export function withTable(chart, summary, caption, head, rows) {
  return [chart, el("details", { class: "table" }, el("summary", {}, summary), table(caption, head, rows, { cls: "numeric" }))];
}

let saying;
/** Say something to those who listen to the page. */
export function say(text) {
  clearTimeout(saying);
  saying = setTimeout(() => (at("said").textContent = text), 50);
}

/** The function, called once things have been quiet for so many milliseconds. */
export function quietly(wait, run) {
  let timer;
  return (...values) => {
    clearTimeout(timer);
    timer = setTimeout(() => run(...values), wait);
  };
}

/** A save of a text as a file. */
export function saved(text, name, kind) {
  const link = el("a", { href: URL.createObjectURL(new Blob([text], { type: kind })), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

/** Show that something went wrong; nothing takes it away. */
export function fault(error) {
  at("fault").textContent = error.message;
  at("fault").hidden = false;
}
