// The drawing: a small map of everything, the axis with what happens to all, and the lanes. In a
// lane the upper rail is the client's end and the lower one the server's, which shows what it does.

(() => {
  const [map, axis, ink] = ["#map", "#axis", "#ink"].map((id) => one(id));
  const [CLIENT, SERVER, LANE] = [20, 54, view.LANE];
  const style = getComputedStyle(document.documentElement);
  let colour = {};
  const look = () => {
    for (const name of ["ground", "raised", "line", "ink", "faint", "accent", "failed", "failed-ground", "sent", "received",
      "fault", "request", "websocket", "idle", "reading", "lingering", "waiting", "due", "rail", "fold"]) {
      colour[name] = style.getPropertyValue(`--${name}`).trim();
    }
    colour.closing = colour.refused = colour.lingering;
  };

  // A canvas as sharp as the screen, empty.
  const sheet = (canvas, width, height) => {
    const ratio = devicePixelRatio || 1;
    const [across, down] = [Math.round(width * ratio), Math.round(height * ratio)];
    if (canvas.width !== across || canvas.height !== down) [canvas.width, canvas.height] = [across, down];
    const context = canvas.getContext("2d");
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, width, height);
    context.font = "11px system-ui, sans-serif";
    context.textBaseline = "alphabetic";
    return context;
  };
  const text = (to, words, x, y, ink, align = "left") => {
    to.fillStyle = ink;
    to.textAlign = align;
    to.fillText(words, x, y);
  };
  // Words on a ground of their own, so that lines do not run through them.
  const label = (to, words, x, y, ink) => {
    const width = to.measureText(words).width;
    to.globalAlpha = 0.82;
    to.fillStyle = colour.ground;
    to.fillRect(x - 2, y - 9, width + 4, 12);
    to.globalAlpha = 1;
    text(to, words, x, y, ink);
    return x + width + 8;
  };
  // As much of some words as there is room for.
  const fitted = (to, words, room) => {
    if (to.measureText(words).width <= room) return words;
    let length = Math.min(words.length - 1, Math.floor(room / 5));
    while (length > 2 && to.measureText(`${words.slice(0, length)}…`).width > room) length--;
    return length > 2 ? `${words.slice(0, length)}…` : "";
  };
  const diamond = (to, x, y, size, ink) => {
    to.fillStyle = ink;
    to.beginPath();
    to.moveTo(x, y - size);
    to.lineTo(x + size, y);
    to.lineTo(x, y + size);
    to.lineTo(x - size, y);
    to.fill();
  };
  const line = (to, x1, y1, x2, y2, ink, width = 1) => {
    to.strokeStyle = ink;
    to.lineWidth = width;
    to.beginPath();
    to.moveTo(x1, y1);
    to.lineTo(x2, y2);
    to.stroke();
  };

  // A lane's events by their place: the first that is not left of it.
  const from = (list, x, place = (entry) => run.x[entry]) => {
    let [low, high] = [0, list.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (place(list[middle]) < x) low = middle + 1;
      else high = middle;
    }
    return low;
  };

  const drawFolds = (to, height, hasWords) => {
    for (const fold of run.folds) {
      const [left, right] = [view.toScreen(fold.from), view.toScreen(fold.to)];
      if (right < 0 || left > view.width()) continue;
      const inset = Math.min(3, (right - left) / 6);
      to.fillStyle = colour.fold;
      to.fillRect(left + inset, 0, right - left - 2 * inset, height);
      if (!hasWords) continue;
      const words = run.duration(fold.millis);
      if (right - left > to.measureText(words).width + 4) text(to, words, (left + right) / 2, height - 5, colour.faint, "center");
    }
  };

  // What does not change with the view is drawn once, and again when the screen is another one.
  const still = document.createElement("canvas");
  let stillOf = "";
  const drawStill = (width, height, scale) => {
    const key = [width, height, scale, devicePixelRatio, colour.ground].join();
    if (key === stillOf) return;
    stillOf = key;
    const to = sheet(still, width, height);
    const row = Math.min((height - 8) / Math.max(run.lanes.length, 1), 9);
    const inks = { arrives: colour.sent, takes: colour.received, fault: colour.fault, breaks: colour.failed, wrong: colour.failed };
    for (const lane of run.lanes) {
      const y = 4 + lane.number * row;
      const size = Math.max(row - 1, 1);
      to.globalAlpha = 0.35;
      for (const [first, last, state] of lane.states) {
        to.fillStyle = colour[state];
        to.fillRect(run.x[first] * scale, y, Math.max((run.x[last] - run.x[first]) * scale, 0.5), size);
      }
      to.globalAlpha = 0.9;
      for (const event of lane.events) {
        const ink = inks[run.kinds[event]];
        if (!ink) continue;
        to.fillStyle = ink;
        to.fillRect(run.x[event] * scale, y, Math.max(scale, 0.75), size);
      }
    }
    to.globalAlpha = 1;
  };

  const drawMap = () => {
    const gutter = view.gutter();
    const [width, height] = [map.clientWidth, map.clientHeight];
    const scale = view.width() / run.width;
    drawStill(view.width(), height, scale);
    const to = sheet(map, width, height);
    text(to, run.lanes.length === 1 ? "1 connection" : `${run.lanes.length} connections`, gutter - 10, height / 2 + 4, colour.faint, "right");
    if (still.width && still.height) to.drawImage(still, gutter, 0, view.width(), height);
    const [left, right] = [gutter + view.state.left * scale, gutter + view.toAxis(view.width()) * scale];
    to.fillStyle = colour.ground;
    to.globalAlpha = 0.62;
    to.fillRect(gutter, 0, left - gutter, height);
    to.fillRect(right, 0, width - right, height);
    to.globalAlpha = 1;
    to.strokeStyle = colour.accent;
    to.lineWidth = 1.5;
    to.strokeRect(left + 0.75, 1, Math.max(right - left - 1.5, 3), height - 2);
    if (run.failed != null) line(to, gutter + run.x[run.failed] * scale, 0, gutter + run.x[run.failed] * scale, height, colour.failed, 2);
  };

  // Times stand where time has passed, as many as there is room for.
  const drawAxis = () => {
    const gutter = view.gutter();
    const [width, height] = [axis.clientWidth, axis.clientHeight];
    const to = sheet(axis, width, height);
    text(to, gutter > 120 ? "server, clock, board" : "all", gutter - 10, height - 7, colour.faint, "right");
    to.save();
    to.beginPath();
    to.rect(gutter, 0, width - gutter, height);
    to.clip();
    to.translate(gutter, 0);
    drawFolds(to, 30, true);
    let free = -1;
    const first = firstEvent(view.state.left);
    if (view.state.left > run.x[first]) {
      // A moment that began before what is in view.
      const words = `… ${run.moment(run.at[first])}`;
      text(to, words, 3, 12, colour.faint);
      free = 3 + to.measureText(words).width + 10;
    }
    for (let index = first; index < run.count; index++) {
      const x = view.toScreen(run.x[index]);
      if (x > view.width()) break;
      if (index > 0 && run.at[index] === run.at[index - 1]) continue;
      if (x < free) continue;
      line(to, x, 0, x, 5, colour.rail);
      const words = run.moment(run.at[index]);
      text(to, words, x + 3, 12, colour.faint);
      free = x + to.measureText(words).width + 14;
    }
    line(to, 0, height - 21, view.width(), height - 21, colour.line);
    for (let place = from(run.world, view.state.left - 40); place < run.world.length; place++) {
      const event = run.world[place];
      const x = view.toScreen(run.x[event]);
      if (x > view.width()) break;
      const isWrong = run.kinds[event] === "wrong";
      const tint = isWrong ? colour.failed : run.kinds[event] === "fault" ? colour.fault : colour.ink;
      diamond(to, x, height - 11, 4, tint);
      const next = place + 1 < run.world.length ? view.toScreen(run.x[run.world[place + 1]]) : Infinity;
      text(to, fitted(to, run.words(event), next - x - 16), x + 7, height - 7, tint);
    }
    to.restore();
  };
  const firstEvent = (x) => {
    let [low, high] = [0, run.count];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (run.x[middle] < x) low = middle + 1;
      else high = middle;
    }
    return Math.max(low - 1, 0);
  };

  const drawSegment = (to, segment, top) => {
    const { down, first, last, to: end, from: begin, until } = segment;
    const [x1, x2] = [view.toScreen(run.x[first]), view.toScreen(run.x[last])];
    const isGone = end == null;
    const x3 = isGone ? x2 + Math.min(26, Math.max(view.state.scale * 3, 5)) : view.toScreen(run.x[end]);
    if (x3 < -30 || x1 > view.width() + 30) return;
    const [y1, far] = down ? [top + SERVER - 3, top + CLIENT + 1] : [top + CLIENT + 1, top + SERVER - 3];
    const y2 = isGone ? (y1 + far) / 2 : far;
    const tint = down ? colour.received : colour.sent;
    const thick = Math.min(1 + Math.log2(until - begin + 1) / 3, 5, Math.max(view.state.scale, 1));
    if (x2 - x1 > 1) {
      to.globalAlpha = 0.16;
      to.fillStyle = tint;
      to.beginPath();
      to.moveTo(x1, y1);
      to.lineTo(x2, y1);
      to.lineTo(x3, y2);
      to.fill();
    }
    to.globalAlpha = isGone ? 0.6 : 0.9;
    if (isGone) to.setLineDash([3, 3]);
    line(to, x2, y1, x3, y2, tint, thick);
    to.setLineDash([]);
    if (isGone) {
      line(to, x3 - 3, y2 - 3, x3 + 3, y2 + 3, tint, 1.5);
      line(to, x3 - 3, y2 + 3, x3 + 3, y2 - 3, tint, 1.5);
    }
    to.globalAlpha = 1;
  };

  const drawStates = (to, lane, top) => {
    const [first, last] = [lane.events[0], lane.events.at(-1)];
    if (first === undefined) return;
    line(to, view.toScreen(run.x[first]), top + CLIENT, view.toScreen(run.x[last]), top + CLIENT, colour.rail, 2);
    for (const [begin, end, state] of lane.states) {
      const [left, right] = [view.toScreen(run.x[begin]), view.toScreen(run.x[end])];
      if (right < 0 || left > view.width()) continue;
      to.fillStyle = colour[state];
      to.fillRect(left, top + SERVER - 3, Math.max(right - left, 1), 6);
    }
    for (const [begin, end, words] of lane.deadlines) {
      const [left, right] = [view.toScreen(run.x[begin]), view.toScreen(run.x[end])];
      if (right < 0 || left > view.width()) continue;
      to.setLineDash([4, 3]);
      line(to, left, top + SERVER + 7, right, top + SERVER + 7, colour.due, 1.5);
      to.setLineDash([]);
      line(to, right, top + SERVER + 3, right, top + SERVER + 11, colour.due, 2);
      const room = Math.min(right, view.width()) - Math.max(left, 0);
      if (room > to.measureText(words).width + 12) label(to, words, Math.max(left, 0) + 6, top + SERVER + 18, colour.due);
    }
  };

  const drawMarks = (to, lane, top) => {
    const wide = view.state.scale > 3;
    for (let place = from(lane.events, view.state.left - 20); place < lane.events.length; place++) {
      const event = lane.events[place];
      const x = view.toScreen(run.x[event]);
      if (x > view.width() + 20) break;
      switch (run.kinds[event]) {
        case "fault": diamond(to, x, top + 37, wide ? 5 : 3, colour.fault); break;
        case "breaks": line(to, x, top + CLIENT - 6, x, top + SERVER + 5, colour.failed, 2); break;
        case "opens": line(to, x, top + CLIENT - 5, x, top + SERVER + 4, colour.rail, 2); break;
        case "ends": line(to, x, top + CLIENT - 4, x, top + SERVER + 4, colour.rail, 1); break;
        case "place": if (wide) diamond(to, x, top + SERVER, 3, colour.waiting); break;
        case "heard": if (wide) line(to, x, top + SERVER - 3, x, top + SERVER + 3, colour.ground, 1); break;
        case "act": if (wide) diamond(to, x, top + CLIENT, 3, colour.sent); break;
        case "board": diamond(to, x, top + SERVER, 4, colour.ink); break;
        case "wrong": diamond(to, x, top + 37, 7, colour.failed); break;
      }
    }
  };

  const drawLabels = (to, lane, top) => {
    const free = [-1, -1];
    for (let place = from(lane.labels, view.state.left - 120 / view.state.scale, (entry) => run.x[entry.event]); place < lane.labels.length; place++) {
      const { down, event, text: words } = lane.labels[place];
      const x = Math.max(view.toScreen(run.x[event]), 2);
      if (x > view.width()) break;
      const side = down ? 1 : 0;
      if (x < free[side]) continue;
      free[side] = label(to, words, x, down ? top + SERVER + 17 : top + CLIENT - 7, down ? colour.received : colour.sent);
    }
  };

  const drawLane = (to, lane, top) => {
    const isWrong = run.failed != null && run.lane[run.failed] === lane.number;
    if (isWrong) {
      to.fillStyle = colour["failed-ground"];
      to.globalAlpha = 0.5;
      to.fillRect(0, top, view.width(), LANE - 1);
      to.globalAlpha = 1;
    }
    line(to, 0, top + LANE - 0.5, view.width(), top + LANE - 0.5, colour.line);
    drawStates(to, lane, top);
    for (const segment of lane.segments) drawSegment(to, segment, top);
    drawMarks(to, lane, top);
    drawLabels(to, lane, top);
  };

  const drawInk = () => {
    const height = view.pane.clientHeight;
    ink.style.width = `${view.width()}px`;
    ink.style.height = `${height}px`;
    const to = sheet(ink, view.width(), height);
    drawFolds(to, height, false);
    const scroll = view.pane.scrollTop;
    const last = Math.min(Math.ceil((scroll + height) / LANE), run.lanes.length);
    for (let number = Math.floor(scroll / LANE); number < last; number++) {
      drawLane(to, run.lanes[number], number * LANE - scroll);
    }
    const cross = (event, tint, width) => {
      const x = view.toScreen(run.x[event]);
      to.globalAlpha = 0.75;
      line(to, x, 0, x, height, tint, width);
      to.globalAlpha = 1;
      if (run.lane[event] < 0) return;
      to.strokeStyle = tint;
      to.lineWidth = 2;
      to.strokeRect(x - 6, run.lane[event] * LANE - scroll + 8, 12, SERVER);
    };
    if (run.failed != null) {
      cross(run.failed, colour.failed, 1.5);
      const [x, words] = [view.toScreen(run.x[run.failed]), run.verdict.split(":")[0]];
      const lane = Math.max(run.lane[run.failed], 0);
      label(to, `✗ ${words}`, x + 9, lane * LANE - scroll + 41, colour.failed);
    }
    if (view.state.chosen != null) cross(view.state.chosen, colour.accent, 1);
  };

  const range = () => {
    const [left, right] = [firstEvent(view.state.left), firstEvent(view.toAxis(view.width()))];
    one("#range").textContent = `${run.moment(run.at[left] ?? 0)} – ${run.moment(run.at[right] ?? 0)}`;
  };
  const draw = () => {
    drawMap();
    drawAxis();
    drawInk();
    range();
  };

  look();
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
    look();
    view.draw();
  });
  view.onDraw(draw);
})();
