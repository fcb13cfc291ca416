// Which plans of a result are shown side by side and in curves: all where they are few, else those that are picked.
import { el } from "./make.js";
import { t } from "./words.js";

export const MOST_SHOWN = 6;

/** Names of the plans that are shown first: the likeliest to be best, then those with most of what is wanted. */
export function likeliest(result) {
  const own = result.plans.filter((plan) => !plan.isBase);
  const wanted = (plan) => plan.figures.find((one) => one.name === result.objective?.name)?.value ?? plan.p_better ?? 0;
  const best = [...own].sort((one, other) => (other.p_best ?? 0) - (one.p_best ?? 0) || wanted(other) - wanted(one));
  return new Set(best.slice(0, MOST_SHOWN).map((plan) => plan.name));
}

/** A result with the baseline and the plans of some names only. */
export function narrowed(result, names) {
  const isIn = (name) => names.has(name) || result.plans.some((plan) => plan.isBase && plan.name === name);
  const series = (part) => part && { ...part, series: part.series.filter((one) => isIn(one.plan)) };
  return { ...result, plans: result.plans.filter((plan) => isIn(plan.name)), months: series(result.months), days: series(result.days) };
}

/** A box for each plan, as many at once as fit side by side; ``draw`` is called with the names that are picked. */
export function picker(result, names, draw) {
  const own = result.plans.filter((plan) => !plan.isBase);
  const summary = el("summary", {});
  const boxes = own.map((plan) => el("input", { type: "checkbox", value: plan.name, checked: names.has(plan.name), onchange: told }));
  const lines = own.map((plan, index) => el("label", {}, boxes[index], el("span", {}, plan.title)));

  function told() {
    draw(new Set(boxes.filter((box) => box.checked).map((box) => box.value)));
    said();
  }

  function said() {
    const n = boxes.filter((box) => box.checked).length;
    summary.textContent = t("Plans shown: {n} of {all}", { n, all: own.length });
    for (const box of boxes) box.disabled = box.checked ? n === 1 : n >= MOST_SHOWN;
  }

  said();
  return el("details", { class: "picker" }, summary, el("p", { class: "hint" }, t("Up to six at once; the chart of differences has all of them.")), el("div", {}, ...lines));
}
