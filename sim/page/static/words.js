// Texts and numbers in the language of the page. An English text is the key of its translation.

export const language = document.documentElement.lang.startsWith("zh") ? "zh" : "en";
const isChinese = language === "zh";
const SIZES = isChinese ? [[1e8, "亿"], [1e4, "万"], [1, ""]] : [[1e9, " billion"], [1e6, " million"], [1, ""]];
const NONE = "–";
let texts = {};

/** Fetch the catalogue; English needs none. */
export async function learn() {
  if (isChinese) texts = await (await fetch(asset(`texts.${language}.json`))).json();
}

/** The address of a file that comes with the page and is kept by the browser. */
export const asset = (name) => new URL(`../${name}`, import.meta.url).href;

/** A text in the language of the page, its blanks filled in. */
export function t(text, values = {}) {
  return (texts[text] || text).replace(/\{(\w+)\}/g, (blank, name) => values[name] ?? blank);
}

const isNone = (value) => value === null || value === undefined || Number.isNaN(value);
const minus = (text) => text.replace("-", "−");

/** A number to so many figures, in 万 and 亿 or in millions. */
export function number(value, figures = 3) {
  if (isNone(value)) return NONE;
  const rounded = Number(Number(value).toPrecision(figures));
  const [size, name] = SIZES.find(([least]) => Math.abs(rounded) >= least || least === 1);
  return minus((rounded / size).toLocaleString("en-US", { maximumSignificantDigits: Math.max(figures, 4) })) + name;
}

/** A number that somebody decided, as it is. */
export const exact = (value) => number(value, 6);

/** Yuan that somebody decided. */
export const money = (value) => (isNone(value) ? NONE : isChinese ? `${exact(value)}元` : `CNY ${exact(value)}`);

/** A share in per cent. */
export function percent(share) {
  if (isNone(share)) return NONE;
  const said = minus((100 * share).toFixed(Math.abs(share) >= 0.0995 || share === 0 ? 0 : 1));
  return isChinese ? `${said}%` : `${said}\u00a0%`;
}

/** A probability in whole per cent: never nought or certain. */
export function probability(share) {
  if (isNone(share)) return NONE;
  if (share < 0.01) return t("under 1 %");
  if (share > 0.99) return t("over 99 %");
  return percent(Math.round(100 * share) / 100);
}

/** Days, to the tenth or finer where they are few. */
export const days = (value) =>
  isNone(value) ? NONE : t("{n} d", { n: minus(Number(value).toFixed(Math.abs(value) >= 0.995 ? 1 : 2)) });

/** A month `2017-03` as it is written. */
export function month(text) {
  const [year, index] = text.split("-").map(Number);
  if (isChinese) return `${year}年${index}月`;
  return `${new Date(Date.UTC(year, index - 1)).toLocaleString("en-US", { month: "short", timeZone: "UTC" })} ${year}`;
}

/** A date `2017-03-01` as it is written. */
export function day(text) {
  const [year, index, of] = text.slice(0, 10).split("-").map(Number);
  if (isChinese) return `${year}年${index}月${of}日`;
  return `${of} ${month(text)}`;
}

/** A moment, to the minute, by the clock of whoever looks. */
export function moment(text) {
  const at = new Date(text);
  const two = (n) => String(n).padStart(2, "0");
  const date = [at.getFullYear(), two(at.getMonth() + 1), two(at.getDate())].join("-");
  return `${day(date)} ${two(at.getHours())}:${two(at.getMinutes())}`;
}

/** A span of seconds, roughly. */
export function span(seconds) {
  if (isNone(seconds)) return NONE;
  if (seconds < 55) return t("{n} s", { n: seconds < 10 ? Math.max(Math.ceil(seconds), 1) : 5 * Math.ceil(seconds / 5) });
  if (seconds < 5400) return t("{n} min", { n: Math.ceil(seconds / 60) });
  return t("{n} h", { n: (seconds / 3600).toFixed(1) });
}

/** Bytes, roughly. */
export const bytes = (value) => (isNone(value) ? NONE : `${(value / 1e9).toFixed(1)} GB`);

/** The first of two texts for one thing, the second, filled in, for several. */
export const counted = (n, one, several) => (n === 1 ? one : several).replace("{n}", n);
