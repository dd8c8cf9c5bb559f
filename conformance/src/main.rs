//! The `samewire` command. All that it does is in the library.

fn main() -> std::process::ExitCode {
    samewire_conformance::cli::main(std::env::args_os())
}
