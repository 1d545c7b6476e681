//! The `demo` room.
fn main() {}
