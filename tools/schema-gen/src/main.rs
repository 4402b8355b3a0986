//! Writes `schema/types.jsonl`, `schema/kinds.jsonl` and `schema/documented.rs`. `tools/update-schema` runs it; see `schema/README.md`.

mod combine;
mod dump;
mod facts;
mod kinds;
mod order;
mod server;

use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let result = match args[..] {
        ["dump"] => dump::print(),
        ["combine", collected, schema] => combine::run(Path::new(collected), Path::new(schema)),
        _ => Err("usage: schema-gen dump, or schema-gen combine COLLECTED-FOLDER SCHEMA-FOLDER".to_owned()),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("schema-gen: {why}");
            ExitCode::FAILURE
        }
    }
}
