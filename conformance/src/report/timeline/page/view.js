// What of the run is in view: a piece of the axis, and how far the lanes are scrolled. Whoever
// changes it asks for a new drawing, of which there is one a frame.

const view = (() => {
  const LANE = 76;
  const SCALE_MAX = 48; // Pixels for a step: an event has room for its words.
  const pane = one("#pane");
  const state = { left: 0, scale: 1, chosen: null };
  const listeners = [];
  let isAsked = false;

  const gutter = () => one("#lanes").offsetWidth;
  // Measured once for each change: asking the page for it costs more than a lane does.
  let across = 0;
  const measure = () => (across = Math.max(pane.clientWidth - gutter(), 50));
  const width = () => across;
  const scaleMin = () => Math.min(width() / run.width, SCALE_MAX);

  const clamp = () => {
    measure();
    state.scale = Math.min(Math.max(state.scale, scaleMin()), SCALE_MAX);
    state.left = Math.min(Math.max(state.left, 0), Math.max(run.width - width() / state.scale, 0));
  };
  const paint = () => {
    isAsked = false;
    clamp();
    listeners.forEach((listener) => listener());
  };
  const draw = () => {
    clamp();
    if (!isAsked) requestAnimationFrame(paint);
    isAsked = true;
  };

  measure();
  return {
    LANE, state, pane, gutter, width, draw, paint,
    onDraw: (listener) => listeners.push(listener),
    // From the axis to the screen, and back; the screen begins behind the gutter.
    toScreen: (x) => (x - state.left) * state.scale,
    toAxis: (pixel) => state.left + pixel / state.scale,
    // The place under this pixel stays there.
    zoom(factor, pixel = width() / 2) {
      const fixed = this.toAxis(pixel);
      state.scale *= factor;
      clamp();
      state.left = fixed - pixel / state.scale;
      draw();
    },
    move(pixels) {
      state.left += pixels / state.scale;
      draw();
    },
    fit() {
      [state.scale, state.left] = [0, 0];
      draw();
    },
    // Brings an event into view, no further than it must; from afar, at a scale that shows it.
    show(event, isFar = false) {
      const margin = Math.min(80, width() / 4);
      if (isFar) state.scale = Math.max(state.scale, 14);
      clamp();
      const pixel = this.toScreen(run.x[event]);
      if (isFar || pixel < margin || pixel > across - margin) {
        state.left = run.x[event] - (across * (isFar ? 0.62 : pixel < margin ? 0.3 : 0.7)) / state.scale;
      }
      const lane = run.lane[event];
      if (lane >= 0) {
        const [top, bottom] = [lane * LANE, (lane + 1) * LANE];
        if (isFar) pane.scrollTop = top - (pane.clientHeight - LANE) / 2;
        else if (top < pane.scrollTop) pane.scrollTop = top;
        else if (bottom > pane.scrollTop + pane.clientHeight) pane.scrollTop = bottom - pane.clientHeight;
      }
      draw();
    },
  };
})();
