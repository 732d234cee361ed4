//! The `bitext` command.
fn main() {}
