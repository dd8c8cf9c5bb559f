// The run as the picture knows it: where each event stands on the axis, and which bytes went from
// which event to which. An event has a step of its own; a pause is as wide as its logarithm.

const run = (() => {
  const data = JSON.parse(one("#data").textContent);
  const count = data.after.length;
  const PAUSE_MS = 1000; // What lasts as long is drawn as a fold, with its length.
  const at = new Float64Array(count);
  const x = new Float64Array(count);
  const folds = [];
  let [time, place] = [0, 0];
  for (let index = 0; index < count; index++) {
    const gap = data.after[index];
    time += gap;
    place += index === 0 ? 1 : gap === 0 ? 1 : 1.5 + 2 * Math.log2(1 + gap);
    if (gap >= PAUSE_MS && index > 0) folds.push({ from: x[index - 1], to: place, millis: gap });
    at[index] = time;
    x[index] = place;
  }
  const kinds = data.kind.map((kind) => data.kinds[kind]);

  const bytes = (text) => {
    const raw = atob(text);
    const out = new Uint8Array(raw.length);
    for (let index = 0; index < raw.length; index++) out[index] = raw.charCodeAt(index);
    return out;
  };

  const lanes = data.lanes.map((lane, number) => ({
    number, name: lane.name, faults: lane.faults, states: lane.states, deadlines: lane.deadlines,
    up: bytes(lane.up), down: bytes(lane.down), notes: { up: lane.up_notes, down: lane.down_notes },
    events: [], segments: [], labels: [], outcome: "",
  }));
  const world = [];
  for (let index = 0; index < count; index++) {
    (data.lane[index] < 0 ? world : lanes[data.lane[index]].events).push(index);
  }

  // The first of these marks that comes to that byte or beyond it.
  const reaching = (marks, byte) => {
    let [low, high] = [0, marks.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (marks[middle].until < byte) low = middle + 1;
      else high = middle;
    }
    return marks[low];
  };

  // Bytes go from the events that put them on their way to the one that took them off.
  const segments = (lane, down, puts, takes) => {
    let from = 0;
    for (const take of takes) {
      const [first, last] = [reaching(puts, from + 1), reaching(puts, take.until)];
      if (!first || !last) break;
      lane.segments.push({ down, first: first.event, last: last.event, to: take.event, from, until: take.until });
      from = take.until;
    }
    for (const put of puts) {
      if (put.until <= from) continue;
      lane.segments.push({ down, first: put.event, last: put.event, to: null, from, until: put.until });
      from = put.until;
    }
  };

  // What is known of a piece stands where the first of it was said or written.
  const labels = (lane, down, puts) => {
    for (const [from, until, text] of lane.notes[down ? "down" : "up"]) {
      const mark = reaching(puts, Math.min(from + 1, until));
      if (mark) lane.labels.push({ down, event: mark.event, text });
    }
  };

  for (const lane of lanes) {
    const marks = { sends: [], arrives: [], writes: [], takes: [], reads: [] };
    for (const event of lane.events) marks[kinds[event]]?.push({ until: data.value[event], event });
    segments(lane, false, marks.sends, marks.arrives);
    segments(lane, true, marks.writes, marks.takes);
    labels(lane, false, marks.sends);
    labels(lane, true, marks.writes);
    lane.labels.sort((one, other) => one.event - other.event);
    lane.outcome = lane.notes.down.map(([, , text]) => text).join(" · ") || "no answer";
  }

  const isBytes = (event) => /^(sends|arrives|reads|writes|takes)$/.test(kinds[event]);
  const VERBS = { sends: "sends", arrives: "arrive", reads: "are read", writes: "are written", takes: "are taken" };
  // The piece of a stream that an event is about: from the same kind of event before it.
  const piece = (event) => {
    const lane = lanes[data.lane[event]];
    const own = lane.events.indexOf(event);
    let from = 0;
    for (let before = own - 1; before >= 0; before--) {
      if (kinds[lane.events[before]] === kinds[event]) {
        from = data.value[lane.events[before]];
        break;
      }
    }
    return { down: /^(writes|takes)$/.test(kinds[event]), from, until: data.value[event] };
  };
  const words = (event) => {
    if (!isBytes(event)) return data.words[data.value[event]];
    const { from, until } = piece(event);
    const size = until - from === 1 ? "1 byte" : `${until - from} bytes`;
    return kinds[event] === "sends" ? `sends ${size}` : `${size} ${VERBS[kinds[event]]}`;
  };

  const duration = (millis) => {
    if (millis < 1000) return `${Math.round(millis)} ms`;
    const [hours, minutes, seconds] = [millis / 3600000, (millis / 60000) % 60, (millis / 1000) % 60];
    const exact = String(Number(seconds.toFixed(3)));
    if (millis < 60000) return `${exact} s`;
    const rest = `${Math.floor(minutes)} min ${Math.floor(seconds)} s`;
    return hours < 1 ? rest : `${Math.floor(hours)} h ${rest}`;
  };
  // A moment, always written alike, so that moments can be compared.
  const moment = (millis) => {
    const pad = (number, width) => String(Math.floor(number)).padStart(width, "0");
    const rest = `${pad((millis / 1000) % 60, 2)}.${pad(millis % 1000, 3)}`;
    const minutes = Math.floor(millis / 60000);
    return minutes < 60 ? `${pad(minutes, 1)}:${rest}` : `${Math.floor(minutes / 60)}:${pad(minutes % 60, 2)}:${rest}`;
  };

  return { count, at, x, folds, kinds, lane: data.lane, lanes, world, isBytes, piece, words, duration, moment,
    width: place + 2, failed: data.failed, verdict: data.verdict };
})();
