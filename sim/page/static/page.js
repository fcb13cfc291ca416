// The page: starts its parts, and shows one step at a time.
import { startChange } from "./change.js";
import { startChoose } from "./choose.js";
import { startCompare } from "./compare.js";
import { startEstimate } from "./estimate.js";
import { at, fault } from "./make.js";
import { startRuns } from "./runs.js";
import { startSources } from "./sources.js";
import { startStage } from "./stage.js";
import { changed, onChange, state } from "./state.js";
import { counted, learn, t } from "./words.js";

const STEPS = ["choose", "change", "run", "compare"];

function step() {
  const [name, result] = location.hash.slice(1).split("=");
  if (name === "compare" && result && result !== state.result) {
    state.result = decodeURIComponent(result);
    changed("result");
  }
  return STEPS.includes(name) ? name : "choose";
}

function show(isFirst) {
  const shown = step();
  for (const name of STEPS) at(name).hidden = name !== shown;
  at("work").hidden = shown === "compare";
  at("bar").hidden = shown === "compare";
  at("next").hidden = shown !== "choose";
  at("start").hidden = shown === "choose";
  document.body.dataset.step = shown;
  for (const link of document.querySelectorAll("[data-step]"))
    if (link.dataset.step === shown) link.setAttribute("aria-current", "step");
    else link.removeAttribute("aria-current");
  const title = at(`${shown}-title`);
  document.title = `${title.textContent} · ${t("Parcel corridors")}`;
  if (!isFirst) {
    scrollTo(0, 0);
    title.focus({ preventScroll: true });
  }
  changed("step");
}

function saySteps() {
  const plans = state.plans.filter((plan) => Object.keys(plan.chosen).length).length;
  const said = plans ? counted(plans, t("1 plan"), t("{n} plans")) : "";
  document.querySelector('[data-said="change"]').textContent = said;
}

async function start() {
  at("language").addEventListener("click", (event) => {
    event.preventDefault();
    location.href = event.currentTarget.getAttribute("href") + location.hash;
  });
  await learn();
  onChange(saySteps);
  startSources();
  startStage();
  startChange();
  startEstimate();
  startRuns();
  startCompare();
  addEventListener("hashchange", () => show(false));
  show(true);
  saySteps();
  await startChoose();
}

/** The page is seen before it does anything; one that nobody looks at need not wait for that. */
const painted = () => new Promise((done) => (document.hidden ? done() : requestAnimationFrame(() => setTimeout(done))));

painted().then(start).catch(fault);
