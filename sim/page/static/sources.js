// Where numbers come from: a number in full, or all numbers of a corridor by status.
import { get } from "./api.js";
import { at, el, quietly } from "./make.js";
import { state } from "./state.js";
import { exact, t } from "./words.js";

const STATUSES = { reported: () => t("reported"), published: () => t("published"), derived: () => t("derived"), assumed: () => t("assumed"), unstated: () => t("unstated") };
const status = (name) => el("span", { class: `status ${name}` }, STATUSES[name]?.() ?? name);

/** Open the dialog: at a number (`path`), or at the list. */
export async function openSources({ corridor = state.corridor, path = null } = {}) {
  at("sources-body").replaceChildren(el("p", { class: "hint" }, t("Looking it up …")));
  if (!at("sources").open) at("sources").showModal();
  try {
    if (path) await one(corridor, path);
    else await list(corridor);
  } catch (error) {
    at("sources-body").replaceChildren(el("p", { class: "fault" }, error.message));
  }
}

/** A number of an intervention is looked for in the corridor with that intervention. */
const more = (path) => (path.startsWith("interventions.") ? `&interventions=${encodeURIComponent(path.split(".")[1])}` : "");

const numbersOf = (answer) => (Array.isArray(answer) ? answer : answer.numbers ?? [answer]);

async function one(corridor, path) {
  const found = numbersOf(await get(`/api/sources?corridor=${encodeURIComponent(corridor)}&path=${encodeURIComponent(path)}${more(path)}`));
  const back = el("button", { type: "button", class: "quiet", onclick: () => openSources({ corridor }) }, t("All numbers"));
  at("sources-body").replaceChildren(...(found.length ? found.map(whole) : [el("p", {}, t("Nothing is known of this number."))]), el("p", {}, back));
}

function whole(number) {
  const row = (name, value) => (value === null || value === undefined || value === "" ? [] : [el("dt", {}, name), el("dd", {}, value)]);
  return el(
    "article",
    { class: "number" },
    el("h3", {}, el("code", {}, number.path), " ", status(number.status)),
    el(
      "dl",
      {},
      ...row(t("value"), text(number.value)),
      ...row(t("range"), Array.isArray(number.range) ? number.range.map(text).join(" – ") : number.range),
      ...row(t("worked out as"), number.formula),
      ...row(t("result"), number.result === null || number.result === undefined ? null : text(number.result)),
      ...row(t("why"), number.why),
      ...row(t("note"), number.note),
      ...row(t("in place of"), number.in_place_of ? text(number.in_place_of.value) : null),
      ...row(t("file"), number.file ? `${number.file}${number.line ? `:${number.line}` : ""}` : null),
    ),
    ...(number.posterior ?? []).map(posterior),
    ...(number.changes?.length ? [el("h4", {}, t("Changed by")), el("ul", {}, ...number.changes.map((one) => el("li", {}, `${one.at} ${one.name}: ${one.does}`)))] : []),
    ...(number.evidence ?? []).map(evidence),
  );
}

function posterior(one) {
  const said = [one.low_95, one.median, one.high_95].map((value) => exact(value));
  return el("p", {}, t("Calibrated ({name}): {median}, 95 % {low} to {high}", { name: one.calibration, median: said[1], low: said[0], high: said[2] }), one.unit ? ` ${one.unit}` : "", one.is_factor ? t(", times the number") : "");
}

const text = (value) => (typeof value === "object" && value !== null ? JSON.stringify(value) : String(value));

function evidence(row) {
  const cells = Object.entries(row).filter(([name, value]) => !["id", "table"].includes(name) && value);
  return el("details", { open: true, class: "evidence" }, el("summary", {}, t("Row {id} of the evidence", { id: row.id })),
    el("dl", {}, ...cells.flatMap(([name, value]) => [el("dt", {}, name.replaceAll("_", " ")), el("dd", {}, value)])));
}

// -- the list ---------------------------------------------------------------------------------------------------------

async function list(corridor) {
  const picked = el("select", { onchange: fill }, el("option", { value: "" }, t("All")), ...Object.keys(STATUSES).map((name) => el("option", { value: name }, STATUSES[name]())));
  const search = el("input", { type: "search", placeholder: t("Find a number"), "aria-label": t("Find a number"), oninput: quietly(200, fill) });
  const [body, how] = [el("ul", { class: "numbers" }), el("p", { class: "hint", role: "status" })];
  at("sources-body").replaceChildren(el("div", { class: "filter" }, el("label", { class: "grow" }, search), el("label", {}, el("span", {}, t("Status")), " ", picked)), how, body);
  await fill();
  search.focus();

  async function fill() {
    const asked = new URLSearchParams({ corridor, ...(picked.value ? { status: picked.value } : {}), ...(search.value.trim() ? { match: search.value.trim() } : {}) });
    const { n, numbers, counts } = await get(`/api/sources?${asked}`);
    for (const option of picked.options) if (option.value) option.textContent = `${STATUSES[option.value]()} (${counts[option.value] ?? 0})`;
    body.replaceChildren(...numbers.map((number) => row(corridor, number)));
    how.textContent = n > numbers.length ? t("{n} of {all} are shown: find what you look for by its name.", { n: numbers.length, all: n }) : t("{n} numbers", { n });
  }
}

const row = (corridor, number) =>
  el("li", {}, el("button", { type: "button", class: "plain", onclick: () => openSources({ corridor, path: number.path }) }, el("code", {}, number.path)), el("span", {}, text(number.value)), status(number.status));

/** Let the dialog be opened and closed. */
export function startSources() {
  at("all-sources").addEventListener("click", () => openSources());
  at("sources").querySelector("[data-close]").addEventListener("click", () => at("sources").close());
  at("sources").addEventListener("click", (event) => event.target === at("sources") && at("sources").close());
}
