// The bar below: what plans cost and how long they will run, at once; and the button that runs them.
import { post } from "./api.js";
import { asked, complain, intervention, planName, planSaid, seek } from "./change.js";
import { at, el, quietly, say, saved } from "./make.js";
import { changed, onChange, planTitle, shownPlan, state } from "./state.js";
import { bytes, counted, money, span, t } from "./words.js";

let under;
let checked = null;

/** What the last check said of a plan. */
export const said = (plan) => checked?.plans.find((one) => one.name === planName(plan));

/** Ask the server; what costs are known already is shown meanwhile. */
function check() {
  const body = asked();
  under?.abort();
  if (!body.corridor || !body.plans.length || !state.plans.every(isKnown)) return show(null);
  show({ isPending: true, errors: checked?.errors ?? [], plans: body.plans.map((plan, index) => ({ name: plan.name, ...costs(state.plans.filter(hasAny)[index]) })) });
  ask(body);
}

const hasAny = (plan) => Object.keys(plan.chosen).length > 0;
const isKnown = (plan) => Object.keys(plan.chosen).every(intervention);

/** What a plan costs by what is chosen in it: capital and yearly cost as described, or as they were set. */
function costs(plan) {
  const sum = (path, field) => Object.entries(plan.chosen).reduce((all, [name, one]) => all + (one.sizes?.[path] ?? intervention(name)[field]), 0);
  return { capital_cny: sum("capital", "capital_cny"), yearly_cny: sum("running_per_year", "yearly_cny"), changes: said(plan)?.changes, required: said(plan)?.required, cost_note: said(plan)?.cost_note };
}

const ask = quietly(120, async (body) => {
  under = new AbortController();
  try {
    show(await post("/api/plans/check", body, { signal: under.signal }));
  } catch (error) {
    if (error.name !== "AbortError") show({ errors: [{ plan: "", where: "", message: error.message }], plans: [] });
  }
});

function show(answer) {
  checked = answer;
  // Where something is wrong, or is not known yet, a press leads to it: the server checks again.
  at("start").disabled = !answer;
  at("estimate").replaceChildren(...figures(answer));
  errors(answer?.errors ?? []);
  effects();
}

const figure = (name, value, note = null) => el("span", { title: note }, el("small", {}, name), el("b", {}, value), note ? el("small", { class: "note" }, note) : null);

function figures(answer) {
  if (document.body.dataset.step === "choose") return [figure(t("Corridor"), at("stage-title").textContent)];
  const first = document.body.dataset.step === "run" ? el("a", { href: "#change" }, t("Choose first what to change.")) : t("Choose an intervention to see what it costs.");
  if (!answer) return [el("span", { class: "hint" }, first)];
  const shown = said(shownPlan());
  const cost = shown && [money(shown.capital_cny), shown.yearly_cny ? t("{money} a year", { money: money(shown.yearly_cny) }) : null].filter(Boolean).join(" + ");
  const n = asked().plans.length;
  return [
    shown ? figure(t("Cost of {plan}", { plan: planTitle(shownPlan()) }), cost, shown.cost_note) : null,
    figure(t("It will run"), counted(n, t("1 plan"), t("{n} plans")) + t(" × {n} replications", { n: state.replications })),
    answer.isPending ? figure(t("For about"), "…") : answer.seconds ? figure(t("For about"), span(answer.seconds)) : null,
    answer.memory_bytes ? figure(t("Memory"), bytes(answer.memory_bytes)) : null,
  ].filter(Boolean);
}

/** Errors stand at their fields; here they are counted, and before a run each leads to its field. */
function errors(found) {
  const title = (name) => {
    const plan = state.plans.find((one) => planName(one) === name);
    return plan ? t("{plan}: ", { plan: planTitle(plan) }) : "";
  };
  const line = (one) => el("li", {}, el("button", { type: "button", class: "plain", onclick: () => seek(one) }, el("b", {}, title(one.plan)), one.where ? `${intervention(one.where)?.title ?? one.where}: ` : "", one.message));
  at("errors").replaceChildren(...(found.length ? [el("ul", {}, ...found.map(line))] : []));
  at("bar").classList.toggle("wrong", found.length > 0);
  if (found.length) at("estimate").prepend(el("button", { type: "button", class: "wrongs", onclick: () => seek(found[0]) }, counted(found.length, t("1 error"), t("{n} errors")), ": ", t("show")));
  complain(found);
}

/** What will run, beside the map: each plan with what is in it and what it costs. */
function all() {
  const line = (plan) =>
    el("li", { class: `plan-${plan.name.split("-")[1]}` }, el("i", { "aria-hidden": "true" }), el("span", {}, el("b", {}, planTitle(plan)), ` ${planSaid(plan)}`), el("small", {}, money(costs(plan).capital_cny)));
  const plans = state.plans.filter(hasAny).filter(isKnown);
  at("plan-changes").replaceChildren(...(plans.length ? [el("h3", {}, t("What will run")), el("ul", { class: "will" }, ...plans.map(line))] : []));
}

/** What the plan that is looked at changes, beside the map. */
function effects() {
  if (document.body.dataset.step === "run") return all();
  const plan = shownPlan();
  const found = said(plan);
  const yaml = checked?.yaml?.[planName(plan)];
  const isShown = document.body.dataset.step === "change" && found?.changes?.length;
  at("plan-changes").replaceChildren(
    ...(isShown
      ? [
          el("h3", {}, t("What {plan} changes", { plan: planTitle(plan) })),
          el("ul", { class: "changes" }, ...found.changes.map((one) => el("li", {}, one))),
          found.cost_note ? el("p", { class: "hint note" }, found.cost_note) : null,
          found.required?.length ? el("p", { class: "hint" }, t("Comes along, as it is required: {names}.", { names: found.required.map((one) => one.title).join(", ") })) : null,
          yaml ? el("button", { type: "button", class: "quiet", onclick: () => saved(yaml, `${plan.name}.yaml`, "application/yaml") }, t("Download {plan} as YAML", { plan: planTitle(plan) })) : null,
        ].filter(Boolean)
      : []),
  );
}

async function start() {
  if (checked?.errors.length && !checked.isPending) return seek(checked.errors[0]);
  at("start").disabled = true;
  try {
    const { id } = await post("/api/runs", asked());
    state.started = id;
    changed("started");
    say(t("The comparison was started."));
    if (location.hash !== "#run") location.hash = "run";
  } catch (error) {
    const found = error.answer?.errors ?? [{ plan: "", where: "", message: error.message }];
    show({ ...checked, errors: found });
    seek(found[0]);
  }
  at("start").disabled = false;
}

function settings() {
  at("replications").value = state.replications;
  if (![...at("rows").options].some((one) => Number(one.value) === state.rows)) state.rows = 200;
  at("rows").value = state.rows;
  at("settings").addEventListener("submit", (event) => event.preventDefault());
  at("replications").addEventListener("change", ({ target }) => {
    state.replications = Math.min(Math.max(Math.round(Number(target.value)) || 8, 2), 64);
    target.value = state.replications;
    changed("settings");
  });
  at("rows").addEventListener("change", ({ target }) => {
    state.rows = Number(target.value);
    changed("settings");
  });
}

/** Listen, and check what there is. */
export function startEstimate() {
  settings();
  at("start").addEventListener("click", start);
  onChange((what) => {
    if (["corridor", "plans", "chosen", "sizes", "settings", "interventions"].includes(what)) check();
    if (["shown", "step", "drawn"].includes(what)) show(checked);
  });
  show(null);
}
