/* A button that prints the page; hidden where no script runs. */
"use strict";
function ready(root) {
  Array.prototype.forEach.call(root.querySelectorAll("[data-print]"), function (button) {
    button.hidden = false;
    button.addEventListener("click", function () { window.print(); });
  });
}
ready(document);
document.addEventListener("htmx:afterSwap", function () { ready(document); });
