// What is wrong, shown at the field that it is wrong with: seen beside it, and read out with it.
import { el } from "./make.js";

const HERE = "wrong-here";
let count = 0;

/** Show an error below a part of the page, tied to the input that it is about. */
export function mark({ input, after }, message) {
  const id = `wrong-${++count}`;
  let last = after;
  while (last.nextElementSibling?.classList.contains(HERE)) last = last.nextElementSibling;
  last.after(el("p", { class: HERE, id }, message));
  input.dataset.described ??= input.getAttribute("aria-describedby") ?? "";
  input.setAttribute("aria-describedby", `${input.getAttribute("aria-describedby") ?? ""} ${id}`.trim());
  input.setAttribute("aria-invalid", "true");
}

/** Take all errors within a node away. */
export function clear(node) {
  for (const old of node.querySelectorAll(`.${HERE}`)) old.remove();
  for (const input of node.querySelectorAll("[aria-invalid]")) {
    input.removeAttribute("aria-invalid");
    if (input.dataset.described) input.setAttribute("aria-describedby", input.dataset.described);
    else input.removeAttribute("aria-describedby");
    delete input.dataset.described;
  }
}

/** Give the focus to an input, whatever is folded around it. */
export function lead(input) {
  for (let fold = input.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
  input.focus();
  input.scrollIntoView({ block: "center" });
}
