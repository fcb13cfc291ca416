// One intervention of the list: a box to choose it; when chosen its dates, and a slider for each of its sizes.
import { el } from "./make.js";
import { clear, lead, mark } from "./wrong.js";
import { openSources } from "./sources.js";
import { changed, shownPlan, state } from "./state.js";
import { day, exact, money, t } from "./words.js";

let count = 0;

/** The costs of an intervention in a line. */
function costs({ capital_cny: capital, yearly_cny: yearly }) {
  const said = [capital ? money(capital) : null, yearly ? t("{money} a year", { money: money(yearly) }) : null];
  return said.filter(Boolean).join(" + ") || t("no cost described");
}

/** A card: its node, and functions that draw it for the plan that is looked at, show errors at its fields, and go to one. */
export function card(intervention) {
  const id = `intervention-${++count}`;
  const own = () => shownPlan().chosen[intervention.name];
  const box = el("input", { type: "checkbox", id, onchange: () => choose(box.checked) });
  const body = el("div", { class: "body", hidden: true });
  const when = el("span", {});
  const isDisruption = intervention.kind === "disruption";
  const head = el(
    "div",
    { class: "head" },
    box,
    el("label", { for: id }, el("b", {}, intervention.title), el("small", {}, when, isDisruption ? null : ` · ${costs(intervention)}`)),
    isDisruption ? el("em", {}, t("may happen")) : null,
  );
  const node = el("li", { class: "intervention" }, head, body);
  let fields = new Map();

  function choose(isChosen) {
    if (isChosen) shownPlan().chosen[intervention.name] = {};
    else delete shownPlan().chosen[intervention.name];
    draw();
    changed("chosen");
  }

  function draw() {
    const chosen = own();
    box.checked = Boolean(chosen);
    node.classList.toggle("chosen", Boolean(chosen));
    when.textContent = acts(intervention, chosen);
    body.hidden = !chosen;
    fields = new Map([["", { input: box, after: head }]]);
    body.replaceChildren(...(chosen ? inside(intervention, chosen, redate, fields) : []));
  }

  function redate() {
    when.textContent = acts(intervention, own());
    changed("sizes");
  }

  /** Show errors, each at its field; of a size that has none here, at the head. */
  function complain(errors) {
    clear(node);
    for (const error of errors) mark(fieldOf(error), error.message);
  }

  const fieldOf = ({ field = "" }) => fields.get(field) ?? fields.get([...fields.keys()].find((path) => path && field.startsWith(`${path}.`))) ?? fields.get("");

  draw();
  return { node, draw, complain, intervention, focus: (error) => lead(fieldOf(error).input) };
}

function acts(intervention, chosen) {
  const from = chosen?.at || intervention.at;
  const until = chosen && "until" in chosen ? chosen.until : intervention.until;
  return until ? t("{day} to {last}", { day: day(from), last: day(until) }) : t("from {day}", { day: day(from) });
}

function inside(intervention, chosen, told, fields) {
  const measures = intervention.sizes.filter((size) => (size.part ?? "measure") === "measure");
  const others = intervention.sizes.filter((size) => !measures.includes(size));
  const sliders = (sizes) => sizes.map((size) => slider(intervention, size, chosen, told, fields));
  const dates = el("div", { class: "dates" }, ...[["at", t("from")], ["until", t("until")]].map(([field, name]) => dated(intervention, chosen, told, field, name)));
  for (const input of dates.querySelectorAll("input")) fields.set(input.name, { input, after: dates });
  const proposed = intervention.proposed_in ? el("span", {}, ` (${intervention.proposed_in})`) : null;
  return [
    el("p", { class: "describes" }, intervention.describes, proposed),
    dates,
    ...sliders(measures),
    others.length ? el("details", { class: "more" }, el("summary", {}, t("Cost and time to grow")), ...sliders(others)) : null,
  ].filter(Boolean);
}

function dated(intervention, chosen, told, field, name) {
  const input = el("input", {
    type: "date", name: field, value: chosen[field] ?? intervention[field] ?? "", required: field === "at",
    onchange: () => {
      if (!input.value && intervention[field]) input.value = intervention[field];
      if (input.value === (intervention[field] ?? "")) delete chosen[field];
      else chosen[field] = input.value;
      told();
    },
  });
  return el("label", {}, el("span", {}, name), input);
}

// -- sizes ------------------------------------------------------------------------------------------------------------

function slider(intervention, size, chosen, told, fields) {
  const id = `size-${++count}`;
  const value = chosen.sizes?.[size.path] ?? size.value;
  const range = el("input", {
    type: "range", id, min: size.low, max: size.high, step: size.step > 0 ? size.step : "any", value,
    "aria-describedby": `${id}-unit`, oninput: () => move(Number(range.value)),
  });
  const exactly = el("input", {
    type: "number", "aria-label": size.label, min: size.least ?? null, max: size.most ?? null, step: size.is_whole ? 1 : "any", value,
    onchange: () => exactly.value !== "" && move(Number(exactly.value)),
  });
  const reset = el("button", { type: "button", class: "quiet", title: t("as proposed: {n}", { n: `${exact(size.value)} ${size.unit}` }), onclick: () => move(size.value) }, t("reset"));
  const source = el("button", { type: "button", class: "quiet", "aria-label": t("source of: {what}", { what: size.label }),
    onclick: () => openSources({ corridor: state.corridor, path: `interventions.${intervention.name}.${size.path}` }) }, t("source"));
  const node = el(
    "div",
    { class: "size" },
    el("label", { for: id }, size.label),
    el("span", {}, reset, source),
    el("div", { class: "slide" }, el("small", {}, exact(size.low)), range, el("small", {}, exact(size.high))),
    el("div", { class: "value" }, exactly, el("span", { id: `${id}-unit` }, size.unit || "")),
  );

  function move(to) {
    const held = size.is_whole ? Math.round(to) : to;
    range.value = held;
    exactly.value = held;
    if (held === size.value) delete chosen.sizes?.[size.path];
    else (chosen.sizes ??= {})[size.path] = held;
    if (chosen.sizes && !Object.keys(chosen.sizes).length) delete chosen.sizes;
    show();
    told();
  }

  function show() {
    const part = (Number(range.value) - size.low) / (size.high - size.low || 1);
    range.style.setProperty("--part", `${100 * Math.min(Math.max(part, 0), 1)}%`);
    range.setAttribute("aria-valuetext", `${exact(Number(range.value))} ${size.unit || ""}`.trim());
    reset.hidden = size.path in (chosen.sizes ?? {}) ? false : true;
  }

  show();
  fields.set(size.path, { input: exactly, after: node });
  return node;
}
