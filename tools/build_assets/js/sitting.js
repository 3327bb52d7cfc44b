// The time a conference has spent on a case, drawn each second from what the server counted; never read aloud.
export function sitting() {
  document.querySelectorAll("[data-spent]").forEach((timer) => {
    const began = Date.now() - Number(timer.dataset.spent) * 1000;
    const draw = () => {
      const spent = Math.max(0, Math.floor((Date.now() - began) / 1000));
      timer.textContent = `${Math.floor(spent / 60)}:${String(spent % 60).padStart(2, "0")}`;
    };
    draw(); setInterval(draw, 1000);
  });
}
