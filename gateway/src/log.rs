//! The log on standard error: one line an event. Nothing in it says who the consumer is.

use crate::settings::LogSettings;
use tracing_subscriber::EnvFilter;

/// Starts the log. To be called once, at the start of the program.
pub fn init(settings: &LogSettings) {
    let filter = EnvFilter::try_new(&settings.filter).unwrap_or_else(|_| EnvFilter::new("info"));
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_target(false);
    // Only a second start can fail, and then the log runs already.
    let _ = if settings.json {
        lines.json().flatten_event(true).try_init()
    } else {
        lines.try_init()
    };
}
