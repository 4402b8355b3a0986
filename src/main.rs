//! The `kdsl` command. All it does is in [`kdsl::cli`].

fn main() -> std::process::ExitCode {
    kdsl::cli::run()
}
