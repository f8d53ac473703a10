mod json;

use std::io::IsTerminal as _;

use tracing_subscriber::EnvFilter;

use crate::config::Log;

/// Writes logs to standard error: JSON for machines, coloured lines for people.
pub(crate) fn start(log: &Log) {
    let filter = EnvFilter::new(&log.level);
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let started = if log.json {
        builder.fmt_fields(json::Members).event_format(json::Line).try_init()
    } else {
        builder.with_ansi(std::io::stderr().is_terminal()).with_target(false).compact().try_init()
    };
    if started.is_err() {
        tracing::debug!("logs were started before");
    }
}
