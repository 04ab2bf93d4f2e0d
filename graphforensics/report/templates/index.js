"use strict";
// Sorts the rows of the index by the column whose heading is pressed.
(function sortable() {
  const table = document.getElementById("clips");
  const body = table.tBodies[0];
  const told = document.getElementById("sorted");
  const heads = [...table.tHead.rows[0].cells];
  heads.forEach((head, column) => {
    const name = head.textContent.trim();
    if (!head.dataset.sort) return;
    const button = page.element("button", name);
    button.type = "button";
    head.replaceChildren(button);
    button.addEventListener("click", () => {
      const down = head.getAttribute("aria-sort") !== "descending";
      heads.forEach((one) => one.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      const value = (row) => row.cells[column].dataset.value ?? row.cells[column].textContent.trim();
      const order = (a, b) => {
        const [one, two] = [value(a), value(b)];
        // Rows without a value stay last.
        if (one === "" || two === "") return (one === "") - (two === "");
        const sign = down ? -1 : 1;
        if (head.dataset.sort === "number") return sign * (Number(one) - Number(two));
        return sign * one.localeCompare(two, "en", { numeric: true });
      };
      body.append(...[...body.rows].sort(order));
      told.textContent = `Sorted by ${name.toLowerCase()}, ${down ? "descending" : "ascending"}`;
    });
  });
})();
