//! What is wrong with how a harness is set up: a word that names nothing would leave out tests, and
//! nobody would see it.

use std::panic::Location;
use std::path::Path;

use super::{Except, OWN, PROTOCOLS};
use crate::case::Need;
use crate::diagnostic::{Diagnostic, nearest};
use crate::fixtures::Fixtures;
use crate::harness::paths::{Moved, Paths};
use crate::subject::{Subject, probe};
use crate::suite::Suite;

/// The suite of one's own in this folder.
///
/// # Errors
///
/// The folder or a file of it cannot be read.
pub(super) fn own_suite(folder: &Path) -> Result<Suite, Vec<Diagnostic>> {
    let here = std::env::current_dir().unwrap_or_default();
    let hint = format!("`.cases` names a folder with `.case` files, seen from {}", here.display());
    Suite::read(Fixtures::named(folder, &hint)?)
}

/// Each `.at` that names a path where no case looks for anything, or one where `app` has nothing that
/// any case looks for.
pub(super) fn of_paths(paths: &Paths, app: &mut dyn Subject) -> Vec<Diagnostic> {
    let wrong = |moved: &Moved| {
        let (message, hint) = of_path(moved, paths, app)?;
        let Moved { demo, own, .. } = moved;
        Some(at(moved.place, format!("`.at({demo:?}, {own:?})`: {message}"), hint))
    };
    paths.all().iter().filter_map(wrong).collect()
}

/// What is wrong with this path, and what to do.
fn of_path(moved: &Moved, paths: &Paths, app: &mut dyn Subject) -> Option<(String, String)> {
    let first = paths.all().iter().find(|other| other.demo == moved.demo);
    if let Some(first) = first.filter(|first| first.place != moved.place) {
        let message = format!("{} has been put at {} before", moved.demo, first.own);
        return Some((message, "the first one holds: leave one of them out".into()));
    }
    let asked = Need::ALL.iter().filter_map(|&need| Some((need, probe::question(need)?.0)));
    let asked: Vec<_> = asked.filter(|(_, bytes)| moved.takes(bytes)).collect();
    if asked.is_empty() {
        let message = format!("no case looks for anything at {}", moved.demo);
        let near = nearest(&moved.demo, DEMO).map(|path| format!("did you mean `{path}`?"));
        let all = || format!("the suite looks at {}", DEMO.join(", "));
        return Some((message, near.unwrap_or_else(all)));
    }
    // What the path has for anybody is no reason to name it.
    let asked = asked.into_iter().filter(|(need, _)| !matches!(need, Need::Several | Need::Demo));
    let mut lacks = Vec::new();
    for (need, _) in asked {
        match probe::ask(app, need, |bytes| paths.of_bytes(bytes)) {
            Ok(Some(reason)) => lacks.push(reason),
            Ok(None) => return None,
            Err(why) => return Some((why.to_string(), "can the app be served?".into())),
        }
    }
    let hint = "name the path where the app has it; what an app has nowhere needs no `.at`";
    Some((lacks.join(", and "), hint.into()))
}

/// Each `.except` that leaves out no case.
pub(super) fn of_exceptions(
    except: &[Except],
    suite: &Suite,
    own: Option<&Suite>,
) -> Vec<Diagnostic> {
    let ids = |suite: &Suite| suite.cases().map(|(_, case)| case.id.clone()).collect::<Vec<_>>();
    let mut known = ids(suite);
    known.retain(|id| PROTOCOLS.iter().any(|folder| id.starts_with(folder)));
    known.extend(own.map(ids).unwrap_or_default().into_iter().map(|id| format!("{OWN}{id}")));
    let wrong = |except: &Except| {
        let Except { id, place, .. } = except;
        if known.iter().any(|known| known.starts_with(id)) {
            return None;
        }
        let message = format!("`.except({id:?}, …)`: no case's id begins like this");
        // Ids are long, and what is written is the beginning of one.
        let heads = known.iter().filter_map(|known| beginning(known, id));
        let hint = match nearest(id, heads) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "ids are what tests are called by, behind `memory::`".to_owned(),
        };
        Some(at(place, message, hint))
    };
    except.iter().filter_map(wrong).collect()
}

/// As many segments of `known` as `id` has.
fn beginning<'a>(known: &'a str, id: &str) -> Option<&'a str> {
    let segments = id.trim_end_matches('/').split('/').count();
    let end = known.match_indices('/').nth(segments - 1).map_or(known.len(), |(at, _)| at);
    known.get(..end)
}

fn at(place: &Location<'_>, message: String, hint: String) -> Diagnostic {
    let path = format!("{}:{}:{}", place.file(), place.line(), place.column());
    Diagnostic::of_file(&path, message, hint)
}

/// Where the demo has what the suite looks for.
const DEMO: [&str; 8] = ["/", "/echo", "/cookie", "/hello", "/users/", "/stream", "/slow", "/ws"];
