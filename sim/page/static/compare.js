// Compare: a result, the answer first.
import { download, get } from "./api.js";
import { forget } from "./charts.js";
import { drawDays } from "./curves.js";
import { drawDifferences } from "./differences.js";
import { at, el, fault, say, table } from "./make.js";
import { drawNetwork } from "./network.js";
import { MOST_SHOWN, likeliest, narrowed, picker } from "./picking.js";
import { read } from "./result.js";
import { onChange, state } from "./state.js";
import { drawPictures, drawTables } from "./tables.js";
import { drawReported, drawVolumes } from "./volumes.js";
import { drawWaits } from "./waits.js";
import { day, probability, t } from "./words.js";

const KINDS = { compare: () => t("comparison"), run: () => t("run"), sweep: () => t("sweep"), rank: () => t("ranking"), site: () => t("siting") };
const OF_TABLES = ["sweep", "rank", "site"];
const FILES = { "report.html": () => t("Report"), "tables.xlsx": () => t("Excel"), "manifest.json": () => t("Manifest") };
const LONGEST_BUSY = 6000;
/** Further files than so many are folded. */
const MOST_SEEN = 3;
let results = [];
let shown = null;
/** What is shown of a result that was cut short is shown anew once more of it is there. */
let isPartial = false;

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
  at("reading").textContent = t("The result is being read …");
  const found = await get(`/api/results/${encodeURIComponent(id)}`);
  if (id !== state.result) return;
  at("reading").textContent = "";
  shown = id;
  isPartial = Boolean(found.is_incomplete);
  at("result-body").removeAttribute("aria-busy");
  draw(read(found));
}

function draw(result) {
  forget(at("result-body"));
  at("result-body").hidden = false;
  at("downloads").replaceChildren(...files(result));
  at("answer").replaceChildren(...answer(result));
  const names = likeliest(result);
  const isPicked = result.plans.length > MOST_SHOWN + 1;
  at("picker").replaceChildren(...(isPicked ? [picker(result, names, (picked) => besides(narrowed(result, picked)))] : []));
  besides(isPicked ? narrowed(result, names) : result);
  part("differences", result.plans.some((plan) => !plan.isBase), () => drawDifferences(at("differences"), result.plans));
  part("network", result.map, () => drawNetwork(result));
  part("waits", result.queues, () => drawWaits(at("waits"), result));
  part("reported", result.months?.reported?.length, () => drawReported(at("reported"), result));
  drawTables(at("tables"), result.tables ?? []);
  drawPictures(at("pictures"), result.pictures ?? []);
  at("pictures").closest("details").hidden = !result.pictures?.length;
  at("pictures").closest("details").open = OF_TABLES.includes(result.kind);
  at("manifest").replaceChildren(el("pre", { tabindex: "0" }, JSON.stringify(result.manifest ?? {}, null, 1)));
}

/** What shows plans beside each other, each in a colour of its own. */
function besides(result) {
  for (const id of ["volumes", "days"]) forget(at(id));
  part("side", result.plans.some((plan) => !plan.isBase), () => at("side").replaceChildren(side(result.plans)));
  part("volumes", result.months, () => drawVolumes(at("volumes"), result));
  part("days", result.days?.series.length || result.days?.means.length, () => drawDays(at("days"), result));
}

/** The answer first, what it rests on, and what to beware of. */
function answer(result) {
  const [first, ...more] = result.answer ?? [];
  const beware = (result.warnings ?? []).filter((text) => !result.answer?.includes(text));
  const list = (title, texts, cls) => (texts?.length ? el("section", { class: cls }, el("h2", {}, title), el("ul", {}, ...texts.map((text) => el("li", {}, text)))) : null);
  return [
    el("p", { class: "of", title: result.title }, [...new Set([result.heading, result.title].filter(Boolean))].join(" · ")),
    first ? el("p", { class: "first" }, first) : null,
    ...more.map((text) => el("p", {}, text)),
    list(t("Beware"), beware, "warnings"),
    list(t("What it rests on"), result.notes, "notes"),
  ].filter(Boolean);
}

function part(id, isThere, drawn) {
  const node = at(id).closest(".card");
  node.hidden = !isThere;
  if (isThere) Promise.resolve(drawn()).catch(fault);
}

function files(result) {
  const link = (name) => el("a", { class: "button", href: download(result.id, name), download: true, onclick: name === "report.html" ? patience : null }, FILES[name]?.() ?? name);
  const names = result.downloads ?? [];
  const [known, more] = [names.filter((name) => name in FILES), names.filter((name) => !(name in FILES))];
  const [main, others] = more.length > MOST_SEEN ? [known, more] : [names, []];
  const fold = others.length ? el("details", { class: "files" }, el("summary", {}, t("Files ({n})", { n: others.length })), el("div", {}, ...others.map(link))) : null;
  return [...main.map(link), fold].filter(Boolean);
}

/** A report is made when it is first asked for: say so, as nothing is seen of it for some seconds. */
function patience({ currentTarget }) {
  say(t("The report is being made; it takes some seconds."));
  currentTarget.classList.add("busy");
  setTimeout((link) => link.classList.remove("busy"), LONGEST_BUSY, currentTarget);
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
    if (what === "results" && isPartial) shown = null;
    if (what === "results" && isShown) (isPartial ? look() : list()).catch(fault);
  });
}
