//! The pages that `samewire sim --html` writes: what failed is in view, hands can move through them,
//! and bytes are shown as what they are.

use std::path::Path;

use serde_json::json;

use super::{DESKTOP, Look, VIEWS};
use crate::failure::Failure;

/// What one drawing of the largest page may take, in milliseconds: far more than it does.
const DRAWING_MS_MAX: f64 = 250.0;

/// What is shown of what is chosen.
const BODY: &str = "document.querySelector('#detail-body').innerText";

/// Whether an event is in view.
fn in_view(event: &str) -> String {
    format!(
        "((at) => at > 0 && at < view.width())(view.toScreen(run.x[{event}])) && \
         ((top) => run.lane[{event}] < 0 || top >= 0 && top + view.LANE <= view.pane.clientHeight)\
         (run.lane[{event}] * view.LANE - view.pane.scrollTop)"
    )
}

impl Look<'_> {
    /// The pages that the tests left there.
    pub(super) fn timelines(&mut self, folder: &Path) -> Result<(), Failure> {
        for name in ["busy", "passed", "large"] {
            self.on_every_screen(name, &folder.join(format!("{name}.html")))?;
        }
        self.hands(&folder.join("busy.html"))?;
        self.fingers(&folder.join("busy.html"))?;
        self.speed(&folder.join("large.html"))?;
        self.open_whole(&folder.join("empty.html"))?;
        self.browser.run_no_script(true)?;
        self.open(&folder.join("busy.html"), "")?;
        self.do_("document.querySelector('#schedule').open = true")?;
        self.holds("document.body.innerText.includes('samewire sim --seed 42')")?;
        self.holds("document.body.innerText.includes('0 ask GET /hello -> 200')")?;
        self.holds("!document.querySelector('#plot').checkVisibility()")?;
        self.picture("timeline-no-script")?;
        self.browser.run_no_script(false)
    }

    fn on_every_screen(&mut self, name: &str, page: &Path) -> Result<(), Failure> {
        for screen in VIEWS {
            self.browser.look(screen)?;
            let took = self.open_whole(page)?;
            println!("timeline {name} on {}: {took} ms", screen.name);
            self.holds(&format!("document.documentElement.scrollWidth <= {}", screen.width))?;
            self.holds("document.documentElement.scrollHeight <= innerHeight")?;
            self.holds(&format!("run.failed == null || {}", in_view("run.failed")))?;
            self.is_drawn()?;
            self.is_legible()?;
            self.picture(&format!("timeline-{name}-{}", screen.name))?;
            if name == "passed" {
                continue;
            }
            self.browser.press("f")?;
            self.holds(&format!("detail.isOpen && {BODY}.includes(run.verdict)"))?;
            self.holds(&in_view("run.failed"))?;
            self.is_legible()?;
            self.picture(&format!("timeline-{name}-{}-chosen", screen.name))?;
            self.browser.press("Escape")?;
            self.browser.press("0")?;
            self.holds("!detail.isOpen && view.state.left === 0")?;
            self.holds("view.toScreen(run.width) <= view.width() + 1")?;
            self.picture(&format!("timeline-{name}-{}-all", screen.name))?;
        }
        self.browser.look(DESKTOP)
    }

    /// Opens a page, and waits for its script: what is large may still be read.
    fn open_whole(&mut self, page: &Path) -> Result<u128, Failure> {
        let took = self.open(page, "")?;
        self.holds("document.readyState === 'complete'")?;
        Ok(took)
    }

    /// There is ink on each of the sheets, down to the last lane in view.
    fn is_drawn(&mut self) -> Result<(), Failure> {
        self.holds(
            "['#map', '#axis', '#ink'].every((id) => { const sheet = document.querySelector(id); \
             return sheet.getContext('2d').getImageData(0, 0, sheet.width, sheet.height).data.some((part) => part > 0); })",
        )?;
        self.holds(
            "Math.abs(document.querySelector('#ink').getBoundingClientRect().height - view.pane.clientHeight) < 1",
        )
    }

    /// Mouse, wheel and keys.
    fn hands(&mut self, page: &Path) -> Result<(), Failure> {
        self.open_whole(page)?;
        self.browser.press("0")?;
        self.holds("view.state.left === 0")?;
        // The wheel with Ctrl zooms, and what is under the mouse stays there.
        self.do_("window.spot = view.toAxis(400); window.scale = view.state.scale")?;
        self.mouse(
            "mouseWheel",
            "view.gutter() + 400",
            "view.pane.getBoundingClientRect().top + 40",
            -120,
            2,
        )?;
        self.holds("view.state.scale > scale * 1.5 && Math.abs(view.toAxis(400) - spot) < 0.01")?;
        self.do_("scale = view.state.scale; document.querySelector('#in').click()")?;
        self.holds("view.state.scale > scale * 1.4")?;
        self.browser.press("-")?;
        self.holds("Math.abs(view.state.scale / scale - 1) < 0.01")?;
        // On the axis it zooms without, and with Shift it moves in time.
        self.mouse(
            "mouseWheel",
            "view.gutter() + 400",
            "document.querySelector('#axis').getBoundingClientRect().top + 9",
            -120,
            0,
        )?;
        self.holds("view.state.scale > scale * 1.1")?;
        self.do_("window.left = view.state.left")?;
        self.mouse(
            "mouseWheel",
            "view.gutter() + 400",
            "view.pane.getBoundingClientRect().top + 40",
            120,
            8,
        )?;
        self.holds("view.state.left > left")?;

        // A click in the middle of a segment shows its bytes, and arrows go on from there.
        self.do_("window.first = run.lanes[0].segments[0]; view.show(first.to, true)")?;
        self.holds(&in_view("first.to"))?;
        self.click(
            "(view.toScreen(run.x[first.last]) + view.toScreen(run.x[first.to])) / 2",
            "36",
        )?;
        self.holds("detail.isOpen && view.state.chosen === first.to")?;
        self.holds(&format!("{BODY}.includes('GET /hello HTTP/1.1\\\\r\\\\n')"))?;
        self.holds(&format!("{BODY}.includes('47 45 54 20 2f 68 65 6c')"))?;
        self.picture("timeline-segment")?;
        self.browser.press("ArrowRight")?;
        self.holds(
            "view.state.chosen === run.lanes[0].events[run.lanes[0].events.indexOf(first.to) + 1]",
        )?;
        self.browser.press("ArrowDown")?;
        self.holds(
            "run.lane[view.state.chosen] === 1 && location.hash === `#${view.state.chosen}`",
        )?;
        for _ in 0..3 {
            self.browser.press("ArrowUp")?;
        }
        self.holds("run.lane[view.state.chosen] === -1")?;

        // What would like to be markup is text, wherever it is shown.
        self.do_("detail.choose(run.lanes[2].segments[0].to, true)")?;
        self.holds(&format!(
            "{BODY}.includes('</script><img src=x onerror=alert(1)>\\\\x00\\\\x1b[2J\\\\xff')"
        ))?;
        self.holds("document.images.length === 0 && document.scripts.length === 3")?;
        self.picture("timeline-hostile")?;

        // An hour in which nothing happens takes no more room than a few events.
        self.holds("run.folds.some((fold) => fold.millis > 3500000 && fold.to - fold.from < 60)")?;
        self.do_("detail.close(); view.show(run.lanes.at(-1).deadlines[0][1], true)")?;
        self.picture("timeline-deadline")
    }

    /// A pinch on a phone.
    fn fingers(&mut self, page: &Path) -> Result<(), Failure> {
        let Some(phone) = VIEWS.into_iter().find(|view| view.is_phone) else { return Ok(()) };
        self.browser.look(phone)?;
        self.open_whole(page)?;
        self.browser.press("0")?;
        self.holds("view.state.left === 0")?;
        self.do_("window.scale = view.state.scale")?;
        let [x, y] =
            self.point("view.gutter() + 150", "view.pane.getBoundingClientRect().top + 100")?;
        let pinch = json!({"x": x, "y": y, "scaleFactor": 2, "gestureSourceType": "touch"});
        self.browser.call("Input.synthesizePinchGesture", pinch)?;
        self.holds("view.state.scale > scale * 1.3")?;
        self.browser.look(DESKTOP)
    }

    /// How long a drawing of the largest page takes.
    fn speed(&mut self, page: &Path) -> Result<(), Failure> {
        self.open_whole(page)?;
        self.browser.press("0")?;
        let took = self.browser.evaluate(
            "(() => { const begin = performance.now(); for (let turn = 0; turn < 20; turn++) \
             { view.zoom(turn % 2 ? 0.5 : 2); view.paint(); } return (performance.now() - begin) / 20; })()",
        )?;
        let took = took.as_f64().unwrap_or(f64::MAX);
        println!("a drawing of 50,000 events takes {took:.1} ms");
        if took > DRAWING_MS_MAX {
            return Err(Failure::new(format!("a drawing takes {took:.0} ms")));
        }
        Ok(())
    }

    /// A place on the screen, from two expressions.
    fn point(&mut self, x: &str, y: &str) -> Result<[f64; 2], Failure> {
        let point = self.browser.evaluate(&format!("[{x}, {y}]"))?;
        Ok([0, 1].map(|index| point[index].as_f64().unwrap_or_default()))
    }

    fn mouse(
        &mut self,
        kind: &str,
        x: &str,
        y: &str,
        wheel: i32,
        modifiers: u32,
    ) -> Result<(), Failure> {
        let [x, y] = self.point(x, y)?;
        let event = json!({
            "type": kind, "x": x, "y": y, "deltaX": 0, "deltaY": wheel, "modifiers": modifiers,
            "button": if kind == "mouseWheel" { "none" } else { "left" }, "clickCount": 1,
        });
        self.browser.call("Input.dispatchMouseEvent", event).map(drop)
    }

    /// A click into the lanes, by pixels of the drawing.
    fn click(&mut self, x: &str, y: &str) -> Result<(), Failure> {
        let box_of =
            |side: &str| format!("document.querySelector('#ink').getBoundingClientRect().{side}");
        let (x, y) = (format!("{x} + {}", box_of("left")), format!("{y} + {}", box_of("top")));
        for kind in ["mouseMoved", "mousePressed", "mouseReleased"] {
            self.mouse(kind, &x, &y, 0, 0)?;
        }
        Ok(())
    }
}
