//! Gives the module's memory an end. A photo can say more than it is, and the browser would hold whatever it is asked
//! for: 48 million pixels need 900 MB, and this is a gigabyte.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    // Not among the compiler's flags: the worker's other module would then share nothing that is compiled.
    if std::env::var("CARGO_CFG_TARGET_ARCH").is_ok_and(|it| it == "wasm32") {
        println!("cargo::rustc-cdylib-link-arg=--max-memory=1073741824");
    }
}
