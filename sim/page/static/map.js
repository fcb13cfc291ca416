// The map of a corridor: lanes as wide as what they carry, darker the more they leave behind; places darker the longer
// one waits. Without flows the lanes are thin, by mode.
import { GREY, INK, LANE_SCALE, SCALE, chart, isCalm, tooltip } from "./charts.js";
import { conicAround } from "./projection.js";
import { days, number, t } from "./words.js";

export const WAITS = [0.5, 1, 3];
export const LEFT_BEHIND = [0.05, 0.25, 1];
const DASHES = { air: [6, 3], rail: "solid", road: [2, 2.5], sea: [8, 3, 2, 3] };
const [THINNEST, WIDEST, NARROWS] = [1.2, 9, 0.4];
const BEND = 0.16;

/** The class of congestion: 0 calm, 3 congested. */
export const classOf = (value, limits) => limits.filter((limit) => (value ?? 0) >= limit).length;

/** Lanes between two places, each with its bow, one beside the other where several join the same places. */
function bows(lanes) {
  const count = new Map();
  return lanes
    .filter((lane) => lane.from !== lane.to)
    .map((lane) => {
      const pair = `${lane.from} ${lane.to}`;
      count.set(pair, (count.get(pair) ?? 0) + 1);
      return { lane, bend: BEND * (1 + 0.9 * (count.get(pair) - 1)) };
    });
}

/** Draw a network in a node. ``flows`` by lane {tonnes, behind}, ``waits`` by place in days; both may be missing. */
export function drawMap(node, { nodes, lanes, flows = null, waits = null, widest = 0, isMoving = false }) {
  const placed = new Map(nodes.map((place) => [place.id, place]));
  const joined = lanes.filter((lane) => placed.has(lane.from) && placed.has(lane.to));
  const used = nodes.filter((place) => joined.some((lane) => lane.from === place.id || lane.to === place.id));
  const shown = used.length ? used : nodes;
  const drawn = bows(joined).map(({ lane, bend }) => line(lane, bend, placed, flows, widest));
  return chart(node, (width, height, instance) => {
    const geo = land(shown);
    instance.setOption({ geo });
    const labels = labelsOf(shown, ({ lon, lat }) => instance.convertToPixel("geo", [lon, lat]), width, height);
    return {
      tooltip: tooltip(({ data }) => data?.lines ?? [], { trigger: "item" }),
      geo,
      series: [casing(drawn), lanesOf(drawn, isMoving && !isCalm()), placesOf(shown, waits, width, labels)],
    };
  });
}

/** Where each name stands, from the middle of its place: the first spot that runs over no other and not off the map, or the least. */
function labelsOf(places, pixelOf, width, height) {
  const pixels = places.map(pixelOf);
  const taken = pixels.map(([x, y]) => [x - 7, y - 7, x + 7, y + 7]);
  const found = new Map();
  places.forEach((place, index) => {
    const [x, y] = pixels[index];
    const wide = [...place.name].reduce((sum, sign) => sum + (sign.charCodeAt(0) > 0x2e80 ? 12.2 : 6.6), 2);
    const scored = SPOTS(wide).map(([left, top], rank) => {
      const box = [x + left, y + top, x + left + wide, y + top + 14];
      const outside = wide * 14 - overlap(box, [2, 2, width - 2, height - 2]);
      return [taken.reduce((sum, other) => sum + overlap(box, other), 3 * outside + rank), box, [left, top]];
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
    isUsed: !flows || tonnes > 0,
  };
}

const styled = (one, more) => ({ id: one.id, coords: one.coords, lines: one.lines, lineStyle: { curveness: one.bend, ...more } });

function casing(drawn) {
  return {
    type: "lines", coordinateSystem: "geo", silent: true, z: 2, lineStyle: { opacity: 1 },
    data: drawn.map((one) => styled(one, { width: one.isUsed ? one.width + 1.2 : 0, color: INK, opacity: one.isUsed && one.width > 2 ? 0.75 : 0 })),
  };
}

function lanesOf(drawn, isMoving) {
  return {
    type: "lines", coordinateSystem: "geo", z: 3, symbol: ["none", "arrow"], symbolSize: 7,
    effect: { show: isMoving, period: 5, symbol: "circle", symbolSize: 5, color: INK, trailLength: 0 },
    data: drawn.map((one) => styled(one, { width: one.width, color: one.colour, opacity: 1, type: one.width > 4 ? "solid" : DASHES[one.mode] })),
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

/** What shades and widths mean, as elements of the page. */
export function legendOf(el) {
  const swatch = (level, text, round) => el("span", {}, el("i", { class: round ? "dot" : "", style: `background:${(round ? SCALE : LANE_SCALE)[level]}` }), text);
  const limits = (values, unit) => [`< ${values[0]}`, `${values[0]}–${values[1]}`, `${values[1]}–${values[2]}`, `> ${values[2]}${unit}`];
  const behind = LEFT_BEHIND.map((value) => 100 * value);
  return el("div", { class: "legend shades", style: `color:${GREY}` },
    el("span", {}, t("places: longest mean wait of a month")), ...limits(WAITS, t(" d")).map((text, level) => swatch(level, text, true)),
    el("span", {}, t("lanes: left behind for 100 carried")), ...limits(behind, "").map((text, level) => swatch(level, text, false)),
    el("span", {}, t("wider: more tonnes")));
}
