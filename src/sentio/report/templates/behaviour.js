"use strict";
(() => {
  const tip = document.getElementById("tip");
  const hide = () => { tip.hidden = true; };
  document.addEventListener("pointermove", (event) => {
    const target = event.target instanceof Element ? event.target.closest("[data-tip]") : null;
    if (!target) { hide(); return; }
    tip.textContent = target.getAttribute("data-tip");
    tip.hidden = false;
    const area = tip.getBoundingClientRect();
    const x = Math.min(event.clientX + 14, innerWidth - area.width - 8);
    const y = event.clientY + 18 + area.height > innerHeight ? event.clientY - area.height - 10 : event.clientY + 18;
    tip.style.left = `${Math.max(8, x)}px`;
    tip.style.top = `${Math.max(8, y)}px`;
  });
  document.addEventListener("pointerleave", hide);
  document.addEventListener("scroll", hide, { passive: true });

  const byOf = (row, column) => {
    const said = row.cells[column].dataset.by;
    const number = Number(said);
    return said !== "" && !Number.isNaN(number) ? number : said;
  };
  const compare = (a, b) => (typeof a === "number" && typeof b === "number"
    ? a - b : String(a).localeCompare(String(b), "en", { numeric: true }));
  document.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? event.target.closest("th button") : null;
    if (!button) { return; }
    const head = button.closest("th");
    const table = head.closest("table");
    const column = [...head.parentElement.children].indexOf(head);
    const falling = head.getAttribute("aria-sort") !== "descending";
    table.querySelectorAll("th").forEach((each) => each.removeAttribute("aria-sort"));
    head.setAttribute("aria-sort", falling ? "descending" : "ascending");
    const rows = [...table.tBodies[0].rows];
    rows.sort((a, b) => compare(byOf(a, column), byOf(b, column)) * (falling ? -1 : 1));
    table.tBodies[0].append(...rows);
  });

  addEventListener("beforeprint", () => {
    document.querySelectorAll("details").forEach((each) => { each.open = true; });
  });
})();
