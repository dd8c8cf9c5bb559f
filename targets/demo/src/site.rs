//! What the demo keeps: a small site in flash, and drafts that nobody overwrites unawares.

use samewire::app::files::Files;
use samewire::http::entity_tag::EntityTag;
use samewire::http::precondition::{Outcome, Validators};
use samewire::{Problem, Request, Result, Status, files};

use crate::Demo;

/// `/static`: a page with what it links to, and files at which conditions and ranges show.
pub(crate) static SITE: Files = files! {
    "index.html"     => include_bytes!("../www/index.html");
    "style.css"      => include_bytes!("../www/style.css");
    "app.js"         => include_bytes!("../www/app.js"), gzip include_bytes!("../www/app.js.gz");
    "sub/index.html" => include_bytes!("../www/sub/index.html");
    "digits.txt"     => include_bytes!("../www/digits.txt");
    "changed.txt"    => include_bytes!("../www/changed.txt"),
                        modified "Sat, 05 Nov 1994 08:49:37 GMT";
    "future.txt"     => include_bytes!("../www/future.txt"),
                        modified "Thu, 06 Nov 2064 08:49:37 GMT";
}
.cache_control("public, max-age=3600");

// rfc9110-9.3.4-put-201
/// The one draft that there is has the entity tag `"1"`. Nothing is kept of what replaces it, so
/// that every connection finds the same.
pub(crate) async fn replace_draft<'x>(
    _: &Demo,
    request: Request<'x>,
    name: &'x [u8],
) -> Result<Status> {
    let first = EntityTag::parse(b"\"1\"").map(Validators::tagged);
    let current = first.filter(|_| name == b"first");
    match request.preconditions(current.as_ref()) {
        Outcome::Perform if current.is_none() => Ok(Status::CREATED),
        Outcome::Perform => Ok(Status::NO_CONTENT),
        _ => {
            Err(Problem::new(Status::PRECONDITION_FAILED, "the draft is not what you think it is"))
        }
    }
}
