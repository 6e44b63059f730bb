/* Keys of the reviewer's desk, zoom of the viewers, phrases put where one types. Every page works without it.
   No key does anything while somebody types in a field, or together with Ctrl, Alt or the command key. */
"use strict";
(function () {
  const one = (selector, inside) => (inside || document).querySelector(selector);
  const all = (selector, inside) => Array.from((inside || document).querySelectorAll(selector));

  /* the viewers: each page is as wide as the pane times the zoom */
  const viewers = all("[data-viewer]").map((viewer) => {
    const pane = one(".pane", viewer), pictures = all("img", pane), shown = one("[data-shown]", viewer);
    let zoom = 1;
    const set = (wanted) => {
      const middle = (pane.scrollTop + pane.clientHeight / 2) / Math.max(pane.scrollHeight, 1);
      zoom = Math.min(Math.max(wanted, 0.5), 6);
      pictures.forEach((picture) => { picture.style.width = (zoom * 100) + "%"; picture.style.maxWidth = "none"; });
      pane.scrollTop = middle * pane.scrollHeight - pane.clientHeight / 2;
      if (shown) { shown.textContent = Math.round(zoom * 100) + " %"; }
    };
    const turn = (by) => {
      const tops = pictures.map((picture) => picture.offsetTop - pane.offsetTop);
      let here = 0;
      tops.forEach((top, place) => { if (top <= pane.scrollTop + 5) { here = place; } });
      pane.scrollTop = tops[Math.min(Math.max(here + by, 0), tops.length - 1)];
    };
    one(".tools", viewer).hidden = false;
    all("[data-zoom]", viewer).forEach((button) => button.addEventListener("click", () => {
      set(button.dataset.zoom === "fit" ? 1 : zoom * (button.dataset.zoom === "in" ? 1.25 : 0.8));
    }));
    all("[data-page]", viewer).forEach((button) => button.addEventListener("click", () => turn(Number(button.dataset.page))));
    /* drag with the mouse; the keyboard moves the pane by its arrow keys, as any region that has the focus */
    let from = null, moved = false;
    pane.addEventListener("pointerdown", (event) => {
      if (event.pointerType === "mouse" && event.button === 0) {
        from = [event.clientX, event.clientY, pane.scrollLeft, pane.scrollTop]; moved = false;
      }
    });
    window.addEventListener("pointermove", (event) => {
      if (!from) { return; }
      const x = event.clientX - from[0], y = event.clientY - from[1];
      if (Math.abs(x) + Math.abs(y) > 4) { moved = true; }
      pane.scrollLeft = from[2] - x; pane.scrollTop = from[3] - y;
    });
    window.addEventListener("pointerup", () => { from = null; });
    pane.addEventListener("dragstart", (event) => event.preventDefault());
    pane.addEventListener("click", (event) => { if (moved) { event.preventDefault(); moved = false; } }, true);
    pictures.forEach((picture) => { picture.parentNode.classList.add("held"); });
    return { set: (factor) => set(factor === 0 ? 1 : zoom * factor) };
  });

  /* a phrase goes where one types; what is typed is never replaced */
  all("[data-phrase]").forEach((select) => select.addEventListener("change", () => {
    const area = one("[data-reason]", select.form), phrase = select.value;
    if (!phrase) { return; }
    const at = area.selectionEnd || area.value.length, before = area.value.slice(0, at);
    area.value = before + (before && !before.endsWith("\n") ? "\n" : "") + phrase + area.value.slice(at);
    select.value = "";
    area.focus();
  }));

  const rows = all("[data-row]");
  const step = (by) => {
    if (rows.length) {
      const here = rows.indexOf(document.activeElement);
      rows[here < 0 ? 0 : Math.min(Math.max(here + by, 0), rows.length - 1)].focus();
      return;
    }
    const link = one(by > 0 ? "[data-go=j]" : "[data-go=k]");
    if (link) { link.click(); }
  };
  const approve = () => {
    const button = one("[data-yes]"), asked = one("[data-asked]");
    if (!button) { return; }
    if (document.activeElement === button) { button.click(); return; }
    const fold = button.closest("details");
    if (fold) { fold.open = true; }
    button.focus();
    asked.textContent = asked.dataset.words;
  };
  const giveBack = () => {
    const fold = one("[data-return]");
    if (fold) { fold.open = true; one("textarea", fold).focus(); }
  };
  const help = () => { const fold = one("[data-help]"); if (fold) { fold.open = !fold.open; one("summary", fold).focus(); } };
  const tick = () => {
    const row = document.activeElement.closest("tr"), box = row && one("input[name=task]", row);
    if (box) { box.checked = !box.checked; }
  };
  const keys = {
    j: () => step(1), k: () => step(-1), a: approve, r: giveBack, x: tick, "?": help,
    "+": () => viewers.forEach((viewer) => viewer.set(1.25)), "=": () => viewers.forEach((viewer) => viewer.set(1.25)),
    "-": () => viewers.forEach((viewer) => viewer.set(0.8)), "0": () => viewers.forEach((viewer) => viewer.set(0)),
  };
  document.addEventListener("keydown", (event) => {
    const on = event.target;
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing || event.defaultPrevented) { return; }
    if (on.closest && on.closest("input:not([type=checkbox]), textarea, select, [contenteditable]")) { return; }
    let key = event.key;
    if (rows.indexOf(on) >= 0) { key = { ArrowDown: "j", ArrowUp: "k" }[key] || key; }
    if (keys[key] && !event.repeat) { event.preventDefault(); keys[key](); }
  });
})();
