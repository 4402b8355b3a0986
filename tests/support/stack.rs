//! Threads with the stack that the command gives its own.

use rayon::ThreadPoolBuilder;

/// Runs `work` on that many threads.
pub fn on_threads<T: Send>(threads: usize, work: impl FnOnce() -> T + Send) -> T {
    ThreadPoolBuilder::new().num_threads(threads).stack_size(256 << 20).build().expect("threads can be started").install(work)
}
