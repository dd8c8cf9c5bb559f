"use strict";
// Draws what a cell opens, and filters, folds and walks the matrix. Whatever came over a wire goes
// into the page as text, never as markup: nothing here writes HTML.
(() => {
  const one = (selector, within = document) => within.querySelector(selector);
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];

  // An element with these properties around these children; those that are null are left out.
  const make = (tag, properties, ...children) => {
    const element = Object.assign(document.createElement(tag), properties);
    element.append(...children.flat(Infinity).filter((child) => child != null));
    return element;
  };

  let parsed;
  const data = () => (parsed ??= JSON.parse(one("#data").textContent));

  const table = one("#matrix");
  const sections = all("tbody.section").map((body) => {
    const rows = all("tr[id]", body).map((row) => ({
      row,
      links: all("a", row),
      words: new Set(all("td a", row).flatMap((link) => [...link.classList])),
    }));
    return { body, button: one("button", body), head: one("tr.group", body), rows };
  });
  const documents = all("tbody.document");
  const rows = sections.flatMap((section) => section.rows);

  // ---- Folding

  const fold = (section, closed) => {
    section.body.classList.toggle("closed", closed);
    section.button.setAttribute("aria-expanded", String(!closed));
  };
  const isClosed = (section) => section.body.classList.contains("closed");
  const foldButton = one("#fold");
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
  });

  // ---- Filtering

  const textBox = one("#text");
  const count = one("#count");
  // What was folded before a filter unfolded it.
  let foldedBefore = null;

  const haystack = (entry, section) => {
    if (entry.text === undefined) {
      const found = data().cases[entry.row.id];
      const title = `${documentOf(section)} ${section.button.textContent}`;
      const parts = [entry.row.id, title, found?.prose, ...(found?.rules ?? [])];
      entry.text = parts.join(" ").toLowerCase();
    }
    return entry.text;
  };
  const documentOf = (section) => {
    let body = section.body;
    while (body && !body.classList.contains("document")) body = body.previousElementSibling;
    return body ? body.textContent.trim() : "";
  };

  const filter = () => {
    const words = textBox.value.toLowerCase().split(/\s+/).filter(Boolean);
    const mark = one("input[name=mark]:checked").value;
    const active = words.length > 0 || mark !== "all";
    if (active && !foldedBefore) foldedBefore = new Set(sections.filter(isClosed));
    let shown = 0;
    for (const section of sections) {
      let here = 0;
      for (const entry of section.rows) {
        const fits =
          (mark === "all" || entry.words.has(mark) || (mark === "differs" && entry.words.has("also"))) &&
          (words.length === 0 || words.every((word) => haystack(entry, section).includes(word)));
        entry.row.hidden = !fits;
        here += fits;
      }
      section.body.hidden = here === 0;
      if (active) fold(section, false);
      else if (foldedBefore) fold(section, foldedBefore.has(section));
      shown += here;
    }
    if (!active) foldedBefore = null;
    for (const body of documents) {
      let next = body.nextElementSibling;
      body.hidden = true;
      for (; next && !next.classList.contains("document"); next = next.nextElementSibling) {
        if (!next.hidden) body.hidden = false;
      }
    }
    count.textContent = active ? `${shown} of ${rows.length} cases` : "";
    one("#nothing").hidden = shown > 0;
    nameFoldButton();
    rove();
  };
  textBox.addEventListener("input", filter);
  for (const choice of all("input[name=mark]")) choice.addEventListener("change", filter);
  one("#filter").addEventListener("submit", (event) => event.preventDefault());

  // ---- Walking: one stop for the tab key, arrows from there.

  const lines = () =>
    sections
      .filter((section) => !section.body.hidden)
      .flatMap((section) => [
        [section.button],
        ...(isClosed(section) ? [] : section.rows.filter(({ row }) => !row.hidden).map(({ links }) => links)),
      ]);
  let stop = null;
  const rove = (to) => {
    const there = lines();
    const target = to ?? (there.some((line) => line.includes(stop)) ? stop : there[0]?.[0]);
    if (stop && stop !== target) stop.tabIndex = -1;
    stop = target ?? null;
    if (stop) stop.tabIndex = 0;
  };
  for (const element of all("button, a", table)) element.tabIndex = -1;
  table.addEventListener("focusin", (event) => {
    const element = event.target.closest("a, button");
    if (element) rove(element);
  });
  table.addEventListener("keydown", (event) => {
    const steps = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
    const step = steps[event.key];
    if (!step || event.ctrlKey || event.metaKey || event.altKey) return;
    const there = lines();
    const line = there.findIndex((links) => links.includes(event.target));
    if (line < 0) return;
    event.preventDefault();
    const column = there[line].length === 1 && step[0] ? lastColumn : there[line].indexOf(event.target);
    const next = there[Math.min(Math.max(line + step[0], 0), there.length - 1)];
    lastColumn = column + step[1];
    next[Math.min(Math.max(lastColumn, 0), next.length - 1)].focus();
  });
  // Crossing the head of a section keeps the column.
  let lastColumn = 0;

  // The head of the matrix stands below the filter, however many lines that takes.
  const bar = one("#filter");
  new ResizeObserver(() => {
    document.documentElement.style.setProperty("--bar", `${bar.offsetHeight}px`);
  }).observe(bar);

  // ---- A cell

  const dialog = one("#cell");
  let current = null;

  const words = {
    passed: "passed",
    failed: "failed",
    differs: "permitted, but not the same bytes",
    advice: "not as a SHOULD or a MAY would have it",
    known: "known to fail",
    skipped: "skipped",
    missing: "not run: the target was gone",
  };
  const titled = (title, ...children) =>
    make("section", {}, make("h3", { textContent: title }), ...children);
  const listed = (pairs) =>
    make("dl", {}, pairs.map(([term, text]) => [make("dt", { textContent: term }), make("dd", {}, text)]));

  // Bytes, with their escapes set apart.
  const bytes = (text) =>
    text.split(/(\\(?:[rnt0\\]|x[0-9a-f]{2}|\{(?:[^\\}]|\\x[0-9a-f]{2}|\\.)*\}))/).map((piece, index) =>
      index % 2 ? make("span", { className: "escape", textContent: piece }) : piece);

  const command = (text) => {
    const code = make("code", { textContent: text, tabIndex: 0 });
    const button = make("button", { type: "button", textContent: "Copy", className: "copy" });
    const done = (word) => {
      button.textContent = word;
      setTimeout(() => { button.textContent = "Copy"; }, 2000);
    };
    button.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(text);
        done("Copied");
      } catch {
        // Where the clipboard is not ours to write, the words are marked for whoever copies them.
        getSelection().selectAllChildren(code);
        done(document.execCommand("copy") ? "Copied" : "Marked");
      }
    });
    return make("div", { className: "command" }, code, button);
  };

  const drawDifference = ({ row, delivery, at, sides }) => {
    const width = Math.max(...sides.map(([name]) => name.length));
    const lines = sides.map(([name, [before, byte, after]]) =>
      make("div", {},
        make("b", { textContent: `${name.padEnd(width)} ` }),
        bytes(before), make("mark", {}, bytes(byte)), bytes(after)));
    const where = `Of ${row || "the case"}, ${delivery}: from byte ${at} on, counted from 0.`;
    return titled("The first byte that differs", make("p", { textContent: where }),
      make("pre", { className: "bytes", tabIndex: 0 }, lines));
  };

  const drawRule = (id) => {
    const rule = data().rules[id];
    if (!rule) return null;
    const level = make("span", { className: "level", textContent: rule.level });
    return make("div", { className: "rule" },
      make("p", {}, level, ` ${rule.text}.`),
      make("p", { className: "small" }, `${rule.source.replace(/, [^,]*$/, "")}, `,
        make("code", { textContent: id }),
        rule.decided.length ? [", decided at ", rule.decided.flatMap((place, index) =>
          [index ? ", " : null, make("code", { textContent: place })])] : null));
  };

  const clock = (ms) => (ms % 1000 ? `${ms} ms` : `${ms / 1000} s`);

  // One conversation; `against` is another, to mark the first line that is not the same.
  const drawExchange = (number, against) => {
    const { lines, exchanges } = data();
    const other = against === undefined ? null : exchanges[against];
    let time = 0;
    let marked = other === null;
    let before = null;
    const waits = exchanges[number].some((line) => lines[line][0] === "@");
    return make("ol", { className: waits ? "exchange timed" : "exchange" }, exchanges[number].map((line, index) => {
      const [spelled, meaning] = lines[line].split("\t");
      const sign = spelled[0];
      const isFirst = !marked && other[index] !== line;
      marked ||= isFirst;
      let text = [spelled.slice(2)];
      if (sign === "@") {
        const passed = Number(spelled.match(/\d+/)?.[0] ?? 0);
        time += passed;
        text = [`${clock(passed)} pass`];
      } else if (sign === "!") {
        const endings = { close: "the server closes", open: "the connection is open", reset: "the connection is reset" };
        text = [endings[spelled.slice(2)] ?? spelled.slice(2)];
      } else if (sign === "<" || sign === ">") {
        text = bytes(spelled.slice(2));
      }
      const kind = { ">": "sent", "<": "received" }[sign] ?? "event";
      const stamp = time === before ? "" : clock(time);
      before = time;
      return make("li", { className: isFirst ? `${kind} first` : kind },
        make("span", { className: "time", textContent: stamp }),
        make("span", { className: "sign", textContent: { sent: "→", received: "←", event: "·" }[kind],
          title: { sent: "to the server", received: "from the server", event: "" }[kind] }),
        make("span", { className: "text" }, text,
          meaning ? make("span", { className: "meaning", textContent: meaning }) : null));
    }));
  };

  // The transcripts of a cell; those of the first target, if they are the same.
  const drawTranscript = (found, cell) => {
    const owner = found.cells.findIndex((other) => other?.rows);
    const rows = cell?.rows ?? found.cells[owner]?.rows;
    if (!rows) return null;
    const names = data().targets.map(({ name }) => name);
    const replayed = cell && cell.mark !== "skipped";
    const note = !replayed ? `Not replayed here: this is what ${names[owner]} says.`
      : cell.rows ? null : `Byte for byte what ${names[owner]} says.`;
    const place = make("div", {});
    const draw = ([, number, expected]) => {
      place.replaceChildren(
        expected == null ? drawExchange(number) : make("div", { className: "sides" },
          [[expected, number], [number, expected]].map(([own, other], side) =>
            make("div", {}, make("h4", { textContent: cell.difference.sides[side][0] }), drawExchange(own, other)))));
    };
    let first = rows.findIndex(([, , expected]) => expected != null);
    if (first < 0) first = cell?.mark === "failed" ? rows.length - 1 : 0;
    const choice = rows.length === 1 ? null
      : make("select", { ariaLabel: "Row" }, rows.map(([label], index) =>
        make("option", { value: index, textContent: label || "whole", selected: index === first })));
    choice?.addEventListener("change", () => draw(rows[choice.value]));
    draw(rows[first]);
    return titled("What went over the wire",
      choice ? make("p", {}, make("label", {}, `One of ${rows.length} replays: `, choice)) : null,
      note ? make("p", { className: "small", textContent: note }) : null, place);
  };

  const drawCost = ([instructions, stack], rows) => {
    const { format } = new Intl.NumberFormat("en");
    const all = rows > 1 ? `, all ${rows} rows together` : "";
    return titled("What it costs", make("p", {
      textContent: `${format(instructions)} instructions of a Cortex-M0${all}, and ${format(stack)} bytes of stack at most.` }));
  };

  const draw = (id, target) => {
    const found = data().cases[id];
    const { name, replay } = data().targets[target];
    const cell = found.cells[target];
    const mark = cell?.mark ?? "missing";
    const why = cell?.why ? `: ${cell.why}` : "";
    const taken = cell && cell.replays
      ? `${cell.replays} ${cell.replays === 1 ? "replay" : "replays"} in ${cell.ms} ms` : null;
    const rules = [...new Set([...(cell?.rule ? [cell.rule] : []), ...found.rules])];
    return [
      make("p", { className: "verdict" },
        make("span", { className: `badge ${mark}`, textContent: `${name}: ${words[mark]}${why}` }),
        taken ? make("span", { className: "small", textContent: ` ${taken}` }) : null),
      make("p", { className: "prose", textContent: found.prose }),
      cell?.excerpt ? titled("What is wrong", make("pre", { className: "bytes", tabIndex: 0, textContent: cell.excerpt })) : null,
      cell?.difference ? drawDifference(cell.difference) : null,
      drawTranscript(found, cell),
      found.cost ? drawCost(found.cost, found.rows) : null,
      titled("What asks for it", ...rules.map(drawRule)),
      titled("The case", make("pre", { className: "bytes", tabIndex: 0, textContent: found.steps.join("\n") }),
        make("p", { className: "small", textContent: found.place })),
      titled("See it again", command(cell?.replay ?? `${replay} ${id}`)),
    ].filter(Boolean);
  };

  const open = (id, target) => {
    const found = data().cases[id];
    const entry = rows.find(({ row }) => row.id === id);
    if (!found || !entry) return false;
    current = { id, target, entry };
    const section = sections.find((section) => section.rows.includes(entry));
    one("#cell-section").textContent = `${documentOf(section)} ${section.button.textContent.replace(/ \d+$/, "")}`;
    one("#cell-title").textContent = id;
    one("#cell-targets").replaceChildren(...data().targets.map(({ name }, index) => {
      const mark = found.cells[index]?.mark ?? "missing";
      const tab = make("button", { type: "button", className: mark, textContent: name });
      tab.setAttribute("role", "tab");
      tab.setAttribute("aria-selected", String(index === target));
      tab.tabIndex = index === target ? 0 : -1;
      tab.addEventListener("click", () => go(id, index));
      return tab;
    }));
    one("#cell-body").replaceChildren(...draw(id, target));
    one("#cell-body").scrollTop = 0;
    if (!dialog.open) dialog.showModal();
    const tab = one("#cell-targets [aria-selected=true]");
    tab.focus({ preventScroll: true });
    tab.scrollIntoView({ block: "nearest", inline: "nearest" });
    return true;
  };

  const address = (id, target) => `#${id}@${data().targets[target].name}`;
  // Another cell is not another step back: one step back closes.
  const go = (id, target) => {
    history[dialog.open ? "replaceState" : "pushState"](null, "", address(id, target));
    open(id, target);
  };
  const neighbour = (step) => {
    const shown = rows.filter(({ row }) => !row.hidden);
    const next = shown[shown.indexOf(current.entry) + step];
    if (next) go(next.row.id, current.target);
  };

  // Shows what the address names: a cell, a case or a section.
  const follow = () => {
    const name = decodeURIComponent(location.hash.slice(1));
    const [id, target] = name.includes("@") ? [name.slice(0, name.indexOf("@")), name.slice(name.indexOf("@") + 1)] : [name];
    const row = id && document.getElementById(id);
    const section = row && sections.find(({ body }) => body.contains(row));
    if (section) {
      fold(section, false);
      nameFoldButton();
      row.scrollIntoView({ block: "center" });
    }
    const index = data().targets.findIndex((known) => known.name === target);
    if (target === undefined || index < 0 || !open(id, index)) dialog.close();
  };

  table.addEventListener("click", (event) => {
    const link = event.target.closest("td a");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    const row = link.closest("tr");
    go(row.id, all("td a", row).indexOf(link));
  });
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });
  dialog.addEventListener("close", () => {
    if (!current) return;
    const { entry, target, id } = current;
    current = null;
    if (location.hash === address(id, target) || decodeURIComponent(location.hash) === address(id, target)) {
      history.replaceState(null, "", `#${id}`);
    }
    const section = sections.find(({ rows }) => rows.includes(entry));
    if (section && isClosed(section)) {
      fold(section, false);
      nameFoldButton();
    }
    all("td a", entry.row)[target]?.focus();
  });
  one("#close").addEventListener("click", () => dialog.close());
  one("#previous").addEventListener("click", () => neighbour(-1));
  one("#next").addEventListener("click", () => neighbour(1));
  dialog.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("select, pre, code")) return;
    const last = data().targets.length - 1;
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (step) go(current.id, Math.min(Math.max(current.target + step, 0), last));
    else if (event.key === "j") neighbour(1);
    else if (event.key === "k") neighbour(-1);
    else return;
    event.preventDefault();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || dialog.open || event.target.closest("input")) return;
    event.preventDefault();
    textBox.focus();
  });
  addEventListener("hashchange", follow);

  nameFoldButton();
  rove();
  if (location.hash) follow();
})();
