/* Files dragged, pasted or photographed one after another come into one field, in their order; what is chosen is listed.
   Without this script the two file fields work as they are. */
"use strict";
(function () {
  const form = document.querySelector("form[data-uploads]");
  if (!form || typeof DataTransfer !== "function") { return; }
  const field = form.querySelector("#file");
  const camera = form.querySelector("#camera");
  const drop = form.querySelector("[data-drop]");
  const list = form.querySelector("[data-chosen]");
  const busy = form.querySelector("[data-busy]");
  let chosen = [];

  const show = () => {
    const carrier = new DataTransfer();
    chosen.forEach((file) => carrier.items.add(file));
    field.files = carrier.files;
    list.textContent = "";
    chosen.forEach((file) => {
      const line = document.createElement("li");
      line.textContent = file.name + " (" + Math.max(1, Math.round(file.size / 1024)) + " KB)";
      list.appendChild(line);
    });
  };
  const add = (files) => { chosen = chosen.concat(Array.from(files)); show(); };

  field.addEventListener("change", () => { chosen = Array.from(field.files); show(); });
  if (camera) {
    camera.addEventListener("change", () => { add(camera.files); camera.value = ""; });
  }
  drop.addEventListener("dragover", (event) => { event.preventDefault(); drop.classList.add("over"); });
  drop.addEventListener("dragleave", () => drop.classList.remove("over"));
  drop.addEventListener("drop", (event) => {
    event.preventDefault();
    drop.classList.remove("over");
    add(event.dataTransfer.files);
  });
  document.addEventListener("paste", (event) => {
    const files = event.clipboardData ? event.clipboardData.files : [];
    if (files.length) { event.preventDefault(); add(files); }
  });
  form.addEventListener("submit", () => { if (busy) { busy.hidden = false; } });
  window.addEventListener("pageshow", () => { if (busy) { busy.hidden = true; } });
})();
