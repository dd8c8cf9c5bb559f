//! What commands for boards have in common: which board is meant, and how trouble with it ends.

use std::fmt::Display;

use super::Stop;
use crate::exit::Exit;

/// No board, or none that can be used.
pub(super) fn out_of_reach(why: impl Display) -> Stop {
    Stop { exit: Exit::Unreachable, message: format!("error: {why}") }
}

/// The one argument of these commands.
pub(super) fn take_name(place: &mut Option<String>, argument: String) -> Result<(), String> {
    match place.replace(argument) {
        None => Ok(()),
        Some(first) => Err(format!("one board at a time: is it {first}?")),
    }
}

#[cfg(feature = "boards")]
pub(super) use with::{choice, image};
#[cfg(not(feature = "boards"))]
pub(super) use without::run as without;

#[cfg(feature = "boards")]
mod with {
    use std::path::PathBuf;

    use samewire_hil::attached::Attached;
    use samewire_hil::choice::Choice;
    use samewire_hil::{Image, choose};

    use super::{Stop, out_of_reach};
    use crate::boards::without_row;
    use crate::cli::boards as rows;
    use crate::subject::image;

    /// The board that is meant.
    pub(in crate::cli) fn choice(name: Option<&str>) -> Result<Choice, Stop> {
        let name = name.ok_or_else(|| Stop::usage("which board? `samewire boards` lists them"))?;
        let mut rows: Vec<_> = rows()?.iter().map(|row| (**row).clone()).collect();
        rows.extend(without_row(name));
        choose(name, &rows, &Attached::find()).map_err(out_of_reach)
    }

    /// The image of this file, or the one that is built for this board.
    pub(in crate::cli) fn image(named: Option<PathBuf>, choice: &Choice) -> Result<Image, Stop> {
        let chip = choice.setup.chip;
        let path = match named {
            Some(path) => path,
            None => image::find(chip.name(), chip.triple()).map_err(out_of_reach)?,
        };
        Image::read(&path).map_err(out_of_reach)
    }
}

#[cfg(not(feature = "boards"))]
mod without {
    use std::io::Write;

    use super::{Stop, out_of_reach};
    use crate::boards::BUILD_WITH;
    use crate::exit::Exit;

    /// What these commands do in a program without the rig.
    pub(in crate::cli) fn run<T>(_: T, _: &mut dyn Write) -> Result<Exit, Stop> {
        Err(out_of_reach(BUILD_WITH))
    }
}
