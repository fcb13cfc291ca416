// Differences of plans with both intervals: thin over what is not known, thick the error of the runs alone.
import { COLOURS, FONT, GREY, INK, axis, chart, tooltip } from "./charts.js";
import { el, withTable } from "./make.js";
import { number, t } from "./words.js";

const SHOWN = ["parcels", "days", "promise", "net-benefit"];
/** Height of a row: names take up to three lines where there is little room. */
const row = (node) => (node.clientWidth > 760 ? 32 : 44);

/** Draw the panels, one for each figure, side by side where there is room. */
export function drawDifferences(node, plans) {
  const own = plans.filter((plan) => !plan.isBase);
  const names = SHOWN.filter((name) => own.some((plan) => has(plan, name)));
  const drawn = el("div", { class: "chart", role: "img", "aria-label": t("Points with intervals, a panel for each figure, a row for each plan; the table below has the numbers.") });
  const note = el("p", { class: "hint" }, t("Point: the difference from the baseline. Thin line: 95 % credible interval over what is not known. Thick line: 95 % interval of the error of the runs alone."));
  const rows = own.map((plan) => [plan.title, ...names.map((name) => figure(plan, name)?.said ?? "–")]);
  node.replaceChildren(...withTable(drawn, t("The same as a table"), t("Differences from the baseline, a year"), [t("plan"), ...names.map((name) => figure(own[0], name)?.title ?? name)], rows), note);
  const columns = () => (node.clientWidth > 760 ? names.length : node.clientWidth > 480 ? 2 : 1);
  const tall = () => Math.ceil(names.length / columns()) * (own.length * row(node) + 92);
  drawn.style.height = `${tall()}px`;
  return chart(drawn, (width) => {
    drawn.style.height = `${tall()}px`;
    return panels(own, names, columns(), width, row(node));
  });
}

const figure = (plan, name) => plan.figures.find((one) => one.name === name);
const has = (plan, name) => Number.isFinite(figure(plan, name)?.value);

function panels(plans, names, columns, width, tallRow) {
  const left = Math.min(190, Math.max(124, width * 0.2));
  const room = (width - left - 12) / columns;
  const high = plans.length * tallRow + 92;
  const grid = names.map((_, index) => ({
    left: left + (index % columns) * room, top: Math.floor(index / columns) * high + 46, width: room - 22, height: plans.length * tallRow,
  }));
  return {
    grid,
    tooltip: tooltip(({ seriesIndex, dataIndex }) => {
      const one = figure(plans[dataIndex], names[Math.floor(seriesIndex)]);
      return [plans[dataIndex].title, one.title, one.said];
    }, { trigger: "item" }),
    title: names.map((name, index) => ({ text: figure(plans[0], name).title + unit(figure(plans[0], name)), left: grid[index].left, top: grid[index].top - 42, textStyle: { fontSize: 12.5, fontWeight: 600, color: INK, fontFamily: FONT(), width: room - 24, overflow: "break", lineHeight: 15 } })),
    xAxis: names.map((_, index) => axis({ type: "value", gridIndex: index, scale: false, splitNumber: 2, axisLabel: { fontSize: 11, alignMinLabel: "left", alignMaxLabel: "right", formatter: (value) => number(value) } })),
    yAxis: names.map((_, index) => axis({ type: "category", gridIndex: index, inverse: true, data: plans.map((plan) => plan.title), axisLabel: { show: index % columns === 0, width: left - 16, overflow: "break", fontSize: 11, lineHeight: 13, color: INK, interval: 0, hideOverlap: false } })),
    series: names.map((name, index) => series(plans, name, index)),
  };
}

const unit = (one) => ({ parcels: t(", parcels"), days: t(", days"), points: t(", percentage points"), money: t(", CNY"), tonnes: t(", t") })[one.unit] ?? "";

function series(plans, name, index) {
  const data = plans.map((plan, row) => {
    const one = figure(plan, name) ?? {};
    const value = one.value ?? NaN;
    const ends = [...(one.credible ?? [null, null]), ...(one.luck ?? [null, null])];
    return [value, row, ...ends.map((end) => (Number.isFinite(end) ? end : value))];
  });
  return { type: "custom", xAxisIndex: index, yAxisIndex: index, clip: true, encode: { x: [0, 2, 3, 4, 5], y: 1 }, data, renderItem: interval, markLine: { silent: true, symbol: "none", label: { show: false }, lineStyle: { color: GREY, type: "solid", width: 1 }, data: [{ xAxis: 0 }] } };
}

function interval(params, api) {
  const row = api.value(1);
  const x = (dimension) => api.coord([api.value(dimension), row])[0];
  const [, y] = api.coord([0, row]);
  if (!Number.isFinite(api.value(0))) return null;
  // More plans than colours: they are told apart by their rows alone.
  const colour = params.dataInsideLength < COLOURS.length ? COLOURS[params.dataIndex + 1] : COLOURS[1];
  const line = (from, to, width) => ({ type: "line", shape: { x1: x(from), x2: x(to), y1: y, y2: y }, style: { stroke: colour, lineWidth: width, lineCap: "butt" } });
  return { type: "group", children: [line(2, 3, 1.5), line(4, 5, 5), { type: "circle", shape: { cx: x(0), cy: y, r: 5 }, style: { fill: "#fff", stroke: colour, lineWidth: 2.5 } }] };
}
