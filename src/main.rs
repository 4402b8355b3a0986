//! The `kdsl` command. All it does is in [`kdsl::cli`].

/// Trees of small shared values are what this program makes: an allocator with a free list a thread and a size halves the time of that.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    kdsl::cli::run()
}
