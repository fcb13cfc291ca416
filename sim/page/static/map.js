// The map of a corridor: lanes as wide as what they carry, darker the more they leave behind; places darker the longer
// one waits. Without flows the lanes are thin, by mode.
import { GREY, INK, LANE_SCALE, SCALE, chart, isCalm, tooltip } from "./charts.js";
import { conicAround } from "./projection.js";
import { days, number, t } from "./words.js";

export const WAITS = [0.5, 1, 3];
export const LEFT_BEHIND = [0.05, 0.25, 1];
const DASHES = { air: [6, 3], rail: "solid", road: [2, 2.5], sea: [8, 3, 2, 3] };
const [THINNEST, WIDEST, NARROWS] = [1.2, 9, 0.4];
/** How far lanes leave the straight line: by air to the north, on the ground and by sea a little to the south, so that modes lie apart. */
const BENDS = { air: 0.2, rail: -0.06, road: -0.16, sea: -0.24 };
const FURTHER = 0.55;
/** From so wide a lane is drawn whole, and its mode stands in a thin line on it. */
const BROAD = 2.5;

/** The class of congestion: 0 calm, 3 congested. */
export const classOf = (value, limits) => limits.filter((limit) => (value ?? 0) >= limit).length;

/** Lanes between two places, each with its bow, one beside the other where several of a mode join the same places. */
function bows(lanes, placed) {
  const count = new Map();
  return lanes
    .filter((lane) => lane.from !== lane.to)
    .map((lane) => {
      const key = [...[lane.from, lane.to].sort(), lane.mode].join(" ");
      const before = count.get(key) ?? 0;
      count.set(key, before + 1);
      const isEastward = placed.get(lane.to).lon >= placed.get(lane.from).lon;
      return { lane, bend: (BENDS[lane.mode] ?? BENDS.road) * (1 + FURTHER * before) * (isEastward ? 1 : -1) };
    });
}

/** Draw a network in a node. ``flows`` by lane {tonnes, behind}, ``waits`` by place in days; both may be missing. */
export function drawMap(node, { nodes, lanes, flows = null, waits = null, widest = 0, isMoving = false }) {
  const placed = new Map(nodes.map((place) => [place.id, place]));
  const joined = lanes.filter((lane) => placed.has(lane.from) && placed.has(lane.to));
  const used = nodes.filter((place) => joined.some((lane) => lane.from === place.id || lane.to === place.id));
  const shown = used.length ? used : nodes;
  const drawn = bows(joined, placed).map(({ lane, bend }) => line(lane, bend, placed, flows, widest));
  return chart(node, (width, height, instance) => {
    const geo = land(shown);
    instance.setOption({ geo });
    const pixelOf = (place) => instance.convertToPixel("geo", place);
    const labels = labelsOf(shown, ({ lon, lat }) => pixelOf([lon, lat]), drawn.flatMap((one) => along(one, pixelOf)), width, height);
    return {
      tooltip: tooltip(({ data }) => data?.lines ?? [], { trigger: "item" }),
      geo,
      series: [casing(drawn), lanesOf(drawn, isMoving && !isCalm()), modesOf(drawn), placesOf(shown, waits, width, labels)],
    };
  });
}

/** Small boxes along a lane as it is drawn: a quadratic curve bent by so much of its length. */
function along({ coords, bend, width, isUsed }, pixelOf) {
  if (!isUsed) return [];
  const [[x1, y1], [x2, y2]] = coords.map(pixelOf);
  const [x, y] = [(x1 + x2) / 2 - (y1 - y2) * bend, (y1 + y2) / 2 - (x2 - x1) * bend];
  const n = Math.max(Math.round(Math.hypot(x2 - x1, y2 - y1) / 9), 2);
  const half = Math.max(width / 2, 1.5);
  return Array.from({ length: n }, (_, index) => {
    const s = (index + 0.5) / n;
    const at = (from, by, to) => (1 - s) ** 2 * from + 2 * s * (1 - s) * by + s ** 2 * to;
    const [left, top] = [at(x1, x, x2), at(y1, y, y2)];
    return [left - half, top - half, left + half, top + half];
  });
}

/** Where each name stands, from the middle of its place: the spot that runs least over other names, places and lanes, and not off the map. */
function labelsOf(places, pixelOf, lanes, width, height) {
  const pixels = places.map(pixelOf);
  const taken = pixels.map(([x, y]) => [x - 7, y - 7, x + 7, y + 7]);
  const found = new Map();
  places.forEach((place, index) => {
    const [x, y] = pixels[index];
    const wide = [...place.name].reduce((sum, sign) => sum + (sign.charCodeAt(0) > 0x2e80 ? 12.2 : 6.6), 2);
    const scored = SPOTS(wide).map(([left, top], rank) => {
      const box = [x + left, y + top, x + left + wide, y + top + 14];
      const outside = wide * 14 - overlap(box, [2, 2, width - 2, height - 2]);
      const [names, crossed] = [taken, lanes].map((boxes) => boxes.reduce((sum, other) => sum + overlap(box, other), 0));
      return [3 * outside + 2 * names + crossed + rank, box, [left, top]];
    });
    const [, box, spot] = scored.reduce((best, one) => (one[0] < best[0] ? one : best));
    taken.push(box);
    found.set(place.id, spot);
  });
  return found;
}

const SPOTS = (wide) => [
  [9, -7], [-9 - wide, -7], [-wide / 2, -24], [-wide / 2, 10], [5, -22], [-5 - wide, -22], [5, 8], [-5 - wide, 8], [-wide / 2, -40], [-wide / 2, 26], [-9 - wide, 24], [-9 - wide, -38],
];

const overlap = (one, other) => Math.max(Math.min(one[2], other[2]) - Math.max(one[0], other[0]), 0) * Math.max(Math.min(one[3], other[3]) - Math.max(one[1], other[1]), 0);

function land(places) {
  const longitudes = places.map((place) => place.lon);
  const latitudes = places.map((place) => place.lat);
  const [west, east, south, north] = [Math.min(...longitudes), Math.max(...longitudes), Math.min(...latitudes), Math.max(...latitudes)];
  const [x, y] = [Math.max((east - west) * 0.09, 2), Math.max((north - south) * 0.12, 2)];
  return {
    map: "land", projection: conicAround(places), silent: true, roam: false, animation: false,
    boundingCoords: [[west - x, north + y], [east + x, south - y]],
    left: 8, right: 8, top: 8, bottom: 8, preserveAspect: "contain",
    itemStyle: { areaColor: "#fbfaf6", borderColor: "#bdbdb4", borderWidth: 0.5 }, label: { show: false },
  };
}

function line(lane, bend, placed, flows, widest) {
  const [from, to] = [placed.get(lane.from), placed.get(lane.to)];
  const flow = flows?.[lane.id];
  const tonnes = flow?.tonnes ?? 0;
  const share = widest > 0 ? Math.max(tonnes / widest, 0) ** NARROWS : 0;
  const said = flows ? [t("{n} t in the month", { n: number(tonnes) }), t("left behind for 100 carried: {n}", { n: flow?.behind === null || flow?.behind === undefined ? "–" : number(100 * flow.behind) })] : [];
  return {
    id: lane.id, coords: [[from.lon, from.lat], [to.lon, to.lat]], mode: lane.mode, bend, lines: [lane.name, ...said],
    width: flows ? (tonnes > 0 ? THINNEST + (WIDEST - THINNEST) * share : 0.6) : 1.8,
    colour: flows ? (tonnes > 0 ? LANE_SCALE[classOf(flow?.behind, LEFT_BEHIND)] : "#c3cad1") : "#2d5f86",
    isUsed: !flows || tonnes > 0, isFlow: Boolean(flows),
  };
}

const dashOf = (one) => (one.width > BROAD ? "solid" : DASHES[one.mode]);
const styled = (one, more) => ({ id: one.id, coords: one.coords, lines: one.lines, lineStyle: { curveness: one.bend, ...more } });

function casing(drawn) {
  return {
    type: "lines", coordinateSystem: "geo", silent: true, z: 2, lineStyle: { opacity: 1 },
    data: drawn.map((one) => styled(one, { width: one.isUsed ? one.width + 1.2 : 0, color: INK, opacity: one.isFlow && one.isUsed ? 0.75 : 0, type: dashOf(one) })),
  };
}

function lanesOf(drawn, isMoving) {
  return {
    type: "lines", coordinateSystem: "geo", z: 3, symbol: ["none", "arrow"], symbolSize: 7,
    effect: { show: isMoving, period: 5, symbol: "circle", symbolSize: 5, color: INK, trailLength: 0 },
    data: drawn.map((one) => styled(one, { width: one.width, color: one.colour, opacity: 1, type: dashOf(one) })),
  };
}

/** What broad lanes are, in a thin line along their middle. */
function modesOf(drawn) {
  return {
    type: "lines", coordinateSystem: "geo", silent: true, z: 4,
    data: drawn.filter((one) => one.width > BROAD).map((one) => styled(one, { width: 1, color: INK, opacity: 0.8, type: DASHES[one.mode] })),
  };
}

function placesOf(places, waits, width, labels) {
  const isSmall = width < 480;
  return {
    type: "scatter", coordinateSystem: "geo", z: 5,
    label: { show: true, fontSize: isSmall ? 10 : 12, color: INK, textBorderColor: "#fff", textBorderWidth: 3, formatter: ({ data }) => data.name },
    data: places.map((place) => {
      const wait = waits?.[place.id];
      const level = classOf(wait, WAITS);
      const size = (waits ? 9 + 4 * level : 8) * (isSmall ? 0.8 : 1);
      return {
        id: place.id, name: place.name, value: [place.lon, place.lat], symbolSize: size,
        label: { position: labels.get(place.id).map((from) => from + size / 2) },
        itemStyle: { color: waits ? SCALE[level] : "#fff", borderColor: INK, borderWidth: 1.4 },
        lines: [place.name, waits ? t("longest mean wait of the month: {days}", { days: days(wait ?? 0) }) : null].filter(Boolean),
      };
    }),
  };
}

/** What dashes mean, as the map of the corridor has it. */
function modes() {
  const copy = document.getElementById("modes").cloneNode(true);
  copy.removeAttribute("id");
  return copy;
}

/** What shades and widths mean, as elements of the page. */
export function legendOf(el) {
  const swatch = (level, text, round) => el("span", {}, el("i", { class: round ? "dot" : "", style: `background:${(round ? SCALE : LANE_SCALE)[level]}` }), text);
  const limits = (values, unit) => [`< ${values[0]}`, `${values[0]}–${values[1]}`, `${values[1]}–${values[2]}`, `> ${values[2]}${unit}`];
  const behind = LEFT_BEHIND.map((value) => 100 * value);
  return el("div", { class: "legend shades", style: `color:${GREY}` },
    el("span", {}, t("places: longest mean wait of a month")), ...limits(WAITS, t(" d")).map((text, level) => swatch(level, text, true)),
    el("span", {}, t("lanes: left behind for 100 carried")), ...limits(behind, "").map((text, level) => swatch(level, text, false)),
    el("span", {}, t("wider: more tonnes")), modes());
}
