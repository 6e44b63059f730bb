/* The board by mouse and keys: the cause of the light that is pointed at is said above the board, arrows go from light to light.
   Without it every light is a link with its cause, reached by Tab. */
"use strict";
(function () {
  const told = document.querySelector("[data-told]");
  const say = (place) => {
    const cell = place && place.closest ? place.closest("td.cell") : null;
    if (cell && told) { told.textContent = cell.title; }
  };
  document.addEventListener("mouseover", (event) => say(event.target));
  document.addEventListener("focusin", (event) => say(event.target));

  const linkAt = (table, row, column) => {
    const line = table.tBodies[0].rows[row];
    const cell = line && line.cells[column];
    return cell ? cell.querySelector("a") : null;
  };
  /* the next light in a direction, over cells in which nothing is due */
  const onward = (table, row, column, down, right) => {
    const rows = table.tBodies[0].rows;
    for (row += down, column += right; row >= 0 && row < rows.length && column >= 0 && column < rows[row].cells.length; row += down, column += right) {
      const link = linkAt(table, row, column);
      if (link) { return link; }
    }
    return null;
  };
  const steps = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
  const only = (table, link) => {
    table.querySelectorAll("tbody a").forEach((other) => { other.tabIndex = -1; });
    link.tabIndex = 0;
  };
  document.querySelectorAll("table[data-grid]").forEach((table) => {
    const first = table.querySelector("tbody a");
    if (!first) { return; }
    only(table, first);
    table.addEventListener("keydown", (event) => {
      const step = steps[event.key];
      const cell = event.target.closest("tbody td, tbody th");
      if (!step || !cell) { return; }
      const next = onward(table, cell.parentNode.sectionRowIndex, cell.cellIndex, step[0], step[1]);
      if (next) { only(table, next); next.focus(); event.preventDefault(); }
    });
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.target.id === "chosen") { event.target.scrollIntoView({ block: "nearest" }); }
  });
})();
