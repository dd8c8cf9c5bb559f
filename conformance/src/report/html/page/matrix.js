// The matrix: folds its sections, filters its rows, and is walked with the arrow keys.

const matrix = (() => {
  const table = one("#matrix");
  const sections = all("tbody.section").map((body) => {
    const rows = all("tr[id]", body).map((row) => ({
      row,
      links: all("a", row),
      cells: all("td a", row),
      marks: new Set(all("td a", row).flatMap((cell) => [...cell.classList])),
    }));
    return { body, rows, button: one("button", body) };
  });
  const documents = all("tbody.document");
  const rows = sections.flatMap((section) => section.rows);

  // ---- Folding

  const foldButton = one("#fold");
  const isClosed = (section) => section.body.classList.contains("closed");
  const fold = (section, closed) => {
    section.body.classList.toggle("closed", closed);
    section.button.setAttribute("aria-expanded", String(!closed));
  };
  const nameFoldButton = () => {
    const closed = sections.some((section) => !section.body.hidden && isClosed(section));
    foldButton.textContent = closed ? "Unfold all" : "Fold all";
  };
  for (const section of sections) {
    section.button.addEventListener("click", () => {
      fold(section, !isClosed(section));
      nameFoldButton();
    });
  }
  foldButton.addEventListener("click", () => {
    const closed = foldButton.textContent === "Fold all";
    for (const section of sections) fold(section, closed);
    nameFoldButton();
    rove();
  });

  // ---- Filtering

  const textBox = one("#text");
  const count = one("#count");
  // Which sections were folded before a filter unfolded them.
  let foldedBefore = null;

  // `RFC 9112 HTTP/1.1 §5.1 Field Line Parsing`
  const titleOf = ({ body, button }) => {
    let above = body;
    while (!above.classList.contains("document")) above = above.previousElementSibling;
    return `${above.textContent.trim()} ${button.textContent.replace(/ \d+$/, "")}`;
  };
  // All that a row can be found by.
  const textOf = (entry, section) => {
    const { prose, rules } = data().cases[entry.row.id];
    const parts = [entry.row.id, titleOf(section), prose, ...rules];
    return (entry.text ??= parts.join(" ").toLowerCase());
  };
  // A cell that fails and also differs has both marks.
  const kinds = { look: ["failed", "differs", "advice"], differs: ["differs", "also"] };
  const hasMark = ({ marks }, mark) =>
    mark === "all" || (kinds[mark] ?? [mark]).some((kind) => marks.has(kind));

  const filter = () => {
    const words = textBox.value.toLowerCase().split(/\s+/).filter(Boolean);
    const mark = one("input[name=mark]:checked").value;
    const active = words.length > 0 || mark !== "all";
    if (active) foldedBefore ??= new Set(sections.filter(isClosed));
    let shown = 0;
    for (const section of sections) {
      let here = 0;
      for (const entry of section.rows) {
        const fits = hasMark(entry, mark) && words.every((word) => textOf(entry, section).includes(word));
        entry.row.hidden = !fits;
        here += fits;
      }
      section.body.hidden = here === 0;
      if (active) fold(section, false);
      else if (foldedBefore) fold(section, foldedBefore.has(section));
      shown += here;
    }
    if (!active) foldedBefore = null;
    let above = null;
    for (const body of all("tbody", table)) {
      if (documents.includes(body)) above = body;
      if (above === body) body.hidden = true;
      else if (!body.hidden) above.hidden = false;
    }
    count.textContent = active ? `${shown} of ${rows.length} cases` : "";
    one("#nothing").hidden = shown > 0;
    nameFoldButton();
    rove();
  };
  textBox.addEventListener("input", filter);
  for (const choice of all("input[name=mark]")) choice.addEventListener("change", filter);
  one("#filter").addEventListener("submit", (event) => event.preventDefault());

  // ---- Walking: one stop for the tab key, and arrows from there.

  const linesOf = (section) => [
    [section.button],
    ...(isClosed(section) ? [] : section.rows.filter(({ row }) => !row.hidden).map(({ links }) => links)),
  ];
  const lines = () => sections.filter(({ body }) => !body.hidden).flatMap(linesOf);
  let stop = null;
  // The column that heads of sections, which have one only, do not change.
  let column = 0;
  const rove = (to) => {
    const there = lines();
    const next = to ?? (there.some((line) => line.includes(stop)) ? stop : there[0]?.[0]);
    if (stop) stop.tabIndex = -1;
    stop = next ?? null;
    if (stop) stop.tabIndex = 0;
  };
  for (const element of all("a, button", table)) element.tabIndex = -1;
  table.addEventListener("focusin", (event) => {
    const element = event.target.closest("a, button");
    if (element) rove(element);
  });
  table.addEventListener("keydown", (event) => {
    const steps = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
    const step = steps[event.key];
    if (!step || event.ctrlKey || event.metaKey || event.altKey) return;
    const there = lines();
    const line = there.findIndex((line) => line.includes(event.target));
    if (line < 0) return;
    event.preventDefault();
    if (there[line].length > 1) column = there[line].indexOf(event.target);
    const next = there[Math.min(Math.max(line + step[0], 0), there.length - 1)];
    column = Math.max(column + step[1], 0);
    next[Math.min(column, next.length - 1)].focus();
  });

  // The head of the matrix stands below the filter, however many lines that takes.
  const bar = one("#filter");
  new ResizeObserver(() => {
    document.documentElement.style.setProperty("--bar", `${bar.offsetHeight}px`);
  }).observe(bar);

  nameFoldButton();
  rove();
  const sectionOf = (element) => sections.find(({ body }) => body.contains(element));
  return {
    table,
    entry: (id) => rows.find(({ row }) => row.id === id),
    shown: () => rows.filter(({ row }) => !row.hidden),
    title: (element) => titleOf(sectionOf(element)),
    // Unfolds what an element stands in.
    unfold: (element) => {
      const section = sectionOf(element);
      if (section && isClosed(section)) {
        fold(section, false);
        nameFoldButton();
      }
    },
  };
})();
