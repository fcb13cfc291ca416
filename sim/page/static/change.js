// Change: plans side by side, and in each the interventions with their dates and sizes.
import { get } from "./api.js";
import { card } from "./intervention.js";
import { at, el, fault, say } from "./make.js";
import { addPlan, changed, dropPlan, hasRoom, onChange, planTitle, shownPlan, state } from "./state.js";
import { counted, t } from "./words.js";
import { clear, lead, mark } from "./wrong.js";

const LONGEST_NAME = 80;
let known = [];
let cards = [];
let wrong = [];
let sought = null;
const fetched = new Map();

/** An intervention of the corridor by its name. */
export const intervention = (name) => known.find((one) => one.name === name);

/** What is in a plan, in words. */
export function planSaid(plan) {
  const names = Object.keys(plan.chosen).map((name) => intervention(name)?.title ?? name);
  return names.length ? names.join(" + ") : t("Nothing is chosen yet.");
}

/** What a plan is called where it is not looked at: its letter and what is in it. */
export const planName = (plan) => `${planTitle(plan)}: ${planSaid(plan)}`.slice(0, LONGEST_NAME).trim();

/** What the server is asked to check or to run. Empty plans are left out. */
export function asked() {
  const plans = state.plans
    .filter((plan) => Object.keys(plan.chosen).length)
    .map((plan) => ({ name: planName(plan), chosen: Object.entries(plan.chosen).map(([key, one]) => ({ name: key, ...one })) }));
  return { corridor: state.corridor, plans, replications: state.replications, parcels_per_row: state.rows };
}

function tab(plan, index) {
  const n = Object.keys(plan.chosen).length;
  const isShown = index === state.shown;
  return el(
    "button",
    {
      type: "button", role: "tab", id: `plan-tab-${index}`, class: `plan-${plan.name.split("-")[1]}`, "aria-selected": String(isShown),
      "aria-controls": "plan", tabindex: isShown ? "0" : "-1", onclick: () => look(index),
    },
    el("i", { "aria-hidden": "true" }), planTitle(plan), el("small", {}, n ? String(n) : "–", el("span", { class: "unseen" }, t(" interventions"))),
    errorsOf(plan).length ? el("strong", { class: "bang" }, "!", el("span", { class: "unseen" }, t(" has errors"))) : null,
  );
}

// -- what is wrong ----------------------------------------------------------------------------------------------------

const errorsOf = (plan) => wrong.filter((error) => error.plan === planName(plan));
const cardOf = (error) => cards.find((one) => one.intervention.name === error.where && error.where in shownPlan().chosen);

/** Show errors at what they are wrong with; what lies in no chosen intervention stands above the list. */
export function complain(errors) {
  const isNew = JSON.stringify(errors) !== JSON.stringify(wrong);
  wrong = errors;
  if (isNew) retab();
  drawWrong();
}

function drawWrong() {
  const own = [...errorsOf(shownPlan()), ...wrong.filter((error) => !error.plan)];
  clear(at("plan"));
  for (const one of cards) one.complain(own.filter((error) => cardOf(error) === one));
  for (const error of own.filter((each) => !cardOf(each))) mark({ input: at("find"), after: at("plan-head") }, said(error));
}

/** An error with the intervention that it is about, where it does not stand at it. */
const said = (error) => (error.where ? `${intervention(error.where)?.title ?? error.where}: ` : "") + error.message;

/** Go to where an error stands. */
export function seek(error) {
  const index = state.plans.findIndex((plan) => planName(plan) === error.plan);
  if (index >= 0 && index !== state.shown) {
    state.shown = index;
    changed("shown");
  }
  sought = error;
  if (document.body.dataset.step === "change") arrive();
  else location.hash = "change";
}

function arrive() {
  at("find").value = at("kind").value = "";
  filter();
  const card = cardOf(sought);
  if (card) card.focus(sought);
  else lead(at("find"));
  sought = null;
}

// -- plans ------------------------------------------------------------------------------------------------------------

function look(index) {
  state.shown = index;
  changed("shown");
  at(`plan-tab-${index}`).focus();
}

function tabs() {
  at("plans").replaceChildren(...state.plans.map(tab));
  at("plan").setAttribute("aria-labelledby", `plan-tab-${state.shown}`);
  at("plan-said").textContent = planSaid(shownPlan());
  at("add-plan").disabled = at("copy-plan").disabled = !hasRoom();
}

/** Tabs drawn anew; the one that has the focus keeps it. */
function retab() {
  const focused = document.activeElement?.id;
  tabs();
  if (focused?.startsWith("plan-tab")) at(focused)?.focus();
}

function arrows(event) {
  const steps = { ArrowRight: 1, ArrowLeft: -1, Home: -state.shown, End: state.plans.length - 1 - state.shown };
  if (!(event.key in steps)) return;
  event.preventDefault();
  look((state.shown + steps[event.key] + state.plans.length) % state.plans.length);
}

function filter() {
  const wanted = at("find").value.trim().toLowerCase();
  const kind = at("kind").value;
  let n = 0;
  for (const one of cards) {
    const { title, name, describes, kind: own } = one.intervention;
    const isFound = `${title} ${name} ${describes}`.toLowerCase().includes(wanted);
    const isKind = !kind || (kind === "chosen" ? name in shownPlan().chosen : own === kind);
    one.node.hidden = !(isFound && isKind);
    n += isFound && isKind;
  }
  at("none-found").hidden = n > 0;
}

async function fill() {
  const name = state.corridor;
  if (!name) return;
  if (!fetched.has(name)) fetched.set(name, await get(`/api/corridors/${encodeURIComponent(name)}/interventions`));
  if (name !== state.corridor) return;
  known = [...fetched.get(name)].sort((one, other) => (one.kind === "disruption") - (other.kind === "disruption"));
  forget();
  cards = known.map(card);
  at("interventions").replaceChildren(...cards.map((one) => one.node));
  changed("interventions");
}

/** Interventions that were kept from before and are no longer there are taken out of plans. */
function forget() {
  for (const plan of state.plans)
    for (const name of Object.keys(plan.chosen)) if (!intervention(name)) delete plan.chosen[name];
}

function draw(what) {
  if (what === "corridor") fill().catch(fault);
  if (what === "uploaded") {
    fetched.clear();
    fill().catch(fault);
  }
  if (["plans", "shown", "interventions"].includes(what)) {
    tabs();
    for (const one of cards) one.draw();
    drawWrong();
    filter();
  }
  if (what === "step" && sought && document.body.dataset.step === "change") arrive();
  if (what === "chosen" || what === "sizes") {
    retab();
  }
}

/** Listen, and draw what there is. */
export function startChange() {
  onChange(draw);
  at("plans").addEventListener("keydown", arrows);
  at("add-plan").addEventListener("click", () => {
    addPlan();
    say(t("{plan} was added.", { plan: planTitle(shownPlan()) }));
    at(`plan-tab-${state.shown}`).focus();
  });
  at("copy-plan").addEventListener("click", () => addPlan(shownPlan().chosen));
  at("drop-plan").addEventListener("click", () => {
    dropPlan();
    say(counted(state.plans.length, t("1 plan"), t("{n} plans")));
    at(`plan-tab-${state.shown}`).focus();
  });
  at("find").addEventListener("input", filter);
  at("kind").addEventListener("change", filter);
  tabs();
  fill().catch(fault);
}
