// What a cell opens, as elements: the verdict, the first byte that differs, what went over the
// wire, what it costs, what asks for it, the case, and the command that shows it again.

const drawCell = (() => {
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
  const block = (...children) => make("pre", { className: "bytes", tabIndex: 0 }, ...children);
  const note = (textContent) => make("p", { className: "small", textContent });

  // Bytes, with their escapes set apart.
  const bytes = (text) =>
    text.split(/(\\(?:[rnt0\\]|x[0-9a-f]{2}|\{(?:[^\\}]|\\x[0-9a-f]{2}|\\.)*\}))/).map((piece, index) =>
      index % 2 ? make("span", { className: "escape", textContent: piece }) : piece);

  const difference = ({ row, delivery, at, sides }) => {
    const width = Math.max(...sides.map(([name]) => name.length));
    const lines = sides.map(([name, [before, byte, after]]) =>
      make("div", {}, make("b", { textContent: `${name.padEnd(width)} ` }),
        bytes(before), make("mark", {}, bytes(byte)), bytes(after)));
    const where = `${row ? `Of row ${row}, ` : "Of the case, "}${delivery}: from byte ${at} on, counted from 0.`;
    return titled("The first byte that differs", make("p", { textContent: where }), block(lines));
  };

  // ---- What went over the wire

  const endings = {
    close: "the server closes",
    open: "the connection is open",
    reset: "the connection is reset",
  };
  const directions = {
    ">": { kind: "sent", arrow: "→", title: "to the server" },
    "<": { kind: "received", arrow: "←", title: "from the server" },
  };
  const clock = (ms) => (ms % 1000 ? `${ms} ms` : `${ms / 1000} s`);

  // One conversation; `against` is another, to mark the first line that is not the same.
  const exchange = (number, against) => {
    const { lines, exchanges } = data();
    const other = against === undefined ? null : exchanges[against];
    const own = exchanges[number];
    const first = other ? own.findIndex((line, index) => line !== other[index]) : -1;
    let time = 0;
    let stamped = null;
    const items = own.map((line, index) => {
      const [spelled, meaning] = lines[line].split("\t");
      const [sign, rest] = [spelled[0], spelled.slice(2)];
      const { kind, arrow, title } = directions[sign] ?? { kind: "event", arrow: "·", title: "" };
      const passed = sign === "@" ? Number(rest.match(/\d+/)[0]) : 0;
      time += passed;
      const text = sign === "@" ? `${clock(passed)} pass`
        : sign === "!" ? endings[rest] ?? rest
        : kind === "event" ? rest : bytes(rest);
      const stamp = time === stamped ? "" : clock(time);
      stamped = time;
      return make("li", { className: index === first ? `${kind} first` : kind },
        make("span", { className: "time", textContent: stamp }),
        make("span", { className: "sign", textContent: arrow, title }),
        make("span", { className: "text" }, text,
          meaning && make("span", { className: "meaning", textContent: meaning })));
    });
    return make("ol", { className: time ? "exchange timed" : "exchange" }, items);
  };

  // The replays of a cell; those of the first target, if they are the same.
  const wire = (found, cell) => {
    const owner = found.cells.findIndex((other) => other?.rows);
    const rows = cell?.rows ?? found.cells[owner]?.rows;
    if (!rows) return null;
    const { name } = data().targets[owner];
    const said = !cell || cell.mark === "skipped" ? `Not replayed here: this is what ${name} says.`
      : cell.rows ? null : `Byte for byte what ${name} says.`;
    const place = make("div", {});
    const draw = ([, number, expected]) => {
      place.replaceChildren(expected == null ? exchange(number)
        : make("div", { className: "sides" },
          [[expected, number], [number, expected]].map(([own, other], side) =>
            make("div", {}, make("h4", { textContent: cell.difference.sides[side][0] }), exchange(own, other)))));
    };
    const differs = rows.findIndex(([, , expected]) => expected != null);
    // A case ends with the row that fails.
    const first = differs >= 0 ? differs : cell?.mark === "failed" ? rows.length - 1 : 0;
    const choice = make("select", {}, rows.map(([label], value) =>
      make("option", { value, textContent: label || "whole", selected: value === first })));
    choice.addEventListener("change", () => draw(rows[choice.value]));
    draw(rows[first]);
    return titled("What went over the wire",
      rows.length > 1 ? make("p", {}, make("label", {}, `One of ${rows.length} replays: `, choice)) : null,
      said && note(said), place);
  };

  // ---- The rest

  const cost = ([instructions, stack], rows) => {
    const { format } = new Intl.NumberFormat("en");
    const together = rows > 1 ? `, all ${rows} rows together` : "";
    return titled("What it costs", make("p", {
      textContent: `${format(instructions)} instructions of a Cortex-M0${together}, and ${format(stack)} bytes of stack at most.`,
    }));
  };

  const rule = (id) => {
    const known = data().rules[id];
    if (!known) return null;
    const { level, source, text, decided } = known;
    const code = (textContent) => make("code", { textContent });
    return make("div", { className: "rule" },
      make("p", {}, make("b", { className: "level", textContent: level }), ` ${text}.`),
      make("p", { className: "small" }, `${source}, `, code(id),
        decided.map((place, index) => [index ? ", " : ", decided at ", code(place)])));
  };

  const command = (text) => {
    const code = make("code", { textContent: text, tabIndex: 0 });
    const button = make("button", { type: "button", textContent: "Copy", className: "copy" });
    button.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(text);
        button.textContent = "Copied";
      } catch {
        // Where the clipboard is not ours to write, the words are marked for whoever copies them.
        getSelection().selectAllChildren(code);
        button.textContent = document.execCommand("copy") ? "Copied" : "Marked";
      }
      setTimeout(() => { button.textContent = "Copy"; }, 2000);
    });
    return make("div", { className: "command" }, code, button);
  };

  return (id, target) => {
    const found = data().cases[id];
    const { name, replay } = data().targets[target];
    const cell = found.cells[target];
    const mark = cell?.mark ?? "missing";
    const why = cell?.why ? `: ${cell.why}` : "";
    const { replays, repeats, ms } = cell ?? {};
    const again = repeats ? `, ${repeats} of them again, since it stood still` : "";
    const rules = new Set([cell?.rule, ...found.rules].filter(Boolean));
    return [
      make("p", { className: "verdict" },
        make("span", { className: `badge ${mark}`, textContent: `${name}: ${words[mark]}${why}` }),
        replays ? make("span", { className: "small" },
          ` ${replays} ${replays === 1 ? "replay" : "replays"} in ${ms} ms${again}`) : null),
      make("p", { className: "prose", textContent: found.prose }),
      cell?.excerpt && titled("What is wrong", block(cell.excerpt)),
      cell?.difference && difference(cell.difference),
      wire(found, cell),
      found.cost && cost(found.cost, found.rows),
      titled("What asks for it", [...rules].map(rule)),
      titled("The case", block(found.steps.join("\n")), note(found.place)),
      titled("See it again", command(cell?.replay ?? `${replay} ${id}`)),
    ].filter(Boolean);
  };
})();
