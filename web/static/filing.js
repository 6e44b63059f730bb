/* Nothing typed is lost: what the server has not confirmed yet lies in this browser, is put back after a reload and
   sent when the server answers again. What it has confirmed is taken away here: the computer may be shared. */
"use strict";
(function () {
  const AGAIN_MS = 15000;
  const edits = new Map();            // task -> how many edits so far; sent -> at which edit the running save began
  const sent = new Map();

  const nameOf = (set) => "duban:" + set.dataset.person + ":" + set.dataset.task;
  const inputs = (set) => Array.from(set.querySelectorAll("input[name^=t], textarea[name^=t]"))
    .filter((one) => one.type !== "hidden");
  const statusOf = (set) => set.querySelector("[data-draft]");
  const setOf = (element) => element.closest("fieldset[data-task]");
  const sets = () => Array.from(document.querySelectorAll("fieldset[data-task]"));

  const store = (work) => { try { return work(window.localStorage); } catch (error) { return null; } };
  const remember = (set) => {
    const typed = {};
    inputs(set).forEach((one) => { typed[one.name] = one.type === "checkbox" ? one.checked : one.value; });
    store((kept) => kept.setItem(nameOf(set), JSON.stringify(typed)));
  };
  const forget = (set) => store((kept) => kept.removeItem(nameOf(set)));
  const lying = (set) => store((kept) => kept.getItem(nameOf(set)));

  const put = (set) => {
    const text = lying(set);
    if (!text) { return false; }
    let typed = null;
    try { typed = JSON.parse(text); } catch (error) { forget(set); return false; }
    let changed = false;
    inputs(set).forEach((one) => {
      if (!Object.prototype.hasOwnProperty.call(typed, one.name)) { return; }
      const value = typed[one.name];
      if (one.type === "checkbox") {
        changed = changed || one.checked !== value;
        one.checked = value;
      } else {
        changed = changed || one.value !== value;
        one.value = value;
      }
    });
    if (!changed) { forget(set); }
    return changed;
  };

  /* fields that do not matter now are hidden; without this script they are all there */
  const tidy = (set) => {
    set.querySelectorAll("[data-when]").forEach((field) => {
      const box = set.querySelector("[name='" + field.dataset.when + "']");
      field.hidden = Boolean(box) && !box.checked;
    });
    set.querySelectorAll("[data-lower]").forEach((field) => {
      const figure = document.getElementById(field.dataset.lower);
      const now = figure ? parseInt(figure.value, 10) : NaN;
      field.hidden = !(now < Number(figure && figure.dataset.last)) && !field.querySelector("input").checked;
    });
  };

  const send = (set) => set.dispatchEvent(new Event("input", { bubbles: true }));
  const resend = () => sets().filter((set) => lying(set)).forEach(send);

  /* nothing can be filled in now: words that were not reported are shown to be copied, and stay until they are not needed */
  const showLying = (card) => {
    const name = "duban:" + card.dataset.person + ":" + card.dataset.closed;
    const drop = () => store((kept) => kept.removeItem(name));
    let typed = null;
    try { typed = JSON.parse(store((kept) => kept.getItem(name)) || "{}"); } catch (error) { typed = {}; }
    const told = card.textContent;
    const words = Object.keys(typed).map((field) => typed[field])
      .filter((value) => typeof value === "string" && value.trim().length > 4 && !told.includes(value.trim()));
    const place = document.querySelector("[data-lying]");
    if (!words.length || !place) { drop(); return; }
    words.forEach((value) => {
      const line = document.createElement("p");
      line.className = "quote";
      line.textContent = value;
      place.querySelector("[data-words]").appendChild(line);
    });
    place.hidden = false;
    place.querySelector("[data-forget]").addEventListener("click", () => { drop(); place.hidden = true; });
  };

  const begin = () => {
    document.querySelectorAll("[data-plain]").forEach((button) => { button.hidden = true; });  // drafts are kept by themselves here
    sets().forEach((set) => {
      if (put(set)) {
        statusOf(set).textContent = statusOf(set).dataset.restored;
        window.setTimeout(() => send(set), 50);
      }
      tidy(set);
    });
    document.querySelectorAll("[data-closed]").forEach((card) => {
      showLying(card);
    });
  };

  document.addEventListener("input", (event) => {
    const set = setOf(event.target);
    if (!set) { return; }
    edits.set(set.dataset.task, (edits.get(set.dataset.task) || 0) + 1);
    remember(set);
    tidy(set);
  });
  document.addEventListener("htmx:beforeRequest", (event) => {
    const task = event.target.dataset && event.target.dataset.draft;
    if (task) { sent.set(task, edits.get(task) || 0); }
  });
  document.addEventListener("htmx:beforeSwap", (event) => {
    const from = event.detail.requestConfig && event.detail.requestConfig.elt;
    if (from && from.dataset.draft && event.detail.xhr.status >= 400) {
      event.detail.swapOverride = "innerHTML";   // whoever is typing is not moved to the top
    }
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    const from = event.detail.elt;
    if (from.dataset.draft) {
      const set = setOf(from);
      if (event.detail.successful) {
        if (set && sent.get(from.dataset.draft) === (edits.get(from.dataset.draft) || 0)) { forget(set); }
        const refusal = document.getElementById("refusal");
        if (refusal && refusal.dataset.draft) { refusal.textContent = ""; delete refusal.dataset.draft; }
      } else {
        from.textContent = from.dataset.unsaved;
        const refusal = document.getElementById("refusal");
        if (refusal && event.detail.xhr.status) { refusal.dataset.draft = "1"; }
      }
    } else if ("reports" in from.dataset && event.detail.xhr.status === 204) {
      Array.from(from.querySelectorAll("fieldset[data-task]")).forEach(forget);
    } else if ("reports" in from.dataset && event.detail.successful) {
      /* some were reported: they are not in the form any more, and nothing of them is left here */
      const left = new Set(sets().map((set) => set.dataset.task));
      Array.from(from.querySelectorAll("fieldset[data-task]")).filter((set) => !left.has(set.dataset.task)).forEach(forget);
    }
  });
  document.addEventListener("submit", (event) => {
    const task = event.target.dataset.discards;
    if (task) { sets().filter((set) => set.dataset.task === task).forEach(forget); }
  });
  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.target.id === "all-form") { sets().forEach(tidy); }
  });

  window.addEventListener("online", resend);
  window.addEventListener("focus", resend);
  window.setInterval(resend, AGAIN_MS);
  window.addEventListener("load", begin);
})();
