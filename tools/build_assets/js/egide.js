// Progressive enhancement only: every page works without this file.
import { keyboard } from "./keyboard.js";
import { session } from "./session.js";
import { sitting } from "./sitting.js";

const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];

// A second click sends nothing twice. (The server recognises a repeat anyway.)
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.sent) { event.preventDefault(); return; }
  if (form.method.toLowerCase() === "post") {
    form.dataset.sent = "1"; form.dataset.clean = "1";
    setTimeout(() => delete form.dataset.sent, 8000);
  }
});

// Drafts: two seconds after the last keystroke, also in a form that came after the page.
const waiting = new WeakMap();
const keep = async (form) => {
  if (form.dataset.sent) return; // what was sent is no draft any more
  const body = new FormData(form);
  $$("input[type=file]", form).forEach((input) => body.delete(input.name)); // a draft keeps words, never a file
  try {
    const answer = await fetch(form.dataset.autosave, { method: "POST", body, headers: { "HX-Request": "true" } });
    const status = form.querySelector("[data-draft-status]") || document.querySelector("[data-draft-status]");
    if (answer.ok && status) { status.outerHTML = await answer.text(); delete form.dataset.dirty; }
  } catch { /* the next keystroke tries again */ }
};
document.addEventListener("input", (event) => {
  const form = event.target.closest("form[data-autosave], form[data-confirm-leave]");
  if (!form) return;
  form.dataset.dirty = "1";
  if (!form.dataset.autosave) return;
  clearTimeout(waiting.get(form));
  waiting.set(form, setTimeout(() => keep(form), 2000));
});
window.addEventListener("beforeunload", (event) => {
  if ($$("form[data-confirm-leave][data-dirty]").some((form) => !form.dataset.clean)) event.preventDefault();
});

// A file that is too large is said to be so before it is sent; the server counts it anyway.
document.addEventListener("change", (event) => {
  const input = event.target;
  const said = input.dataset && input.dataset.largest && document.getElementById(input.dataset.largestSaid);
  if (!said) return;
  said.hidden = !(input.files[0] && input.files[0].size > Number(input.dataset.largest));
  if (!said.hidden) input.value = "";
});

// Fields that belong to one answer show when it is chosen; without scripts they are simply there.
$$("[data-reveals]").forEach((block) => {
  const [name, value] = block.dataset.reveals.split("=");
  const show = () => {
    const on = $$(`[name="${name}"]`).some((input) => (input.type === "radio" || input.type === "checkbox" ? input.checked && input.value === value : input.value === value));
    block.hidden = !on;
  };
  document.addEventListener("change", show); show();
});

keyboard();
session();
sitting();

$$(".error-summary").filter((box) => !box.closest(".sample")).forEach((box) => box.focus());
$$("[data-print]").forEach((button) => button.addEventListener("click", () => window.print()));
document.documentElement.classList.add("js");
