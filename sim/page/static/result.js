// A result as the server tells it, in the shape that the parts of the page draw.

const UNITS = { "": "", d: "days", share: "points", CNY: "money", t: "tonnes" };

/** The figures of a plan in their order. */
function figures(told) {
  return Object.entries(told ?? {}).map(([name, one]) => ({ ...one, name, title: one.label, unit: UNITS[one.unit] ?? one.unit }));
}

/** Plans with their figures, series with the titles of their plans; what a result has no tables of is null. */
export function read(told) {
  const plans = told.plans.map((plan) => ({ ...plan, isBase: plan.is_baseline, figures: figures(plan.figures) }));
  const title = (name) => plans.find((plan) => plan.name === name)?.title ?? name;
  const series = (by) => Object.entries(by ?? {}).map(([plan, one]) => ({ plan, title: title(plan), ...one }));
  const days = told.days && { ...told.days, series: series(told.days.curves), means: Object.entries(told.days.means).map(([name, one]) => ({ title: one.name ?? title(name), ...one })) };
  return { ...told, plans, days, months: told.months && { ...told.months, series: series(told.months.plans) } };
}

/** What a queue of a plan has by month: waits in days, or the largest backlog. */
export const ofQueue = (result, plan, queue, what) => result.queues.plans[plan]?.[queue.id]?.[what] ?? [];
