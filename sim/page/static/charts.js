// What all charts share: the library, fetched when the first is drawn; colours, fonts, sizes.
import { asset, language } from "./words.js";

/** Colours of Okabe and Ito for plans, the baseline first; each has a dash and a mark of its own too. */
export const COLOURS = ["#333333", "#0072B2", "#D55E00", "#009E73", "#B0588F", "#56B4E9", "#C98500"];
export const DASHES = [[5, 4], "solid", [9, 3], [2, 3], [10, 3, 2, 3], "solid", [4, 2]];
export const MARKS = ["emptyCircle", "circle", "rect", "triangle", "diamond", "emptyRect", "emptyTriangle"];
/** From calm to congested, each darker than the one before in black and white too. */
export const SCALE = ["#F2F6FA", "#A9CBE8", "#D55E00", "#5C1A00"];
/** The same for lanes, which lie on pale land. */
export const LANE_SCALE = ["#B7CFE2", "#5F97C4", "#D55E00", "#5C1A00"];
export const INK = "#17222f";
export const GREY = "#5a6672";
const LINE = "#dde3e9";

const wantsCalm = matchMedia("(prefers-reduced-motion: reduce)");
/** Whether whoever looks wants nothing to move by itself. */
export const isCalm = () => wantsCalm.matches;

/** The font of charts: that of the page. */
export const FONT = () => getComputedStyle(document.body).fontFamily;

/** The page is there first: charts wait until nothing else is to be done, yet not for long. */
const LONGEST_WAIT = 800;
const idle = () => new Promise((done) => (window.requestIdleCallback ? requestIdleCallback(done, { timeout: LONGEST_WAIT }) : setTimeout(done)));

let loading;
async function library() {
  await idle();
  const [echarts, outlines] = await Promise.all([
    import(asset("vendor/echarts.esm.min.js")),
    fetch(asset("outlines.geojson")).then((answer) => answer.json()),
    language === "zh" ? document.fonts.load('12px "Page Hei"', "中").catch(() => null) : null,
  ]);
  echarts.registerMap("land", outlines);
  return echarts;
}

/** Apache ECharts, with the outlines of countries as the map `land`. */
export const echarts = () => (loading ??= library());

const drawn = new Map();
const resized = new ResizeObserver((entries) => {
  for (const { target } of entries) {
    const one = drawn.get(target);
    if (!one || !target.clientWidth) continue;
    if (one.width !== target.clientWidth || one.height !== target.clientHeight) one.draw();
  }
});

/** Draw a chart in a node now and whenever its size changes; ``option`` makes what is drawn from width and height. */
export async function chart(node, option, { onReady } = {}) {
  const library = await echarts();
  let one = drawn.get(node);
  if (!one) {
    one = { instance: library.init(node, null, { renderer: "canvas" }) };
    drawn.set(node, one);
    resized.observe(node);
    onReady?.(one.instance);
  }
  one.draw = () => {
    if (!node.clientWidth) return;
    Object.assign(one, { width: node.clientWidth, height: node.clientHeight });
    one.instance.resize({ animation: { duration: 0 } });
    one.instance.setOption({ ...base(), ...option(node.clientWidth, node.clientHeight, one.instance) }, { notMerge: false });
  };
  one.draw();
  return one.instance;
}

/** Forget the charts of nodes that are thrown away. */
export function forget(root) {
  for (const [node, { instance }] of drawn)
    if (root.contains(node)) {
      resized.unobserve(node);
      instance.dispose();
      drawn.delete(node);
    }
}

function base() {
  return { animation: !isCalm(), animationDuration: 300, animationDurationUpdate: 350, textStyle: { fontFamily: FONT(), color: INK, fontSize: 12 }, aria: { enabled: false } };
}

/** An axis in the page's colours. */
export const axis = (more) => ({
  axisLine: { lineStyle: { color: "#8b97a3" } }, axisTick: { show: false }, splitLine: { lineStyle: { color: LINE } },
  nameTextStyle: { color: GREY, align: "left", padding: [0, 0, 0, -30] }, ...more, axisLabel: { color: GREY, hideOverlap: true, ...more?.axisLabel },
});

/** A tooltip whose texts are escaped: lines of a title and of rows. */
export const tooltip = (lines, more = {}) => ({
  confine: true, renderMode: "html", backgroundColor: "#fff", borderColor: "#c8d0d8", padding: [6, 10], textStyle: { color: INK, fontSize: 12 }, transitionDuration: 0,
  formatter: (values) => tip(lines(values)), ...more,
});

function tip(lines) {
  const made = document.createElement("div");
  lines.forEach((line, index) => {
    const row = document.createElement(index ? "div" : "b");
    row.textContent = line;
    made.append(row);
  });
  return made;
}
