// What hands do: the wheel, a pinch, a drag, a click and keys.

(() => {
  const [map, axis, ink, tip] = ["#map", "#axis", "#ink", "#tip"].map((id) => one(id));
  const pane = view.pane;

  one("#lanes").append(...run.lanes.map((lane) => {
    const item = make("li", { title: [lane.name, ...lane.faults, lane.outcome].join("\n") },
      make("b", { textContent: lane.name }),
      lane.faults.length ? make("span", { className: "fault", textContent: lane.faults.join(", ") }) : null,
      make("span", { textContent: lane.outcome }));
    item.classList.toggle("wrong", run.failed != null && run.lane[run.failed] === lane.number);
    item.addEventListener("click", () => detail.choose(lane.events[0], true));
    return item;
  }));

  // The event that is nearest to a pixel of the lanes, if one is near.
  const under = (x, y) => {
    const lane = run.lanes[Math.floor((y + pane.scrollTop) / view.LANE)];
    if (!lane) return null;
    const inLane = (y + pane.scrollTop) % view.LANE;
    let best = null;
    const offer = (event, distance) => {
      if (distance < 14 && (best == null || distance < best.distance)) best = { event, distance };
    };
    for (const event of lane.events) {
      const kind = run.kinds[event];
      const high = /^(sends|takes|act|opens)$/.test(kind) ? 20 : /^(fault|breaks|wrong)$/.test(kind) ? 37 : 54;
      const across = Math.abs(view.toScreen(run.x[event]) - x);
      // Bytes before what is said of them, where both are as near.
      if (across < 14) offer(event, across + Math.abs(high - inLane) / 6 + (run.isBytes(event) ? 0 : 0.5));
    }
    // A segment is hit anywhere on its way.
    for (const segment of lane.segments) {
      if (segment.to == null) continue;
      const [x1, x2] = [view.toScreen(run.x[segment.last]), view.toScreen(run.x[segment.to])];
      const [y1, y2] = segment.down ? [51, 21] : [21, 51];
      const part = (inLane - y1) / (y2 - y1);
      if (part > 0 && part < 1) offer(segment.to, Math.abs(x1 + (x2 - x1) * part - x) + 2);
    }
    return best?.event ?? null;
  };
  const place = (event) => {
    const box = ink.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  };

  const wheel = (isAxis) => (event) => {
    const [x] = place(event);
    const size = event.deltaMode === 1 ? 16 : 1;
    const hasMore = pane.scrollHeight > pane.clientHeight + 1;
    if (event.ctrlKey || event.metaKey || isAxis || (!hasMore && !event.shiftKey && !event.deltaX)) {
      view.zoom(Math.exp(-event.deltaY * size * (event.ctrlKey ? 0.01 : 0.002)), Math.max(x, 0));
    } else if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
      view.move((event.deltaX || event.deltaY) * size);
    } else {
      return;
    }
    event.preventDefault();
  };
  pane.addEventListener("wheel", wheel(false), { passive: false });
  for (const canvas of [map, axis]) canvas.addEventListener("wheel", wheel(true), { passive: false });
  pane.addEventListener("scroll", view.draw);

  // One pointer drags, two pinch; one that has not moved has clicked.
  const held = new Map();
  let moved = 0;
  const spread = () => {
    const [one, other] = [...held.values()];
    return [Math.hypot(one[0] - other[0], one[1] - other[1]) || 1, (one[0] + other[0]) / 2];
  };
  ink.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    if (!held.size) moved = 0;
    held.set(event.pointerId, place(event));
    ink.setPointerCapture(event.pointerId);
    ink.classList.add("held");
    tip.hidden = true;
  });
  ink.addEventListener("pointermove", (event) => {
    const [x, y] = place(event);
    const before = held.get(event.pointerId);
    if (!before) return hover(event, x, y);
    if (held.size === 2) {
      const [old] = spread();
      held.set(event.pointerId, [x, y]);
      const [size, middle] = spread();
      view.zoom(size / old, middle);
      moved += 10;
      return;
    }
    held.set(event.pointerId, [x, y]);
    moved += Math.abs(x - before[0]) + Math.abs(y - before[1]);
    if (moved > 4) {
      pane.scrollTop -= y - before[1];
      view.move(before[0] - x);
    }
  });
  const release = (event) => {
    if (!held.delete(event.pointerId)) return;
    if (!held.size) ink.classList.remove("held");
    if (event.type !== "pointerup" || moved > 4) return;
    const found = under(...place(event));
    if (found != null) detail.choose(found);
    else if (detail.isOpen) detail.close();
    pane.focus({ preventScroll: true });
  };
  for (const type of ["pointerup", "pointercancel"]) ink.addEventListener(type, release);
  const hover = (event, x, y) => {
    const found = event.pointerType === "mouse" ? under(x, y) : null;
    tip.hidden = found == null;
    ink.style.cursor = found == null ? "" : "pointer";
    if (found == null) return;
    tip.textContent = `${run.moment(run.at[found])}  ${run.words(found)}`;
    const box = one("#plot").getBoundingClientRect();
    tip.style.left = `${Math.max(Math.min(event.clientX - box.left + 14, box.width - tip.offsetWidth - 8), 0)}px`;
    tip.style.top = `${event.clientY - box.top + 16}px`;
  };
  ink.addEventListener("pointerleave", () => (tip.hidden = true));

  // The map goes to where it is touched; the axis is dragged, and an event of all can be chosen.
  const jump = (event) => {
    if (event.buttons !== 1 && event.type !== "pointerdown") return;
    const [x] = place(event);
    view.state.left = (x / view.width()) * run.width - view.width() / view.state.scale / 2;
    view.draw();
  };
  for (const type of ["pointerdown", "pointermove"]) map.addEventListener(type, jump);
  axis.addEventListener("pointerdown", (event) => axis.setPointerCapture(event.pointerId));
  axis.addEventListener("pointermove", (event) => event.buttons === 1 && view.move(-event.movementX));
  axis.addEventListener("click", (event) => {
    const [x] = place(event);
    const near = run.world.find((own) => Math.abs(view.toScreen(run.x[own]) - x) < 9);
    if (near !== undefined) detail.choose(near);
  });

  // From event to event in the lane, from lane to lane at about the same time.
  const step = (by) => {
    const chosen = view.state.chosen ?? run.failed ?? run.lanes[0]?.events[0] ?? 0;
    if (view.state.chosen == null) return detail.choose(chosen, true);
    const list = run.lane[chosen] < 0 ? run.world : run.lanes[run.lane[chosen]].events;
    const next = list[list.indexOf(chosen) + by];
    if (next !== undefined) detail.choose(next);
  };
  const change = (by) => {
    const chosen = view.state.chosen;
    if (chosen == null) return step(0);
    const number = run.lane[chosen] + by;
    const list = number === -1 ? run.world : run.lanes[number]?.events;
    if (!list?.length) return;
    detail.choose(list.reduce((best, event) => (Math.abs(run.x[event] - run.x[chosen]) < Math.abs(run.x[best] - run.x[chosen]) ? event : best)));
  };
  const fail = () => run.failed != null && detail.choose(run.failed, true);

  const KEYS = {
    "+": () => view.zoom(1.5), "=": () => view.zoom(1.5), "-": () => view.zoom(1 / 1.5), 0: () => view.fit(), f: fail,
    ArrowLeft: () => step(-1), ArrowRight: () => step(1), ArrowUp: () => change(-1), ArrowDown: () => change(1),
    Home: () => view.move(-1e9), End: () => view.move(1e9),
    Escape: () => detail.isOpen && detail.close(),
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("pre, summary")) return;
    if (event.target.closest("#detail-body") && event.key.startsWith("Arrow") && !event.target.closest("#near")) return;
    const action = KEYS[event.key];
    if (!action) return;
    event.preventDefault();
    action();
  });
  one("#in").addEventListener("click", KEYS["+"]);
  one("#out").addEventListener("click", KEYS["-"]);
  one("#fit").addEventListener("click", KEYS[0]);
  one("#wrong").addEventListener("click", fail);
  one("#wrong").hidden = run.failed == null;
  one("#before").addEventListener("click", KEYS.ArrowLeft);
  one("#after").addEventListener("click", KEYS.ArrowRight);
  one("#close").addEventListener("click", KEYS.Escape);
  new ResizeObserver(view.draw).observe(pane);

  // What is named by the address, what failed, or all of it.
  const named = Number.parseInt(location.hash.slice(1), 10);
  view.fit();
  if (named >= 0 && named < run.count) detail.choose(named, true);
  else if (run.failed != null) {
    view.state.scale = Math.max(view.state.scale, 9);
    view.show(run.failed, true);
  }
})();
