//! Gives the module's memory an end: a page can ask for more than a phone has, and the browser would hold it.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    // Not among the compiler's flags: the worker's other modules would then share nothing that is compiled.
    if std::env::var("CARGO_CFG_TARGET_ARCH").is_ok_and(|it| it == "wasm32") {
        println!("cargo::rustc-cdylib-link-arg=--max-memory=536870912");
    }
}
