//! A new migration rebuilds the crate: the macro that embeds them only watches files it has seen.

fn main() {
    println!("cargo::rerun-if-changed=../../migrations/sqlite");
}
