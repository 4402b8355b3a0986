//! Any bytes as a program: what `tests/properties.rs` asks of some texts, asked of all that a fuzzer finds.
//!
//! `cargo +nightly fuzz run program` in the project. The fuzzer begins with every `.kdsl` there is.

#![no_main]

#[path = "../../tests/support/corpus.rs"]
#[allow(dead_code)]
mod corpus;
#[path = "../../tests/support/stack.rs"]
mod stack;

use libfuzzer_sys::fuzz_target;
use std::path::Path;

fuzz_target!(
    init: {
        // The seeds are the corpus of the tests, so that there is one.
        let seeds = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus/program");
        let _ = std::fs::create_dir_all(&seeds);
        for (number, (_, text)) in corpus::corpus().iter().enumerate() {
            let _ = std::fs::write(seeds.join(format!("{number}.kdsl")), text);
        }
    },
    |bytes: &[u8]| stack::on_threads(1, || corpus::check(&corpus::build(bytes, &corpus::short())))
);
