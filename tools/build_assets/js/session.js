// The session's end: asked of the server (a page cannot know it), announced ten minutes before, renewed by a button.
import { open } from "./keyboard.js";

const WARN = 600; // seconds before the end
const FIRST = 20; // seconds after the page: most pages are left before, and ask nothing
const LONGEST = 3600; // a computer that slept is caught up with within the hour

export function session() {
  const dialog = document.getElementById("session-end");
  if (!dialog || !dialog.showModal) return;
  let timer = null, counting = null, endsAt = 0, closed = 0;
  const token = () => { try { return JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"]; } catch { return ""; } };
  const show = (part) => dialog.querySelectorAll("[data-when]").forEach((one) => { one.hidden = one.dataset.when !== part; });
  const later = (seconds) => { clearTimeout(timer); timer = setTimeout(ask, Math.max(1, seconds) * 1000); };

  function count() {
    const left = Math.round((endsAt - Date.now()) / 1000);
    dialog.querySelector("[data-minutes]").textContent = String(Math.max(1, Math.ceil(left / 60)));
    if (left <= 0) { clearInterval(counting); later(1); }
  }
  function tell(left) {
    clearInterval(counting);
    endsAt = Date.now() + left * 1000;
    if (left <= 0) { show("over"); clearTimeout(timer); open(dialog); return; }
    if (left > WARN) { if (dialog.open) dialog.close(); closed = 0; later(Math.min(left - WARN, LONGEST)); return; }
    show("soon"); count(); counting = setInterval(count, 5000);
    if (!closed) open(dialog);
    later(Math.min(left + 1, 60)); // another tab may renew it
  }
  async function ask() {
    try {
      const answer = await fetch(dialog.dataset.left, { headers: { Accept: "application/json" } });
      if (answer.ok) tell((await answer.json()).left); else later(60);
    } catch { later(60); }
  }
  dialog.addEventListener("close", () => { closed = Date.now(); });
  dialog.querySelector("[data-stay-signed-in]").addEventListener("click", async () => {
    try {
      const answer = await fetch(dialog.dataset.stay, { method: "POST", headers: { "X-CSRFToken": token() } });
      if (answer.ok) tell((await answer.json()).left);
    } catch { /* still open: the person may try again */ }
  });
  later(Number(dialog.dataset.first) || FIRST);
}
