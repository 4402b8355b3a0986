//! `kdsl explain`
use super::Stop;
use std::process::ExitCode;
/// Explain a diagnostic code, a kind, a field, a type or a function
#[derive(clap::Args)]
pub struct Args {
    topic: Option<String>,
}
pub fn run(_args: Args, _color: bool) -> Result<ExitCode, Stop> {
    Ok(ExitCode::SUCCESS)
}
