// What was chosen: kept over a reload, told to whoever draws it.
import { t } from "./words.js";

const KEY = "parcel-corridors";
const MOST_PLANS = 6;
const DEFAULT = { corridor: null, plans: [{ name: "plan-1", chosen: {} }], shown: 0, replications: 8, rows: 200, result: null };
const listeners = new Set();

function kept() {
  try {
    const found = JSON.parse(localStorage.getItem(KEY));
    if (found && Array.isArray(found.plans) && found.plans.length) return { ...structuredClone(DEFAULT), ...found };
  } catch {
    // A browser that keeps nothing starts anew.
  }
  return structuredClone(DEFAULT);
}

export const state = kept();

/** Something changed (`corridor`, `plans`, `shown`, `settings`, `result`): keep it and tell it. */
export function changed(what) {
  try {
    localStorage.setItem(KEY, JSON.stringify(state));
  } catch {
    // Nothing is kept then.
  }
  for (const listener of listeners) listener(what);
}

/** Call a function whenever something changes. */
export const onChange = (listener) => listeners.add(listener);

/** The plan that is looked at. */
export const shownPlan = () => state.plans[Math.min(state.shown, state.plans.length - 1)];

/** Whether there is room for a plan more. */
export const hasRoom = () => state.plans.length < MOST_PLANS;

/** Another corridor: its plans begin anew. */
export function chooseCorridor(name) {
  if (name === state.corridor) return;
  Object.assign(state, { corridor: name, plans: structuredClone(DEFAULT.plans), shown: 0 });
  changed("corridor");
}

/** A further plan, empty or a copy of the one that is looked at. */
export function addPlan(chosen = {}) {
  if (!hasRoom()) return;
  const numbers = state.plans.map((plan) => Number(plan.name.split("-")[1]));
  const free = [1, 2, 3, 4, 5, 6].find((n) => !numbers.includes(n));
  state.plans.push({ name: `plan-${free}`, chosen: structuredClone(chosen) });
  state.shown = state.plans.length - 1;
  changed("plans");
}

/** Take the plan that is looked at away; the last one is emptied. */
export function dropPlan() {
  if (state.plans.length === 1) state.plans[0].chosen = {};
  else state.plans.splice(state.shown, 1);
  state.shown = Math.max(0, Math.min(state.shown, state.plans.length - 1));
  changed("plans");
}

/** What a plan is called: by its letter. */
export const planTitle = (plan) => t("Plan {n}", { n: "ABCDEF"[Number(plan.name.split("-")[1]) - 1] });
