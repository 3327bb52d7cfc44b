// Keyboard: "?" lists the shortcuts, "/" searches, "g" then a letter goes to a page of the navigation; a key of the
// page itself presses what bears it, or goes to the field; Esc leaves that field.
const KEPT = "egide-shortcuts";
const WAIT = 1500;

const isTyping = (target) => !!(target.closest && target.closest("input, textarea, select, [contenteditable]"));
const kept = () => { try { return localStorage.getItem(KEPT) !== "off"; } catch { return true; } };
const keep = (on) => { try { if (on) localStorage.removeItem(KEPT); else localStorage.setItem(KEPT, "off"); } catch { /* not kept */ } };

export function open(dialog) {
  if (dialog && dialog.showModal && !dialog.open) dialog.showModal();
}

export function keyboard() {
  const list = document.getElementById("shortcuts");
  let went = 0;
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && event.target.closest && event.target.closest(".line")) { event.target.blur(); return; }
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    if (!kept() || document.querySelector("dialog[open]")) return;
    if (event.key === "?") { event.preventDefault(); open(list); return; }
    if (event.key === "/") {
      const box = document.querySelector(".header-search input[type=search], main input[type=search]");
      if (box) { event.preventDefault(); box.focus(); }
      return;
    }
    if (event.key === "g") { went = Date.now(); return; }
    if (Date.now() - went < WAIT) {
      const link = [...document.querySelectorAll("a[data-key]")].find((one) => one.dataset.key === event.key.toLowerCase());
      if (link) { event.preventDefault(); link.click(); }
    } else {
      const one = [...document.querySelectorAll("[data-press]")].find((each) => each.dataset.press === event.key.toLowerCase());
      if (one) { event.preventDefault(); if (one.matches("input")) one.focus(); else one.click(); }
    }
    went = 0;
  });
  document.querySelectorAll("[data-open]").forEach((button) => {
    const dialog = document.getElementById(button.dataset.open);
    if (!dialog || !dialog.showModal) return;
    button.hidden = false;
    button.addEventListener("click", () => open(dialog));
  });
  document.querySelectorAll("dialog [data-close]").forEach((button) => button.addEventListener("click", () => button.closest("dialog").close()));
  const choice = document.querySelector("[data-shortcuts-on]");
  if (choice) { choice.checked = kept(); choice.addEventListener("change", () => keep(choice.checked)); }
}
