// Tables and pictures of sweeps, rankings and sitings, as the server tells them.
import { el, table } from "./make.js";
import { number, percent, probability, t } from "./words.js";

const NONE = "–";
const NUMBERS = ["number", "interval"];
const UNITS = { d: () => t("days"), parcels: () => t("parcels"), share: () => "", CNY: () => t("CNY") };

/** A number in the unit of its column; shares are per cent, and chances never certain. */
function said(value, { unit, name }) {
  if (unit === "share") return name.startsWith("p_") ? probability(value) : percent(value);
  if (unit === "d" && value !== null) return Number(value).toFixed(Math.abs(value) >= 0.995 ? 1 : 2).replace("-", "−");
  return number(value);
}

const CELLS = {
  text: (cell) => cell ?? NONE,
  number: (cell, column) => said(cell, column),
  interval: (cell, column) => {
    const [value, low, high] = cell ?? [null, null, null];
    const ends = low === null || high === null ? null : el("small", {}, t("{low} to {high}", { low: said(low, column), high: said(high, column) }));
    return el("span", {}, el("b", {}, said(value, column)), ends);
  },
  flag: (cell) => (cell === null ? NONE : cell ? t("yes") : t("no")),
};

function head(column) {
  const unit = column.unit ? UNITS[column.unit]?.() ?? column.unit : "";
  const cls = NUMBERS.includes(column.kind) ? "num" : null;
  return el("span", { class: cls }, column.label, unit ? el("small", {}, ` ${unit}`) : null);
}

function cell(value, column) {
  const made = (CELLS[column.kind] ?? CELLS.text)(value, column);
  return NUMBERS.includes(column.kind) ? el("span", { class: "num" }, made) : made;
}

/** A card for each table. */
export function drawTables(node, tables) {
  node.replaceChildren(...tables.map(card));
}

function card(one, index) {
  const id = `table-${index}`;
  const rows = one.rows.map((row) => row.map((value, at) => cell(value, one.columns[at])));
  const more = one.n_more ? el("p", { class: "hint" }, t("{n} further rows are in the files to download.", { n: one.n_more })) : null;
  return el("section", { class: "card rows", "aria-labelledby": id }, el("h2", { id }, one.title), table(one.title, one.columns.map(head), rows, { cls: "told" }), more);
}

/** Pictures that lie in the folder of a result: each opens alone. */
export function drawPictures(node, pictures) {
  const figure = ({ title, address }) => el("figure", {}, el("a", { href: address, target: "_blank", rel: "noopener" }, el("img", { src: address, alt: title, loading: "lazy" })), el("figcaption", {}, title));
  node.replaceChildren(...pictures.map(figure));
}
