// Searches and filters the findings; the page is complete without it.
"use strict";
(() => {
  const form = document.getElementById("filter");
  if (!form) return;
  const search = document.getElementById("search");
  const status = document.getElementById("status");
  const none = document.getElementById("none");
  const boxes = [...form.querySelectorAll("input[type=checkbox]")];
  const low = (node) => node.textContent.toLowerCase();
  const rules = [...document.querySelectorAll(".rule")].map((node) => ({
    node,
    severity: node.dataset.severity,
    about: [...node.children].filter((child) => child.tagName !== "OL").map(low).join("\n"),
    items: [...node.querySelectorAll(":scope > ol > li")].map((item) => ({ node: item, text: low(item) })),
  }));
  const all = rules.reduce((sum, rule) => sum + rule.items.length, 0);
  let before = null; // which rules were unfolded when the search began

  function apply() {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const wanted = new Set(boxes.filter((box) => box.checked).map((box) => box.value));
    const fits = (text) => words.every((word) => text.includes(word));
    let shown = 0;
    let open = 0;
    if (words.length && !before) before = new Map(rules.map((rule) => [rule, rule.node.open]));
    for (const rule of rules) {
      const whole = fits(rule.about);
      let here = 0;
      for (const item of rule.items) {
        const hit = whole || fits(`${rule.about}\n${item.text}`);
        item.node.hidden = !hit;
        if (hit) here += 1;
      }
      rule.node.hidden = !wanted.has(rule.severity) || !(whole || here);
      if (rule.node.hidden) continue;
      shown += here;
      open += 1;
      if (words.length) rule.node.open = true;
    }
    if (!words.length && before) {
      for (const [rule, was] of before) rule.node.open = was;
      before = null;
    }
    none.hidden = open > 0;
    status.textContent = `${shown.toLocaleString("en")} of ${all.toLocaleString("en")} findings on this page, ` +
      `${open.toLocaleString("en")} of ${rules.length.toLocaleString("en")} rules`;
  }

  function unfold(open) {
    for (const rule of rules) if (!rule.node.hidden) rule.node.open = open;
  }

  // A link to a rule unfolds it, and shows it whatever was filtered.
  function follow() {
    let name = "";
    try {
      name = decodeURIComponent(location.hash.slice(1));
    } catch {
      return;
    }
    const rule = rules.find((one) => one.node.id === name);
    if (!rule) return;
    if (rule.node.hidden) {
      search.value = "";
      for (const box of boxes) box.checked = true;
      apply();
    }
    rule.node.open = true;
    rule.node.scrollIntoView();
    rule.node.querySelector("summary").focus({ preventScroll: true });
  }

  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("input", apply);
  search.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    search.value = "";
    apply();
  });
  document.getElementById("unfold").addEventListener("click", () => unfold(true));
  document.getElementById("fold").addEventListener("click", () => unfold(false));
  addEventListener("hashchange", follow);
  form.hidden = false;
  apply();
  follow();
})();
