//! What is written to standard error, for the office's machine to keep: a line an event, and nothing in
//! it that says who.

use crate::settings::LogSettings;
use tracing_subscriber::EnvFilter;

/// Starts writing. For once, at the start of the program.
pub fn init(settings: &LogSettings) {
    let filter = EnvFilter::try_new(&settings.filter).unwrap_or_else(|_| EnvFilter::new("info"));
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_target(false);
    // Only a second start can fail, and then somebody writes already.
    let _ = if settings.json {
        lines.json().flatten_event(true).try_init()
    } else {
        lines.try_init()
    };
}
