// Where parcels wait: queues by months, darker where one waits longer; a plan beside the baseline.
import { GREY, INK, SCALE, axis, chart, forget, tooltip } from "./charts.js";
import { el, withTable } from "./make.js";
import { WAITS } from "./map.js";
import { ofQueue } from "./result.js";
import { days, month, t } from "./words.js";

/** Height of a row: names take up to three lines where there is little room. */
const row = (node) => (node.clientWidth > 700 ? 27 : 38);
const ROWS = 12;

/** Draw the waits of a plan; a choice of plans where there are several. */
export function drawWaits(node, result) {
  const plans = result.plans.filter((plan) => result.queues.plans[plan.name]);
  const pick = el("select", { onchange: () => show(pick.value) }, ...plans.map((plan) => el("option", { value: plan.name }, plan.title)));
  const chosen = el("div", {});
  node.replaceChildren(el("label", { class: "pick", hidden: plans.length < 2 }, t("Plan"), " ", pick), legend(), chosen);

  function show(name) {
    const { months } = result.queues;
    const queues = result.queues.queues.slice(0, ROWS);
    const table = queues.map((queue) => ofQueue(result, name, queue, "wait_days"));
    const drawn = el("div", { class: "chart", role: "img", style: `height:${queues.length * row(node) + 36}px`, "aria-label": alternative(queues, months, table) });
    const rows = queues.map((queue, index) => [queue.name, ...table[index].map((value) => days(value))]);
    forget(chosen);
    chosen.replaceChildren(...withTable(drawn, t("The same as a table"), t("Mean wait by month"), [t("queue"), ...months.map(month)], rows));
    return chart(drawn, (width) => heat(queues, months, table, width));
  }
  return show(plans[0].name);
}

function alternative(queues, months, table) {
  const worst = queues.map((queue, index) => {
    const most = Math.max(...table[index].map((value) => value ?? 0));
    return [most, t("{queue} {days} in {month}", { queue: queue.name, days: days(most), month: month(months[table[index].indexOf(most)] ?? months[0]) })];
  });
  const said = worst.sort(([one], [other]) => other - one).slice(0, 3).map(([, text]) => text).join("; ");
  return t("Chart of queues by months, darker where one waits longer. The longest: {said}.", { said });
}

function heat(queues, months, table, width) {
  const left = Math.min(250, width * 0.36);
  const data = table.flatMap((row, index) => row.map((value, at) => [at, index, value ?? "-"]));
  const pieces = [{ lt: WAITS[0] }, { gte: WAITS[0], lt: WAITS[1] }, { gte: WAITS[1], lt: WAITS[2] }, { gte: WAITS[2] }];
  const hasText = (width - left) / months.length > 26;
  return {
    grid: { left, right: 8, top: 4, bottom: 28 },
    tooltip: tooltip(({ value }) => [queues[value[1]].name, month(months[value[0]]), days(value[2])], { trigger: "item" }),
    xAxis: axis({ type: "category", data: months.map(month), axisLabel: { fontSize: 11 } }),
    yAxis: axis({ type: "category", inverse: true, data: queues.map((queue) => queue.name), axisLabel: { width: left - 14, overflow: "break", lineHeight: 12, fontSize: 11, color: INK, interval: 0, hideOverlap: false } }),
    visualMap: { show: false, type: "piecewise", dimension: 2, pieces: pieces.map((piece, level) => ({ ...piece, color: SCALE[level] })), outOfRange: { color: "#fff" } },
    series: [{
      type: "heatmap", data, itemStyle: { borderColor: "#fff", borderWidth: 1 }, emphasis: { itemStyle: { borderColor: INK } },
      label: { show: hasText, fontSize: 10, formatter: ({ value }) => (value[2] >= WAITS[0] ? Number(value[2]).toFixed(1) : ""), color: "inherit" },
      labelLayout: { hideOverlap: true },
    }],
    color: [GREY],
  };
}

function legend() {
  const said = [`< ${WAITS[0]}`, `${WAITS[0]}–${WAITS[1]}`, `${WAITS[1]}–${WAITS[2]}`, `> ${WAITS[2]}`];
  return el("div", { class: "legend shades" }, el("span", {}, t("mean wait, days")), ...said.map((text, level) => el("span", {}, el("i", { style: `background:${SCALE[level]}` }), text)));
}
