// What the page asks of its server. Every answer is JSON; every fault becomes an Error with a text for people.
import { language, t } from "./words.js";

/** A fault with what the server said of it. */
export class Fault extends Error {
  constructor(said, status, answer) {
    super(said);
    this.status = status;
    this.answer = answer;
  }
}

const inLanguage = (path) => `${path}${path.includes("?") ? "&" : "?"}lang=${language}`;

async function answered(promise) {
  let response;
  try {
    response = await promise;
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Fault(t("The server does not answer. Is sim serve still running?"), 0, {});
  }
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new Fault(answer.error || t("The server answered {n}.", { n: response.status }), response.status, answer);
  return answer;
}

/** What stands at an address. */
export const get = (path, signal) => answered(fetch(inLanguage(path), { signal, headers: { Accept: "application/json" } }));

/** Send JSON, or a text of another kind. */
export function post(path, body, { signal, kind = "application/json" } = {}) {
  const sent = kind === "application/json" ? JSON.stringify(body ?? {}) : body;
  return answered(fetch(inLanguage(path), { method: "POST", body: sent, signal, headers: { "Content-Type": kind } }));
}

/** Where a file of a result is. */
export const download = (result, file) => inLanguage(`/api/results/${encodeURIComponent(result)}/download/${file}`);
