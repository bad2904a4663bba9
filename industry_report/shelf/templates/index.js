"use strict";
// The table is complete without this: it only hides what a reader does not look for, and keeps in the
// address what was looked for, so that it can be sent on.
(() => {
  const form = document.querySelector("form");
  const status = document.querySelector("#found");
  const years = [...document.querySelectorAll(".year")];
  const open = new Map(years.map((year) => [year, year.open]));
  const reports = [...document.querySelectorAll(".report")];
  const texts = new Map(reports.map((report) => [report,
    `${report.dataset.title} ${report.dataset.region} ${report.dataset.year}`.toLowerCase()]));
  const fields = () => [form.search, ...form.querySelectorAll("select")];
  const read = () => {
    const given = new URLSearchParams(location.hash.slice(1));
    for (const field of fields()) if (given.has(field.name)) field.value = given.get(field.name);
  };
  const remember = (active) => {
    const given = new URLSearchParams();
    for (const field of fields()) if (field.value) given.set(field.name, field.value);
    if (active || location.hash.includes("=")) history.replaceState(null, "", active ? `#${given}` : "#reports");
  };
  const filter = () => {
    const words = form.search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const chosen = [...form.querySelectorAll("select")].filter((select) => select.value);
    let found = 0;
    for (const report of reports) {
      const shown = chosen.every((select) => report.dataset[select.name].split("|").includes(select.value))
        && words.every((word) => texts.get(report).includes(word));
      report.hidden = !shown;
      found += shown;
    }
    const active = words.length || chosen.length;
    for (const year of years) {
      for (const row of year.querySelectorAll("tbody tr")) {
        row.hidden = !row.querySelector(".report:not([hidden])");
      }
      year.hidden = !year.querySelector(".report:not([hidden])");
      year.open = active ? !year.hidden : open.get(year);
    }
    status.textContent = active ? status.dataset.found.replace("{}", found) : "";
    form.querySelector("button").disabled = !active;
    remember(active);
  };
  form.addEventListener("input", filter);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(filter));
  addEventListener("pageshow", filter);
  form.hidden = false;
  read();
  filter();
})();
