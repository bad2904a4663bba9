"use strict";
// The list is complete without this: it only hides what a reader does not look for.
(() => {
  const form = document.querySelector("form");
  const status = document.querySelector("#found");
  const years = [...document.querySelectorAll(".year")];
  const items = years.flatMap((year) => [...year.querySelectorAll(".reports > li")]);
  const texts = new Map(items.map((item) => [item, item.textContent.toLowerCase()]));
  const filter = () => {
    const words = form.search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const chosen = [...form.querySelectorAll("select")].filter((select) => select.value);
    let found = 0;
    for (const item of items) {
      const shown = chosen.every((select) => item.dataset[select.name].split("|").includes(select.value))
        && words.every((word) => texts.get(item).includes(word));
      item.hidden = !shown;
      found += shown;
    }
    for (const year of years) year.hidden = !year.querySelector(".reports > li:not([hidden])");
    const active = words.length || chosen.length;
    status.textContent = active ? status.dataset.found.replace("{}", found) : "";
    form.querySelector("button").disabled = !active;
  };
  form.addEventListener("input", filter);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(filter));
  addEventListener("pageshow", filter);
  form.hidden = false;
  filter();
})();
