/* What is wrong with the page that is open, as a list of sentences: for people who cannot see it, or see it on a small screen. */
() => {
  const wrong = [];
  const name = (one) => one.tagName.toLowerCase() + (one.id ? "#" + one.id : "") + (one.name ? "[name=" + one.name + "]" : "");
  const seen = (one) => one.offsetParent !== null && getComputedStyle(one).visibility !== "hidden";
  const named = (one) => (one.labels && one.labels.length && one.labels[0].textContent.trim())
    || one.getAttribute("aria-label") || one.getAttribute("aria-labelledby") || one.title;

  if (document.querySelectorAll("h1").length !== 1) { wrong.push("there is not exactly one h1"); }
  const ids = Array.from(document.querySelectorAll("[id]")).map((one) => one.id);
  ids.filter((id, place) => ids.indexOf(id) !== place).forEach((id) => wrong.push("the id " + id + " stands twice"));
  document.querySelectorAll("input:not([type=hidden]), select, textarea").forEach((one) => {
    if (!named(one)) { wrong.push("no label: " + name(one)); }
  });
  document.querySelectorAll("button, a[href]").forEach((one) => {
    if (!one.textContent.trim() && !one.getAttribute("aria-label") && !one.querySelector("img[alt]:not([alt=''])")) { wrong.push("no words: " + name(one)); }
  });
  document.querySelectorAll("img").forEach((one) => { if (!one.hasAttribute("alt")) { wrong.push("no alt: " + name(one)); } });
  document.querySelectorAll("table").forEach((one) => {
    if (!one.caption && !one.getAttribute("aria-label") && !one.getAttribute("aria-labelledby")) { wrong.push("a table without caption"); }
    if (!one.querySelector("th")) { wrong.push("a table without headings"); }
  });
  let level = 0;
  document.querySelectorAll("main h1, main h2, main h3, main h4").forEach((one) => {
    const here = Number(one.tagName[1]);
    if (here > level + 1) { wrong.push("the heading “" + one.textContent.trim().slice(0, 20) + "” skips a level"); }
    level = here;
  });
  if (document.documentElement.scrollWidth > window.innerWidth + 1) { wrong.push("the page scrolls sideways at " + window.innerWidth); }

  /* contrast of every text against what lies behind it (WCAG 2.2, 1.4.3) */
  const parts = (colour) => (colour.match(/[\d.]+/g) || [0, 0, 0]).map(Number);
  const light = (rgb) => {
    const [r, g, b] = rgb.slice(0, 3).map((c) => { const s = c / 255; return s <= 0.04045 ? s / 12.92 : Math.pow((s + 0.055) / 1.055, 2.4); });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = (one) => {
    for (let up = one; up; up = up.parentElement) {
      const found = parts(getComputedStyle(up).backgroundColor);
      if (found.length < 4 || found[3] > 0.99) { return found; }
      if (found[3] > 0) { return null; }
    }
    return [255, 255, 255];
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const one = walker.currentNode.parentElement;
    if (!walker.currentNode.textContent.trim() || !seen(one) || one.closest("svg, option, [disabled], script")) { continue; }
    const text = walker.currentNode.textContent.trim();
    if (document.documentElement.lang === "zh-CN" && !one.closest("code, pre, [lang]:not(html)") && /^[A-Z][a-z]+( [a-z][A-Za-z,.’'-]*){2,}[.:]?$/.test(text)) {
      wrong.push("not in Chinese: “" + text.slice(0, 40) + "”");
    }
    const style = getComputedStyle(one), behind = ground(one);
    if (!behind) { continue; }
    const [a, b] = [light(parts(style.color)), light(behind)];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    const size = parseFloat(style.fontSize), large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    if (ratio < (large ? 3 : 4.5) - 0.01) {
      wrong.push("contrast " + ratio.toFixed(1) + " of “" + walker.currentNode.textContent.trim().slice(0, 20) + "”");
    }
    if (size < 12) { wrong.push("type of " + size + " px: “" + walker.currentNode.textContent.trim().slice(0, 20) + "”"); }
  }
  return Array.from(new Set(wrong));
}
