// What is chosen, in words: the event, its bytes as text and in hexadecimal, and what happened
// around it. Bytes of others go into the page as text, and nothing else does.

const detail = (() => {
  const [BYTES_MAX, NEAR] = [4096, 12];
  const aside = one("#detail");

  // Bytes as a case spells them, with the escapes in a colour of their own.
  const spelled = (bytes) => {
    const [out, ESCAPES] = [[], { 13: "\\r", 10: "\\n\n", 9: "\\t", 92: "\\\\" }];
    let plain = "";
    for (const byte of bytes.subarray(0, BYTES_MAX)) {
      if (byte >= 32 && byte < 127 && byte !== 92) {
        plain += String.fromCharCode(byte);
        continue;
      }
      if (plain) out.push(plain);
      plain = "";
      out.push(make("span", { className: "escape", textContent: ESCAPES[byte] ?? `\\x${byte.toString(16).padStart(2, "0")}` }));
    }
    out.push(plain);
    return out;
  };
  const hex = (bytes, offset) => {
    const lines = [];
    for (let from = 0; from < Math.min(bytes.length, BYTES_MAX); from += 8) {
      const row = [...bytes.subarray(from, from + 8)];
      const digits = row.map((byte) => byte.toString(16).padStart(2, "0")).join(" ").padEnd(24);
      const letters = row.map((byte) => (byte >= 32 && byte < 127 ? String.fromCharCode(byte) : "·")).join("");
      lines.push(`${String(offset + from).padStart(6)}  ${digits} ${letters}`);
    }
    return lines.join("\n");
  };

  const drawBytes = (event) => {
    const lane = run.lanes[run.lane[event]];
    const { down, from, until } = run.piece(event);
    const bytes = (down ? lane.down : lane.up).subarray(from, until);
    const notes = lane.notes[down ? "down" : "up"].filter(([begin, end]) => begin < until && end > from);
    const cut = bytes.length > BYTES_MAX ? [make("p", {}, make("small", { textContent: `the first ${BYTES_MAX} of ${bytes.length} bytes` }))] : [];
    return [
      notes.length ? make("p", { textContent: `Part of: ${notes.slice(0, 8).map(([, , words]) => words).join(", ")}${notes.length > 8 ? ", …" : ""}` }) : null,
      make("h3", { textContent: `Bytes ${from} to ${until} ${down ? "from the server" : "of the client"}` }),
      make("pre", { className: "bytes" }, spelled(bytes)),
      ...cut,
      make("h3", { textContent: "The same in hexadecimal" }),
      make("pre", { className: "bytes hex", textContent: hex(bytes, from) }),
    ];
  };

  const name = (event) => (run.lane[event] < 0 ? "all" : run.lanes[run.lane[event]].name);
  const drawNear = (chosen) => {
    const [first, last] = [Math.max(chosen - NEAR, 0), Math.min(chosen + NEAR, run.count - 1)];
    const rows = [];
    for (let event = first; event <= last; event++) {
      const cells = [run.moment(run.at[event]), name(event), run.words(event)];
      const isOther = run.lane[event] >= 0 && run.lane[event] !== run.lane[chosen];
      const button = make("button", { type: "button", className: `${event === chosen ? "chosen" : ""} ${isOther ? "other" : ""}` },
        cells.map((words) => make("span", { textContent: words })));
      button.addEventListener("click", () => detail.choose(event));
      rows.push(make("li", {}, button));
    }
    return [make("h3", { textContent: "Around it" }), make("ul", { id: "near" }, rows)];
  };

  const draw = (event) => {
    const lane = run.lanes[run.lane[event]];
    one("#detail-where").textContent = `${run.moment(run.at[event])} · ${name(event)}`;
    one("#detail-title").textContent = run.words(event);
    const failed = event === run.failed ? [make("p", {}, make("span", { className: "badge", textContent: run.verdict }))] : [];
    const faults = lane?.faults.length ? [make("p", {}, make("small", { textContent: `Its faults: ${lane.faults.join(", ")}` }))] : [];
    one("#detail-body").replaceChildren(...[...failed, ...faults, ...(run.isBytes(event) ? drawBytes(event) : []), ...drawNear(event)].filter((part) => part != null));
  };

  return {
    choose(event, isFar = false) {
      const wasHidden = aside.hidden;
      view.state.chosen = event;
      aside.hidden = false;
      draw(event);
      all("#lanes li").forEach((item, number) => item.classList.toggle("chosen", number === run.lane[event]));
      one("#detail-body").scrollTop = 0;
      view.show(event, isFar && wasHidden);
      history.replaceState(null, "", `#${event}`);
    },
    close() {
      aside.hidden = true;
      view.state.chosen = null;
      all("#lanes li.chosen").forEach((item) => item.classList.remove("chosen"));
      history.replaceState(null, "", location.pathname + location.search);
      view.draw();
      view.pane.focus({ preventScroll: true });
    },
    get isOpen() {
      return !aside.hidden;
    },
  };
})();
