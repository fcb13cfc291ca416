// Parcels that leave by month beside what is reported of them; and all that is reported beside what is simulated.
import { GREY, INK, axis, chart, forget, tooltip } from "./charts.js";
import { legend, line, LEGEND, tall } from "./curves.js";
import { el, table, withTable } from "./make.js";
import { month, number, percent, t } from "./words.js";

const ROW = 46;
const REPORTED = "#8a4b00";
const BAND = "#d9c3a3";

const isLevel = (one) => one.column === "shipped" && one.table === "flows";
const key = (routes) => [...routes].sort().join(" ");

/** Draw the volumes: of the routes that a report is about first, of all or others by choice. */
export function drawVolumes(node, result) {
  const sets = setsOf(result);
  const pick = el("select", { onchange: () => show(Number(pick.value)) }, ...sets.map((one, index) => el("option", { value: index }, one.title)));
  const drawn = el("div", {});
  node.replaceChildren(el("label", { class: "pick", hidden: sets.length < 2 }, t("Routes"), " ", pick), drawn);
  const show = (index) => curves(drawn, result, sets[index]);
  return show(0);
}

/** Sets of routes: those that something is reported of, then all. */
function setsOf(result) {
  const { reported = [], series } = result.months;
  const names = new Map(series.flatMap((one) => one.routes ?? []).map((route) => [route.id, route.name]));
  const all = { routes: [], title: t("all routes") };
  const sets = new Map(reported.filter(isLevel).map((one) => [key(one.routes), { routes: one.routes, title: one.routes.map((route) => names.get(route) ?? route).join(t(", ")) || all.title }]));
  return [...sets.values(), ...(sets.has("") ? [] : [all])];
}

/** What leaves a month by the routes of a set. */
function shipped(one, routes) {
  if (!routes.length) return one.shipped;
  const own = one.routes.filter((route) => routes.includes(route.id));
  return one.shipped.map((_, index) => own.reduce((sum, route) => sum + (route.shipped[index] ?? 0), 0));
}

function curves(node, result, { routes, title }) {
  const { months, series, reported = [] } = result.months;
  const shown = series.map((one) => ({ ...one, values: shipped(one, routes) }));
  const levels = reported.filter((one) => isLevel(one) && key(one.routes) === key(routes)).map((one) => ({ ...one, from: months.indexOf(one.first), to: months.indexOf(one.last) })).filter((one) => one.from >= 0 && one.to >= one.from);
  const extra = levels.length ? 1 : 0;
  const said = t("Lines of parcels that leave by month, one for each plan; the table below has the numbers.");
  const drawn = el("div", { class: "chart", role: "img", style: tall(shown.length + extra), "aria-label": `${said} ${title}.` });
  forget(node);
  const rows = months.map((name, index) => [month(name), ...shown.map((one) => number(one.values[index]))]);
  node.replaceChildren(
    ...withTable(drawn, t("The same as a table"), t("Parcels that leave a month"), [t("month"), ...shown.map((one) => one.title)], rows),
    ...(extra ? [el("p", { class: "hint" }, t("Dotted: reported totals divided by their months, as reports give no months; the stroke across is what the report may be off by."))] : []),
  );
  const last = t("reported, mean month");
  return chart(drawn, () => ({
    grid: { left: 58, right: 12, top: 16, bottom: 34 + LEGEND * (shown.length + extra) },
    tooltip: tooltip((values) => [month(months[values[0].dataIndex]), ...values.filter((one) => one.seriesType === "line" && one.value !== null).map((one) => `${one.seriesName}: ${number(one.value)}`)], { trigger: "axis" }),
    legend: legend([...shown.map((one) => one.title), ...(extra ? [last] : [])]),
    xAxis: axis({ type: "category", data: months.map(month) }),
    yAxis: axis({ type: "value", axisLabel: { formatter: (value) => number(value) } }),
    series: [...shown.map((one, index) => line(one.title, index, one.values)), ...levels.flatMap((one) => level(one, last, months))],
  }));
}

/** A reported total as a level over its months, and how far it may be off as a stroke in their middle. */
function level(one, name, months) {
  const n = one.to - one.from + 1;
  const [low, high] = [one.low ?? one.value, one.high ?? one.value].map((value) => value / n);
  const middle = Math.round((one.from + one.to) / 2);
  return [
    { type: "line", name, z: 6, data: months.map((_, index) => (index >= one.from && index <= one.to ? one.mean_month : null)), symbol: "none", color: REPORTED, lineStyle: { type: "dotted", width: 3.5, color: REPORTED } },
    { type: "custom", name, z: 7, silent: true, color: REPORTED, data: [[middle, one.mean_month, low, high]], encode: { x: 0, y: [1, 2, 3] }, renderItem: whisker, tooltip: { show: false } },
  ];
}

function whisker(_, api) {
  const [middle, top, bottom] = [1, 3, 2].map((dimension) => api.coord([api.value(0), api.value(dimension)]));
  const stroke = (x1, y1, x2, y2) => ({ type: "line", shape: { x1, y1, x2, y2 }, style: { stroke: REPORTED, lineWidth: 2 } });
  const cap = ([x, y]) => stroke(x - 5, y, x + 5, y);
  return { type: "group", children: [stroke(top[0], top[1], bottom[0], bottom[1]), cap(top), cap(bottom), { type: "circle", shape: { cx: middle[0], cy: middle[1], r: 4.5 }, style: { fill: REPORTED, stroke: "#fff", lineWidth: 1 } }] };
}

// -- all reports ------------------------------------------------------------------------------------------------------

const base = (result) => result.plans.find((plan) => plan.isBase);
const ofReport = (one, value) => (one.value && Number.isFinite(value) ? value / one.value : null);

/** What is reported beside what the baseline simulates: points on a scale where the report is 100. */
export function drawReported(node, result) {
  const rows = result.months.reported;
  const own = base(result);
  const points = rows.map((one) => ofReport(one, one.simulated[own.name]));
  const drawn = el("div", { class: "chart", role: "img", style: `height:${rows.length * ROW + 58}px`, "aria-label": t("Points of what is simulated on a scale where each report is 100 %, with bars of what the report may be off by; the table below has the numbers.") });
  node.replaceChildren(drawn, el("p", { class: "hint" }, t("Point: what the baseline simulates. Bar: what the report may be off by (95 %). Some of these reports served to calibrate.")), el("details", { class: "table" }, el("summary", {}, t("The same as a table")), numbers(rows, own, points)));
  return chart(drawn, (width) => ratios(rows, points, width, own.title));
}

const said = (one, value) => `${number(value)} ${t(one.unit)}`;
const off = (share) => (share === null ? "–" : `${share > 1 ? "+" : ""}${percent(share - 1)}`);

function numbers(rows, own, points) {
  const head = [t("report"), t("months"), t("reported"), t("simulated"), t("difference"), t("row and source")];
  const cells = (one, index) => [one.what, one.months_said, el("span", {}, el("b", {}, said(one, one.value)), one.low === null ? null : el("small", {}, t("{low} to {high}", { low: number(one.low), high: number(one.high) }))), said(one, one.simulated[own.name]), off(points[index]), `${one.row}; ${one.source}`];
  return table(t("What is reported, and what the baseline simulates"), head, rows.map(cells), { cls: "reports" });
}

function ratios(rows, points, width, name) {
  const left = Math.min(330, width * 0.45);
  const ends = rows.map((one) => [ofReport(one, one.low) ?? 1, ofReport(one, one.high) ?? 1]);
  const all = [...points.map((value) => value ?? 1), ...ends.flat()];
  const [least, most] = [Math.min(0.9, ...all), Math.max(1.1, ...all)];
  return {
    grid: { left, right: 22, top: 8, bottom: 46 },
    tooltip: tooltip(({ dataIndex }) => [rows[dataIndex].what, rows[dataIndex].months_said, `${t("reported")}: ${said(rows[dataIndex], rows[dataIndex].value)}`, `${name}: ${percent(points[dataIndex])}`], { trigger: "item" }),
    xAxis: axis({ type: "value", min: Math.floor(least * 20 - 0.2) / 20, max: Math.ceil(most * 20 + 0.2) / 20, name: t("simulated, for each 100 % reported"), nameLocation: "middle", nameGap: 26, nameTextStyle: { color: GREY, align: "center", padding: 0 }, axisLabel: { formatter: (value) => percent(value) } }),
    yAxis: axis({ type: "category", inverse: true, data: rows.map((one) => `${one.what}`), axisLabel: { width: left - 16, overflow: "break", fontSize: 11, lineHeight: 13, color: INK, interval: 0, hideOverlap: false } }),
    series: [
      { type: "custom", silent: true, z: 2, data: ends.map((pair, index) => [...pair, index]), encode: { x: [0, 1], y: 2 }, renderItem: bar, markLine: { silent: true, symbol: "none", label: { show: false }, lineStyle: { color: REPORTED, type: "solid", width: 1.5 }, data: [{ xAxis: 1 }] } },
      { type: "scatter", z: 5, symbol: "circle", symbolSize: 11, itemStyle: { color: "#fff", borderColor: INK, borderWidth: 2.5 }, data: points.map((value, index) => [value, index]) },
    ],
  };
}

function bar(_, api) {
  const [[x1, y], [x2]] = [0, 1].map((dimension) => api.coord([api.value(dimension), api.value(2)]));
  return { type: "rect", shape: { x: x1, y: y - 7, width: Math.max(x2 - x1, 1.5), height: 14 }, style: { fill: BAND } };
}
