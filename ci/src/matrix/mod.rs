//! The pages that `samewire check --html` and `sim --html` write, opened in a browser: they are to be
//! read on any screen, to ask no network, and to open what their cells promise.

pub(crate) mod browser;
mod timeline;

use std::path::{Path, PathBuf};

use serde_json::json;

use crate::failure::Failure;
use crate::step::{run, step};
use crate::workspace::Workspace;
use browser::{Browser, PROGRAM, View};

/// What a page of the suite may weigh at most.
const PAGE_BYTES_MAX: u64 = 3_000_000;

/// How many frames a page gets to do what it was asked.
const FRAMES_MAX: u32 = 120;

/// Says which texts are too faint.
const CONTRAST: &str = include_str!("contrast.js");

const DESKTOP: View =
    View { name: "desktop", width: 1280, height: 900, is_dark: false, is_phone: false };
const VIEWS: [View; 4] = [
    DESKTOP,
    View { name: "desktop-dark", is_dark: true, ..DESKTOP },
    View { name: "phone", width: 390, height: 844, is_dark: false, is_phone: true },
    View { name: "phone-dark", width: 390, height: 844, is_dark: true, is_phone: true },
];

/// Builds pages, and looks at them. Where no browser is, that is said, or fails if it was asked for.
pub(crate) fn check(workspace: &Workspace, is_asked: bool) -> Result<(), Failure> {
    step("matrix", || {
        if !browser::is_installed() {
            let what = format!("there is no {PROGRAM}: `cargo ci setup`");
            if is_asked {
                return Err(Failure::new(what));
            }
            println!("{what}");
            return Ok(());
        }
        let folder = workspace.target.join("matrix");
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder)
            .map_err(|error| Failure::new(format!("{}: {error}", folder.display())))?;
        let whole = folder.join("check.html");
        run(workspace.cargo().args(["run", "--release", "--", "check", "--html"]).arg(&whole))?;
        run(workspace
            .cargo()
            .args(["test", "--quiet", "-p", "samewire-conformance"])
            .args(["--test", "html", "--test", "timeline"]))?;
        // What the tests leave there, of targets that lie, skip and go away.
        let of_tests = workspace.target.join("tmp/html");
        let mut browser = Browser::start(&folder.join("profile"))?;
        let mut look = Look { browser: &mut browser, folder: folder.clone() };
        look.over("check", &whole)?;
        look.over("findings", &of_tests.join("findings.html"))?;
        look.over("many", &of_tests.join("many.html"))?;
        look.walk(&of_tests.join("findings.html"))?;
        look.open_cells(&of_tests.join("findings.html"))?;
        look.without_script(&of_tests.join("findings.html"))?;
        look.timelines(&workspace.target.join("tmp/timeline"))?;
        let bytes = std::fs::metadata(&whole).map_or(0, |file| file.len());
        println!("the page of the suite: {bytes} bytes; pictures are in {}", folder.display());
        if bytes > PAGE_BYTES_MAX {
            return Err(Failure::new(format!("the page has more than {PAGE_BYTES_MAX} bytes")));
        }
        Ok(())
    })
}

/// A browser, and where its pictures go.
struct Look<'a> {
    browser: &'a mut Browser,
    folder: PathBuf,
}

impl Look<'_> {
    /// A page on every screen: nothing is wider than the screen, and dark is dark.
    fn over(&mut self, name: &str, page: &Path) -> Result<(), Failure> {
        for view in VIEWS {
            self.browser.look(view)?;
            let took = self.open(page, "")?;
            println!("{name} on {}: {took} ms", view.name);
            self.holds(&format!("document.documentElement.scrollWidth <= {}", view.width))?;
            let brightness = "getComputedStyle(document.body).backgroundColor.match(/\\d+/g)\
                              .reduce((sum, part) => sum + Number(part), 0)";
            let is_dark = if view.is_dark { "< 200" } else { "> 600" };
            self.holds(&format!("{brightness} {is_dark}"))?;
            self.holds("document.querySelectorAll('#matrix tr[id] td a').length > 0")?;
            self.is_legible()?;
            self.picture(&format!("{name}-{}", view.name))?;
            self.do_("document.querySelector('#matrix').scrollIntoView()")?;
            self.holds(&format!("document.documentElement.scrollWidth <= {}", view.width))?;
            self.picture(&format!("{name}-{}-matrix", view.name))?;
        }
        self.browser.look(DESKTOP)
    }

    /// The filter and the keyboard.
    fn walk(&mut self, page: &Path) -> Result<(), Failure> {
        self.open(page, "")?;
        const SHOWN: &str = "[...document.querySelectorAll('tr[id]')]\
                             .filter((row) => row.checkVisibility()).map((row) => row.id).join(' ')";
        self.browser.press("/")?;
        self.holds("document.activeElement.id === 'text'")?;
        self.browser.call("Input.insertText", json!({"text": "Colon §5.1"}))?;
        self.holds(&format!("{SHOWN} === 'http/a/refused'"))?;
        self.holds("document.querySelector('#count').textContent === '1 of 5 cases'")?;
        self.picture("filter-text")?;
        self.browser.call("Input.insertText", json!({"text": " nowhere"}))?;
        self.holds(&format!("{SHOWN} === '' && !document.querySelector('#nothing').hidden"))?;
        self.do_("text.value = ''; text.dispatchEvent(new Event('input'))")?;
        self.do_("document.querySelector('input[value=failed]').click()")?;
        self.holds(&format!("{SHOWN} === 'http/a/refused'"))?;
        self.do_("document.querySelector('input[value=look]').click()")?;
        self.holds(&format!("{SHOWN} === 'http/a/refused http/a/hostile'"))?;
        self.do_("document.querySelector('input[value=skipped]').click()")?;
        self.holds(&format!("{SHOWN} === 'ws/b/echo'"))?;
        self.do_("document.querySelector('input[value=differs]').click()")?;
        self.holds(&format!("{SHOWN} === 'http/a/refused http/a/hostile'"))?;
        self.do_("document.querySelector('input[value=all]').click()")?;
        // What is as it should be was folded, and is again.
        self.holds(&format!("{SHOWN} === 'http/a/refused http/a/trimmed http/a/hostile'"))?;
        self.do_("fold.click()")?;
        self.holds(&format!("{SHOWN}.split(' ').length === 5"))?;
        self.browser.press("Tab")?;
        self.do_("document.querySelector('#matrix [tabindex=\"0\"]').focus()")?;
        for key in ["ArrowDown", "ArrowRight", "ArrowRight", "ArrowRight", "ArrowRight", "Enter"] {
            self.browser.press(key)?;
        }
        self.holds("cell.open && location.hash.endsWith('@liar')")?;
        self.browser.press("ArrowLeft")?;
        self.holds("location.hash.endsWith('@shouter')")?;
        self.browser.press("j")?;
        self.holds("location.hash === '#http/a/trimmed@shouter'")?;
        self.browser.press("Escape")?;
        self.holds("!cell.open && document.activeElement.closest('tr').id === 'http/a/trimmed'")?;
        self.holds("location.hash === '#http/a/trimmed'")
    }

    /// What cells open, and the addresses that lead to them.
    fn open_cells(&mut self, page: &Path) -> Result<(), Failure> {
        const BODY: &str = "document.querySelector('#cell-body').innerText";
        for view in VIEWS {
            self.browser.look(view)?;
            self.open(page, "#http/a/refused@liar")?;
            self.holds("cell.open")?;
            for words in [
                "liar: failed: got 200",
                "^^^ got 200",
                "first byte that differs",
                "HTTP/1.1 200 </script><b>",
                "MUST Whitespace between",
                "decided at server-core/src/",
                "--target liar --cuts whole",
                "4,321 instructions",
                "X : y\\r\\n",
            ] {
                self.holds(&format!("{BODY}.includes({})", json!(words)))?;
            }
            self.holds(
                "[...document.querySelectorAll('#cell-body mark')].at(1).innerText === '2'",
            )?;
            self.holds(&format!("document.documentElement.scrollWidth <= {}", view.width))?;
            self.holds("document.querySelector('#cell-body').scrollWidth <= innerWidth")?;
            self.is_legible()?;
            self.picture(&format!("cell-failed-{}", view.name))?;
        }
        self.do_("document.querySelector('.copy').click()")?;
        self.holds("['Copied', 'Marked'].includes(document.querySelector('.copy').innerText)")?;
        self.browser.look(DESKTOP)?;
        for (address, words, picture) in [
            ("#ws/b/echo@core", "\\x81\\x05Hello\ntext \"Hello\"", "cell-frames"),
            ("#ws/b/echo@liar", "skipped: needs ws: there is <none>", "cell-skipped"),
            ("#http/slow/slow@microbit", "20 s pass", "cell-time"),
            ("#http/a/hostile@gone", "onerror=alert(1)>\\0\\x1b[2J\\xff", "cell-hostile"),
            ("#http/a/refused@gone", "not run: the target was gone", "cell-missing"),
        ] {
            self.open(page, address)?;
            self.holds(&format!("cell.open && {BODY}.includes({})", json!(words)))?;
            self.picture(picture)?;
        }
        self.open(page, "#http/slow/slow")?;
        self.holds("!cell.open && document.getElementById('http/slow/slow').checkVisibility()")
    }

    /// The table and the findings are there without a script, and on paper.
    fn without_script(&mut self, page: &Path) -> Result<(), Failure> {
        self.browser.media("print", false)?;
        self.open(page, "#http/a/refused@liar")?;
        self.picture("paper-cell")?;
        self.open(page, "")?;
        self.picture("paper")?;
        self.browser.media("", false)?;
        self.browser.run_no_script(true)?;
        self.open(page, "")?;
        self.holds("document.querySelector('main').innerText.includes('refused')")?;
        self.holds("document.querySelector('#findings').innerText.includes('got 200')")?;
        self.holds("!document.querySelector('#filter').checkVisibility()")?;
        self.picture("no-script")?;
        self.browser.run_no_script(false)
    }

    /// Opens a page; how long that took, in milliseconds. It must load nothing but itself.
    fn open(&mut self, page: &Path, address: &str) -> Result<u128, Failure> {
        let url = format!("file://{}{address}", page.display());
        let took = self.browser.open(&url)?;
        if self.browser.loaded.len() != 1 {
            return Err(Failure::new(format!("{url} loads {:?}", self.browser.loaded)));
        }
        self.content(&url)?;
        Ok(took.as_millis())
    }

    /// Whether the page had nothing to complain of.
    fn content(&mut self, what: &str) -> Result<(), Failure> {
        match self.browser.complaints.first() {
            Some(complaint) => Err(Failure::new(format!("{what}: {complaint}"))),
            None => Ok(()),
        }
    }

    fn do_(&mut self, statement: &str) -> Result<(), Failure> {
        self.browser.evaluate(statement).map(drop)
    }

    /// Fails if an expression does not come true in the page within some frames.
    fn holds(&mut self, expression: &str) -> Result<(), Failure> {
        let frames = format!(
            "(async () => {{ for (let frame = 0; frame < {FRAMES_MAX}; frame++) {{ \
             if ({expression}) return true; await new Promise(requestAnimationFrame); }} }})()"
        );
        let is_true = self.browser.evaluate(expression)? == json!(true)
            || self.browser.evaluate(&frames)? == json!(true);
        self.content(expression)?;
        if is_true {
            return Ok(());
        }
        self.picture("failed")?;
        Err(Failure::new(format!("not so: {expression}; see {}", self.folder.display())))
    }

    /// Fails if a text can hardly be told from its ground.
    fn is_legible(&mut self) -> Result<(), Failure> {
        let faint = self.browser.evaluate(CONTRAST)?;
        if faint == json!([]) { Ok(()) } else { Err(Failure::new(format!("too faint: {faint}"))) }
    }

    fn picture(&mut self, name: &str) -> Result<(), Failure> {
        self.browser.screenshot(&self.folder.join(format!("{name}.png")))
    }
}
