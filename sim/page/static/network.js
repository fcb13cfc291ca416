// Flows on the map and queues through the months: one slider for both, the baseline beside a plan.
import { isCalm } from "./charts.js";
import { at, el, fault, wide } from "./make.js";
import { drawMap, legendOf } from "./map.js";
import { ofQueue } from "./result.js";
import { days, month, number, t } from "./words.js";

const BARS = 8;
const BEAT = 900;
let playing = null;
let now = null;

/** Draw a result: maps of the baseline and of the plan that is picked, and bars of queues. */
export function drawNetwork(result) {
  stop();
  const plans = result.plans.filter((plan) => result.map.plans[plan.name]);
  const base = plans.find((plan) => plan.isBase) ?? plans[0];
  const others = plans.filter((plan) => plan !== base);
  now = { result, base, months: result.map.months, month: worst(result, base.name), widest: widest(result), nodes: [] };
  const options = others.map((plan) => el("option", { value: plan.name }, plan.title));
  at("network-plan").replaceChildren(...options);
  at("network-plan").closest("label").hidden = others.length < 2;
  at("network-plan").onchange = frame;
  at("month").max = now.months.length - 1;
  at("month").oninput = () => go(Number(at("month").value));
  at("play").onclick = () => (playing ? stop() : play());
  at("maps").replaceChildren(...[base, others[0]].filter(Boolean).map(figure), legendOf(el));
  go(now.month);
}

/** The month of the last twelve in which one waits longest: there is most to be seen, and plans act by then. */
function worst(result, plan) {
  const waits = Object.values(result.map.plans[plan].queues).map((place) => place.wait_days);
  const longest = result.map.months.map((_, index) => Math.max(0, ...waits.map((row) => row[index] ?? 0)));
  const from = Math.max(longest.length - 12, 0);
  return longest.indexOf(Math.max(...longest.slice(from)), from);
}

function widest(result) {
  let most = 0;
  for (const { flows } of Object.values(result.map.plans))
    for (const flow of Object.values(flows)) for (const tonnes of flow.tonnes) most = Math.max(most, tonnes ?? 0);
  return most;
}

function figure(plan, index) {
  const chart = el("div", { class: "chart", role: "img" });
  const title = el("b", {}, plan.title);
  now.nodes.push({ chart, title, isBase: index === 0 });
  return el("figure", { class: "map" }, el("figcaption", {}, title), chart);
}

function picked() {
  const name = at("network-plan").value;
  return now.result.plans.find((plan) => plan.name === name) ?? now.base;
}

function frame() {
  for (const { chart, title, isBase } of now.nodes) {
    const plan = isBase ? now.base : picked();
    title.textContent = plan.title;
    const { flows, waits } = inMonth(plan.name);
    const longest = Object.entries(waits).sort(([, one], [, other]) => other - one)[0];
    const place = now.result.map.nodes.find((node) => node.id === longest?.[0])?.name;
    chart.setAttribute("aria-label", t("Map of flows in {month}: {plan}.", { month: month(now.months[now.month]), plan: plan.title }) + (place && longest[1] >= 0.1 ? t(" One waits longest in {place}: {days}.", { place, days: days(longest[1]) }) : ""));
    drawMap(chart, { nodes: now.result.map.nodes, lanes: now.result.map.lanes, flows, waits, widest: now.widest, isMoving: Boolean(playing) }).catch(fault);
  }
  bars();
}

function inMonth(plan) {
  const of = now.result.map.plans[plan];
  const pick = (row) => row?.[now.month] ?? null;
  const flows = Object.fromEntries(Object.entries(of.flows).map(([lane, flow]) => [lane, { tonnes: pick(flow.tonnes) ?? 0, behind: pick(flow.left_behind) }]));
  const waits = Object.fromEntries(Object.entries(of.queues).map(([place, one]) => [place, pick(one.wait_days) ?? 0]));
  return { flows, waits };
}

// -- queues -----------------------------------------------------------------------------------------------------------

function bars() {
  const { queues } = now.result;
  if (!queues) return at("queue-bars").replaceChildren();
  const shown = [now.base, ...(picked() === now.base ? [] : [picked()])];
  const rows = queues.queues.slice(0, BARS);
  const most = Math.max(1, ...shown.flatMap((plan) => rows.flatMap((queue) => ofQueue(now.result, plan.name, queue, "largest").map((value) => value ?? 0))));
  if (at("queue-bars").dataset.of !== shown.map((plan) => plan.name).join() + now.result.id) build(rows, shown);
  rows.forEach((queue, index) =>
    shown.forEach((plan, of) => {
      const cell = at("queue-bars").querySelector(`[data-cell="${index}-${of}"]`);
      const backlog = ofQueue(now.result, plan.name, queue, "largest")[now.month] ?? 0;
      cell.querySelector("i").style.inlineSize = `${100 * Math.sqrt(backlog / most)}%`;
      cell.querySelector("span").textContent = `${number(backlog)} · ${days(ofQueue(now.result, plan.name, queue, "wait_days")[now.month])}`;
    }),
  );
}

function build(rows, shown) {
  const cell = (index, of) => el("td", { "data-cell": `${index}-${of}`, class: of ? "of-plan" : "of-base" }, el("i", { "aria-hidden": "true" }), el("span", {}));
  const body = rows.map((queue, index) => el("tr", {}, el("th", { scope: "row" }, queue.name), ...shown.map((_, of) => cell(index, of))));
  const head = el("tr", {}, el("th", { scope: "col" }, t("longest queues")), ...shown.map((plan) => el("th", { scope: "col" }, plan.title)));
  at("queue-bars").dataset.of = shown.map((plan) => plan.name).join() + now.result.id;
  at("queue-bars").replaceChildren(
    wide(t("Queues in the month"), el("table", { class: "bars" }, el("caption", {}, t("Largest backlog of the month, parcels or containers (bars grow with its square root) · mean wait")), el("thead", {}, head), el("tbody", {}, ...body))),
  );
}

// -- time -------------------------------------------------------------------------------------------------------------

function go(index) {
  now.month = index;
  const said = month(now.months[index]);
  at("month").value = index;
  at("month").setAttribute("aria-valuetext", said);
  at("month").style.setProperty("--part", `${(100 * index) / Math.max(now.months.length - 1, 1)}%`);
  at("month-said").textContent = said;
  frame();
}

function play() {
  at("play").setAttribute("aria-pressed", "true");
  at("play").querySelector("span").textContent = t("Pause");
  playing = setInterval(() => (document.hidden ? null : go((now.month + 1) % now.months.length)), isCalm() ? 2 * BEAT : BEAT);
  go((now.month + 1) % now.months.length);
}

function stop() {
  clearInterval(playing);
  playing = null;
  at("play").setAttribute("aria-pressed", "false");
  at("play").querySelector("span").textContent = t("Play");
  if (now) frame();
}
