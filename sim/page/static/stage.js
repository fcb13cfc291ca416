// The stage beside the steps: the corridor that is chosen, on the map.
import { get } from "./api.js";
import { corridor } from "./choose.js";
import { at, fault, table } from "./make.js";
import { drawMap } from "./map.js";
import { changed, onChange, state } from "./state.js";
import { language, t } from "./words.js";

const MODES = { air: () => t("air"), rail: () => t("rail"), road: () => t("road"), sea: () => t("sea") };
const fetched = new Map();

async function draw() {
  const name = state.corridor;
  if (!name) return;
  at("stage-title").textContent = corridor()?.title ?? name;
  if (!fetched.has(name)) fetched.set(name, await get(`/api/corridors/${encodeURIComponent(name)}`));
  if (name !== state.corridor) return;
  const found = fetched.get(name);
  const nodes = found.places.map((place) => ({ ...place, name: (language === "zh" && place.name_zh) || place.name }));
  const names = new Map(nodes.map((place) => [place.id, place.name]));
  at("stage-title").textContent = found.title;
  changed("drawn");
  at("stage-said").textContent = t("{places} places, {lanes} lanes, {routes} routes; {assumed} of {numbers} numbers are assumed.", {
    places: nodes.length, lanes: found.lanes.length, routes: found.routes.length, assumed: found.n_assumed, numbers: found.n_numbers,
  });
  at("map-said").textContent = t("Map of the places and lanes of the corridor.") + ` ${nodes.map((place) => place.name).join(", ")}.`;
  const rows = found.lanes.map((lane) => [lane.name, names.get(lane.from) ?? lane.from, names.get(lane.to) ?? lane.to, MODES[lane.mode]?.() ?? lane.mode]);
  at("map-table").replaceChildren(table(t("Lanes"), [t("lane"), t("from"), t("to"), t("by")], rows));
  await drawMap(at("map"), { nodes, lanes: found.lanes });
}

/** Listen, and draw what there is once the page has been painted. */
export function startStage() {
  onChange((what) => ["corridor", "corridors", "step"].includes(what) && document.body.dataset.step !== "compare" && draw().catch(fault));
}
