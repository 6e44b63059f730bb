/* What no page can say without a script: a lost connection is told, a form is not sent twice, a key leads to the search, a list is ticked as a whole.
   Everything works without it, only less comfortably. */
"use strict";
(function () {
  const offline = document.getElementById("offline");
  const show = (lost) => { if (offline) { offline.hidden = !lost; } };
  document.addEventListener("htmx:sendError", () => show(true));
  document.addEventListener("htmx:timeout", () => show(true));
  document.addEventListener("htmx:afterOnLoad", () => show(false));
  window.addEventListener("offline", () => show(true));
  window.addEventListener("online", () => show(false));

  /* a plain form that is on its way is not sent again by a second click */
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.dataset.sent) { event.preventDefault(); return; }
    if (!form.hasAttribute("hx-post")) {
      form.dataset.sent = "1";
      window.setTimeout(() => { delete form.dataset.sent; }, 5000);
    }
  });
  /* the key / leads to the search, unless somebody is typing */
  document.addEventListener("keydown", (event) => {
    const find = document.getElementById("find");
    const typing = /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName) || event.target.isContentEditable;
    if (event.key === "/" && find && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      find.focus();
    }
  });
  /* ticking all of a list */
  document.querySelectorAll("[data-all]").forEach((label) => {
    const every = label.querySelector("[data-tick-all]");
    label.hidden = false;
    every.addEventListener("change", () => {
      label.closest("table").querySelectorAll("tbody input[type=checkbox]").forEach((box) => { box.checked = every.checked; });
    });
  });
  window.addEventListener("pageshow", () => {
    document.querySelectorAll("form[data-sent]").forEach((form) => { delete form.dataset.sent; });
  });
})();
