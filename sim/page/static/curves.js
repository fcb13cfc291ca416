// Curves of plans: what they share, and the share of the orders that has arrived by so many days.
import { COLOURS, DASHES, GREY, INK, MARKS, axis, chart, tooltip } from "./charts.js";
import { el, table, withTable } from "./make.js";
import { number, percent, t } from "./words.js";

const HEIGHT = 270;
export const LEGEND = 21;
/** A chart grows with its legend, a line for each name. */
export const tall = (n) => `height:${HEIGHT + LEGEND * n}px`;

/** The curve of a plan by its place among them: each has a colour, a dash and a mark of its own. */
export const line = (title, index, data, more = {}) => ({
  type: "line", name: title, data, color: COLOURS[index % COLOURS.length], symbol: MARKS[index % MARKS.length], symbolSize: 6, lineStyle: { width: index ? 2 : 2.5, type: DASHES[index % DASHES.length] }, ...more,
});

/** A legend below, a line for each name. */
export const legend = (names) => ({ type: "plain", orient: "vertical", bottom: 0, left: 0, itemWidth: 34, itemGap: 6, textStyle: { color: INK, fontSize: 12, lineHeight: 14 }, data: names });

const MEANS = { mean_days: () => t("mean, days"), p50_days: () => t("half by"), p90_days: () => t("90 % by"), p95_days: () => t("95 % by") };

/** Days as means over replications, where there is no curve. */
function means(rows) {
  const names = Object.keys(MEANS);
  return table(t("Days from order to ready for collection, means over the replications"), [t("route"), ...names.map((name) => MEANS[name]()), t("within the promise")],
    rows.map((one) => [one.title, ...names.map((name) => number(one[name])), percent(one.share_within_promise)]), { isCaptionSeen: true });
}

/** The share of the orders that has arrived by so many days. */
export function drawDays(node, result) {
  if (!result.days.series.length) return node.replaceChildren(means(result.days.means));
  const { series } = result.days;
  const drawn = el("div", { class: "chart", role: "img", style: tall(series.length), "aria-label": t("Rising curves, one for each plan; the table below has the numbers.") });
  const by = [0.25, 0.5, 0.75, 0.9, 0.95];
  const when = (one, share) => one.days[one.share.findIndex((value) => value >= share)];
  const rows = series.map((one) => [one.title, ...by.map((share) => number(when(one, share) ?? null))]);
  node.replaceChildren(...withTable(drawn, t("The same as a table"), t("Days by which a share of the orders has arrived"), [t("plan"), ...by.map(percent)], rows), el("p", { class: "hint" }, t("Lost parcels never arrive, so the curves end below 100 per cent.")));
  const last = Math.max(...series.map((one) => when(one, 0.985 * Math.max(...one.share)) ?? 0));
  return chart(drawn, () => ({
    grid: { left: 48, right: 16, top: 16, bottom: 52 + LEGEND * series.length },
    tooltip: tooltip((values) => [t("{n} days", { n: number(values[0].value[0]) }), ...values.map((one) => `${one.seriesName}: ${percent(one.value[1])}`)], { trigger: "axis" }),
    legend: legend(series.map((one) => one.title)),
    xAxis: axis({ type: "value", min: 0, max: Math.ceil(last / 5) * 5, name: t("days from order to ready for collection"), nameLocation: "middle", nameGap: 26, nameTextStyle: { color: GREY, align: "center", padding: 0 } }),
    yAxis: axis({ type: "value", min: 0, max: 1, axisLabel: { formatter: (value) => percent(value) } }),
    series: series.map((one, index) => line(one.title, index, one.days.map((value, at) => [value, one.share[at]]), { showSymbol: false, symbol: "circle" })),
  }));
}
