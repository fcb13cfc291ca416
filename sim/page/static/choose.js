// Choose: which corridor, or a file of one's own.
import { get, post } from "./api.js";
import { at, el, say } from "./make.js";
import { chooseCorridor, changed, state } from "./state.js";
import { t } from "./words.js";

const LARGEST = 1e6;
let corridors = [];

/** The corridor that is chosen, as the list has it. */
export const corridor = () => corridors.find((one) => one.name === state.corridor);

const years = (one) => {
  const last = one.end.slice(5, 10) === "01-01" ? Number(one.end.slice(0, 4)) - 1 : Number(one.end.slice(0, 4));
  const first = Number(one.start.slice(0, 4));
  return first === last ? `${first}` : `${first}–${last}`;
};

function card(one) {
  const pick = () => chooseCorridor(one.name);
  return el(
    "label",
    { class: "corridor" },
    el("input", { type: "radio", name: "corridor", value: one.name, checked: one.name === state.corridor, onchange: pick }),
    el("span", {}, el("b", {}, one.title), el("small", {}, `${years(one)} · ${one.name}`)),
    one.illustrative ? el("em", { title: t("Its numbers show how it works and describe no real place.") }, t("illustrative")) : null,
  );
}

async function list() {
  corridors = await get("/api/corridors");
  if (!corridor() && corridors.length) chooseCorridor(corridors[0].name);
  at("corridors").replaceChildren(at("corridors").firstElementChild, ...corridors.map(card));
  changed("corridors");
}

function faults(file, errors) {
  const line = (one) =>
    el("li", {}, el("b", {}, one.line ? t("line {n}", { n: one.line }) : t("the file")), " ", el("span", {}, one.message));
  const said = t("{file} cannot be read; {n} errors:", { file: file.name, n: errors.length });
  at("uploaded").replaceChildren(el("div", { class: "fault" }, el("p", {}, said), el("ul", {}, ...errors.map(line))));
}

async function send(file) {
  if (file.size > LARGEST) return faults(file, [{ message: t("It is larger than 1 MB.") }]);
  try {
    const { name } = await post("/api/uploads", await file.text(), { kind: "application/yaml" });
    at("uploaded").replaceChildren(el("p", { class: "good" }, t("{file} was read: it is there as {name}.", { file: file.name, name })));
    await list();
    if (corridors.some((one) => one.name === name)) chooseCorridor(name);
    changed("uploaded");
    at("corridors").querySelectorAll("input").forEach((one) => (one.checked = one.value === state.corridor));
  } catch (error) {
    faults(file, error.answer?.errors?.length ? error.answer.errors : [{ message: error.message }]);
  }
  say(at("uploaded").textContent);
}

/** Draw the list, and take files. */
export async function startChoose() {
  const drop = at("drop");
  at("file").addEventListener("change", ({ target }) => {
    if (target.files[0]) send(target.files[0]);
    target.value = "";
  });
  for (const kind of ["dragover", "dragleave", "drop"])
    drop.addEventListener(kind, (event) => {
      event.preventDefault();
      drop.classList.toggle("over", kind === "dragover");
      if (kind === "drop" && event.dataTransfer.files[0]) send(event.dataTransfer.files[0]);
    });
  await list();
}
