// Run: what runs, waits and has run, told by the server as it changes.
import { get, post } from "./api.js";
import { at, el, say } from "./make.js";
import { changed, onChange, state } from "./state.js";
import { moment, percent, span, t } from "./words.js";

const STATES = {
  queued: () => t("waiting"), running: () => t("running"), done: () => t("done"), failed: () => t("failed"), stopped: () => t("stopped"),
};
const rows = new Map();
const told = new Map();

function row(run) {
  const parts = {
    title: el("b", {}), state: el("span", { class: "state" }), bar: el("progress", { max: "1", "aria-label": run.title }), said: el("span", { class: "said" }),
    error: el("pre", { class: "error", hidden: true }),
    why: el("p", { class: "why", hidden: true }),
    stop: el("button", { type: "button", class: "quiet", onclick: () => ask(run.id, "stop") }, t("Stop")),
    resume: el("button", { type: "button", title: t("Goes on where it was: what had run is kept."), onclick: () => ask(run.id, "resume") }, t("Resume")),
    look: el("a", { class: "button primary", href: "#compare" }, t("Compare")),
  };
  const where = run.from_terminal ? el("em", {}, t("from a terminal")) : null;
  const node = el("li", { class: "run", "data-run": run.id }, el("div", { class: "head" }, parts.title, where, parts.state), parts.bar,
    el("div", { class: "foot" }, parts.said, parts.stop, parts.resume, parts.look), parts.why, parts.error);
  return { node, parts };
}

function draw(run, { node, parts }) {
  const isLive = run.state === "running" || run.state === "queued";
  node.dataset.state = run.state;
  parts.title.textContent = run.title;
  parts.title.title = run.title;
  parts.state.textContent = (STATES[run.state] ?? (() => run.state))();
  parts.bar.hidden = !isLive && run.state !== "stopped";
  if (run.state === "running" && run.share === null) parts.bar.removeAttribute("value");
  else parts.bar.value = run.share ?? 0;
  parts.said.textContent = progress(run);
  parts.why.hidden = run.state !== "failed";
  parts.why.textContent = t("It broke off; everything else goes on.") + (run.error ? ` ${t("The last that it said:")}` : "");
  parts.error.hidden = !run.error;
  parts.error.textContent = run.error ?? "";
  parts.stop.hidden = !isLive || run.from_terminal;
  parts.resume.hidden = !run.can_resume;
  parts.look.hidden = !run.result;
  if (run.result) parts.look.href = `#compare=${encodeURIComponent(run.result)}`;
}

function progress(run) {
  const said = [];
  if (run.state === "queued") said.push(t("It starts when the one before it has ended."));
  else if (run.total) said.push(t("{done} of {total} runs", { done: run.done, total: run.total }));
  if (run.state === "running") said.push(percent(run.share ?? 0));
  if (run.failed) said.push(t("{n} failed", { n: run.failed }));
  if (!["queued", "running"].includes(run.state) && run.finished_at) said.push(moment(run.finished_at));
  if (run.state === "running" && run.seconds_left) said.push(t("about {time} left", { time: span(run.seconds_left) }));
  return said.join(" · ");
}

/** Tell those who listen: states as they change, progress by quarters. */
function tell(run) {
  if (run.from_terminal) return;
  const now = `${run.state}-${run.state === "running" ? Math.floor(4 * (run.share ?? 0)) : ""}`;
  const before = told.get(run.id);
  told.set(run.id, now);
  if (before === undefined || before === now) return;
  say(run.state === "running" ? `${run.title}: ${percent(run.share ?? 0)}` : `${run.title}: ${STATES[run.state]?.() ?? ""}`);
  if (run.state === "done") {
    if (run.id === state.started) state.result = run.result ?? state.result;
    changed("results");
  }
}

function show(runs) {
  const ids = new Set(runs.map((run) => run.id));
  for (const [id, { node }] of rows)
    if (!ids.has(id)) {
      node.remove();
      rows.delete(id);
    }
  runs.forEach((run, index) => {
    if (!rows.has(run.id)) rows.set(run.id, row(run));
    const found = rows.get(run.id);
    draw(run, found);
    if (at("runs").children[index] !== found.node) at("runs").insertBefore(found.node, at("runs").children[index] ?? null);
    tell(run);
  });
  at("no-runs").hidden = runs.length > 0;
  steps(runs);
}

function steps(runs) {
  const live = runs.filter((run) => run.state === "running");
  const share = live.length ? Math.max(...live.map((run) => run.share ?? 0)) : 0;
  document.querySelector('[data-said="run"]').textContent = live.length ? percent(share) : "";
}

/** Ask the server to stop a run, or to go on with one; why it does not is shown at the run. */
async function ask(id, what) {
  const { parts } = rows.get(id);
  try {
    await post(`/api/runs/${encodeURIComponent(id)}/${what}`);
    say(what === "stop" ? t("It is being stopped.") : t("It goes on."));
  } catch (error) {
    parts.why.textContent = error.message;
    parts.why.hidden = false;
    say(error.message);
  }
}

let events = null;

/** Be told of runs while somebody looks: a browser holds few connections, and hidden tabs need none. */
function listen() {
  if (document.hidden) {
    events?.close();
    events = null;
  } else if (!events) {
    events = new EventSource("/api/events");
    events.addEventListener("runs", (event) => show(JSON.parse(event.data)));
  }
}

/** Listen to the server; it says all there is when asked, and whenever something changes. */
export function startRuns() {
  const load = () => get("/api/runs").then(show, () => {});
  document.addEventListener("visibilitychange", listen);
  onChange((what) => what === "started" && load());
  listen();
}
