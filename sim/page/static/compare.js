// Compare: a result, the answer first.
import { download, get } from "./api.js";
import { forget } from "./charts.js";
import { drawDays, drawVolumes } from "./curves.js";
import { drawDifferences } from "./differences.js";
import { at, el, fault, table } from "./make.js";
import { drawNetwork } from "./network.js";
import { read } from "./result.js";
import { changed, onChange, state } from "./state.js";
import { day, probability, t } from "./words.js";
import { drawWaits } from "./waits.js";

const KINDS = { compare: () => t("comparison"), run: () => t("run"), sweep: () => t("sweep") };
const FILES = { "report.html": () => t("Report"), "tables.xlsx": () => t("Excel"), "manifest.json": () => t("Manifest") };
let results = [];
let shown = null;

async function list() {
  results = await get("/api/results");
  const option = (one) => el("option", { value: one.id }, [one.title, KINDS[one.kind]?.() ?? one.kind, one.finished_at ? day(one.finished_at) : null].filter(Boolean).join(" · "));
  at("result").replaceChildren(...results.map(option));
  if (!results.some((one) => one.id === state.result)) state.result = results[0]?.id ?? null;
  at("result").value = state.result ?? "";
  at("no-result").hidden = results.length > 0;
  at("result").closest("label").hidden = !results.length;
}

async function look() {
  await list();
  const id = state.result;
  if (!id) {
    at("result-body").hidden = true;
    at("downloads").replaceChildren();
    return;
  }
  if (shown === id) return;
  at("result-body").setAttribute("aria-busy", "true");
  const found = await get(`/api/results/${encodeURIComponent(id)}`);
  if (id !== state.result) return;
  shown = id;
  at("result-body").removeAttribute("aria-busy");
  draw(read(found));
}

function draw(result) {
  forget(at("result-body"));
  at("result-body").hidden = false;
  at("downloads").replaceChildren(...files(result));
  const [first, ...more] = result.kind === "sweep" ? [t("A sweep has many answers: its tables lie in its folder, results/runs/{id}.", { id: result.id })] : (result.answer ?? []);
  const warnings = (result.warnings ?? []).filter((text) => !result.answer?.includes(text)).map((text) => el("li", {}, text));
  at("answer").replaceChildren(
    ...[el("p", { class: "of" }, [result.heading, result.title].filter(Boolean).join(" · ")), first ? el("p", { class: "first" }, first) : null, ...more.map((text) => el("p", {}, text)), warnings.length ? el("ul", { class: "warnings" }, ...warnings) : null].filter(Boolean),
  );
  part("side", result.plans.some((plan) => !plan.isBase), () => at("side").replaceChildren(side(result.plans)));
  part("differences", result.plans.some((plan) => !plan.isBase), () => drawDifferences(at("differences"), result.plans));
  part("network", result.map, () => drawNetwork(result));
  part("waits", result.queues, () => drawWaits(at("waits"), result));
  part("volumes", result.months, () => drawVolumes(at("volumes"), result));
  part("days", result.days?.series.length || result.days?.means.length, () => drawDays(at("days"), result));
  at("manifest").replaceChildren(el("pre", { tabindex: "0" }, JSON.stringify(result.manifest ?? {}, null, 1)));
}

function part(id, isThere, drawn) {
  const node = at(id).closest(".card");
  node.hidden = !isThere;
  if (isThere) Promise.resolve(drawn()).catch(fault);
}

function files(result) {
  return (result.downloads ?? []).map((name) => el("a", { class: "button", href: download(result.id, name), download: true }, FILES[name]?.() ?? name));
}

/** Plans in columns, figures in rows. */
function side(plans) {
  const own = plans.filter((plan) => !plan.isBase);
  const order = own[0]?.figures?.map((figure) => figure.name) ?? [];
  const said = (plan, name) => plan.figures.find((figure) => figure.name === name)?.said ?? "–";
  const rows = order.map((name) => [own[0].figures.find((figure) => figure.name === name).title, ...own.map((plan) => inLines(said(plan, name)))]);
  const chances = [
    [t("better than the baseline"), ...own.map((plan) => probability(plan.p_better))],
    [t("best of all"), ...own.map((plan) => probability(plan.p_best))],
  ];
  const heads = own.map((plan, index) => el("span", { class: `plan plan-${index + 1}` }, el("i", { "aria-hidden": "true" }), plan.title));
  return table(t("Differences from the baseline, a year"), [t("figure"), ...heads], [...chances, ...rows], { cls: "side" });
}

/** A figure, and its interval in a smaller line below. */
function inLines(said) {
  const [value, interval] = said.split(/\s*[(（]/, 2);
  return el("span", {}, el("b", {}, value), interval ? el("small", {}, interval.replace(/[)）]$/, "")) : null);
}

/** Listen, and draw the result that is chosen when this step is looked at. */
export function startCompare() {
  const draws = () => look().catch(fault);
  at("result").addEventListener("change", ({ target }) => {
    location.hash = `compare=${encodeURIComponent(target.value)}`;
  });
  onChange((what) => {
    const isShown = document.body.dataset.step === "compare";
    if ((what === "step" && isShown) || (what === "result" && isShown)) draws();
    if (what === "results" && isShown) list().catch(fault);
  });
}
