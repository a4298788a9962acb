"use strict";
// Filters and sorts the rows of tables. Without it, a page says the same. It makes no markup of texts.

const plain = (text) => text.normalize("NFKC").toLowerCase();

function addFilter(table, tools) {
  const bodies = [...table.tBodies];
  const texts = bodies.map((body) => plain(body.textContent));
  const field = tools.querySelector("input");
  const output = tools.querySelector("output");
  field.addEventListener("input", () => {
    const words = plain(field.value).split(/\s+/u).filter(Boolean);
    let shown = 0;
    bodies.forEach((body, at) => {
      body.hidden = !words.every((word) => texts[at].includes(word));
      shown += body.hidden ? 0 : 1;
    });
    const rows = bodies.length.toLocaleString("en");
    output.textContent = words.length === 0 ? "" : `${shown.toLocaleString("en")} of ${rows} rows have: ${field.value}`;
  });
  const button = tools.querySelector("button");
  button?.addEventListener("click", () => {
    const isOpen = button.getAttribute("aria-pressed") !== "true";
    button.setAttribute("aria-pressed", String(isOpen));
    for (const details of table.querySelectorAll("details")) details.open = isOpen;
  });
  tools.hidden = false;
}

// What a row is sorted by: a number, a text, or nothing, which comes last.
function keyOf(body, column, order) {
  const cell = body.rows[0].cells[column];
  if (cell.querySelector(".nothing")) return null;
  return order === "number" ? Number(cell.dataset.key) : cell.textContent;
}

const collator = new Intl.Collator("en", { numeric: true });

// The rows in the order of a column; those that are equal stay in the order of the page.
function sorted(bodies, column, order, direction) {
  const sign = direction === "descending" ? -1 : 1;
  const rows = bodies.map((body) => ({ body, key: keyOf(body, column, order) }));
  rows.sort((a, b) => {
    if (a.key === null || b.key === null) return (a.key === null) - (b.key === null);
    return sign * (order === "number" ? a.key - b.key : collator.compare(a.key, b.key));
  });
  return rows.map((row) => row.body);
}

function addSorting(table) {
  const original = [...table.tBodies];
  const heads = [...table.tHead.rows[0].cells];
  heads.forEach((head, column) => {
    const order = head.dataset.order;
    if (!order) return;
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = head.textContent;
    head.replaceChildren(button);
    button.addEventListener("click", () => {
      const next = { ascending: "descending", descending: null }[head.getAttribute("aria-sort")];
      const direction = next === undefined ? "ascending" : next;
      for (const other of heads) other.removeAttribute("aria-sort");
      if (direction !== null) head.setAttribute("aria-sort", direction);
      table.append(...(direction === null ? original : sorted(original, column, order, direction)));
    });
  });
}

for (const table of document.querySelectorAll("table.rows")) {
  const tools = table.parentElement.previousElementSibling;
  if (tools?.classList.contains("tools")) addFilter(table, tools);
  if (table.tBodies.length > 1) addSorting(table);
}
