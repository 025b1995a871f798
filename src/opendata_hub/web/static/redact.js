// Boxes are drawn on the pictures of pages; each is a row of fields, which can be typed as well.
const form = document.querySelector("form[data-redact]");
const rows = form.querySelector("tbody");
const exception = form.querySelector("#exception");
const papers = new Map(
  [...document.querySelectorAll("figure[data-page]")].map((each) => [each.dataset.page, each])
);
const SMALLEST = 0.5; // percent: a click draws nothing
const blank = rows.lastElementChild.cloneNode(true);

const field = (row, name) => row.querySelector(`[name=${name}]`);
const rounded = (number) => String(Math.round(number * 10) / 10);

function add(values) {
  const free = [...rows.children].find((row) => !field(row, "width").value);
  const row = free ?? rows.appendChild(blank.cloneNode(true));
  for (const [name, value] of Object.entries(values)) field(row, name).value = value;
  prepare(row);
  show();
  return row;
}

function prepare(row) {
  const number = [...rows.children].indexOf(row) + 1;
  for (const each of row.querySelectorAll("[aria-label]")) {
    each.ariaLabel = each.ariaLabel.replace(/\(\d+\)$/, `(${number})`);
  }
  const button = row.querySelector("[data-remove]");
  button.hidden = false;
  button.querySelector("span").textContent = ` (${number})`;
}

// The boxes as the fields say them now.
function show() {
  for (const each of document.querySelectorAll(".black")) each.remove();
  for (const row of rows.children) {
    const paper = papers.get(field(row, "page_number").value);
    if (!paper || !field(row, "width").value) continue;
    const box = document.createElement("div");
    box.className = "black";
    box.textContent = field(row, "code").value;
    for (const name of ["left", "top", "width", "height"]) {
      box.style[name] = `${Number(field(row, name).value) || 0}%`;
    }
    paper.append(box);
  }
}

function place(paper, event) {
  const sides = paper.querySelector("img").getBoundingClientRect();
  const within = (number) => Math.min(100, Math.max(0, number));
  return {
    x: within(100 * (event.clientX - sides.left) / sides.width),
    y: within(100 * (event.clientY - sides.top) / sides.height),
  };
}

for (const [number, paper] of papers) {
  let from = null, drawn = null;
  paper.addEventListener("pointerdown", (event) => {
    if (event.button) return;
    event.preventDefault();
    paper.setPointerCapture(event.pointerId);
    from = place(paper, event);
    drawn = document.createElement("div");
    drawn.className = "drawn";
    paper.append(drawn);
  });
  const sides = (event) => {
    const to = place(paper, event);
    return {
      left: Math.min(from.x, to.x), top: Math.min(from.y, to.y),
      width: Math.abs(to.x - from.x), height: Math.abs(to.y - from.y),
    };
  };
  paper.addEventListener("pointermove", (event) => {
    if (!from) return;
    for (const [name, value] of Object.entries(sides(event))) drawn.style[name] = `${value}%`;
  });
  paper.addEventListener("pointerup", (event) => {
    if (!from) return;
    const box = sides(event);
    stop();
    if (box.width < SMALLEST || box.height < SMALLEST) return;
    const said = Object.fromEntries(Object.entries(box).map(([key, value]) => [key, rounded(value)]));
    add({page_number: number, code: exception.value, ...said});
  });
  const stop = () => { drawn?.remove(); from = drawn = null; };
  paper.addEventListener("pointercancel", stop);
}

rows.addEventListener("input", show);
rows.addEventListener("click", (event) => {
  const row = event.target.closest("[data-remove]")?.closest("tr");
  if (!row) return;
  const next = row.nextElementSibling ?? row.previousElementSibling;
  if (rows.children.length > 1) row.remove();
  else for (const each of row.querySelectorAll("input")) each.value = "";
  for (const each of rows.children) prepare(each);
  show();
  next?.querySelector("input").focus();
});
const another = form.querySelector("[data-add]");
another.hidden = false;
another.addEventListener("click", () => {
  const row = rows.appendChild(blank.cloneNode(true));
  prepare(row);
  field(row, "page_number").focus();
});
form.querySelector("#draw").hidden = false;

// Boxes stand in the form only until it is sent: who leaves the page without is asked.
let isSent = false;
form.addEventListener("submit", () => { isSent = true; });
addEventListener("pageshow", () => { isSent = false; });
addEventListener("beforeunload", (event) => {
  const isDrawn = [...rows.children].some((row) => field(row, "width").value);
  if (!isSent && (isDrawn || form.querySelector("#phrases").value.trim())) event.preventDefault();
});
for (const row of rows.children) prepare(row);
show();
