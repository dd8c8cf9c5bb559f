//! What this image is called by whoever must know whether the board runs it.

use samewire_link::Build;

unsafe extern "C" {
    /// Of the linker's script: the end of the note that the linker has written.
    static SAMEWIRE_BUILD: Build;
}

/// The linker's hash of this image.
pub(crate) fn id() -> Build {
    // SAFETY: the linker has laid a hash of so many bytes there, told to by `build.rs`.
    unsafe { SAMEWIRE_BUILD }
}
