//! The `kdsl` command. All it does is in [`kdsl`]'s `cli` module.
fn main() {}
