//! The `samewire` command. All that it does is in the library.

fn main() -> std::process::ExitCode {
    // A worker of the rig is this program started anew, so that it can be killed.
    #[cfg(feature = "boards")]
    if let Some(end) = samewire_hil::run_if_asked() {
        return end;
    }
    samewire_conformance::cli::main(std::env::args_os())
}
