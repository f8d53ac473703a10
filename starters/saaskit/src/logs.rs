use std::fmt;
use std::io::IsTerminal as _;

use tracing::span::Record;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::field::RecordFields;
use tracing_subscriber::fmt::format::{JsonFields, Writer};
use tracing_subscriber::fmt::{FormatFields, FormattedFields};

use crate::config::Log;

/// Writes logs to standard error: JSON for machines, coloured lines for people.
pub(crate) fn start(log: &Log) {
    let filter = EnvFilter::new(&log.level);
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let started = if log.json {
        builder
            .json()
            .flatten_event(true)
            .with_current_span(true)
            .with_span_list(false)
            .fmt_fields(Appended)
            .try_init()
    } else {
        builder.with_ansi(std::io::stderr().is_terminal()).with_target(false).compact().try_init()
    };
    if started.is_err() {
        tracing::debug!("logs were started before");
    }
}

/// A span's fields as a JSON object, to which later ones are appended. [`JsonFields`] reads and writes all of them
/// anew instead, which would cost a request more than its line of log.
struct Appended;

impl<'writer> FormatFields<'writer> for Appended {
    fn format_fields<R: RecordFields>(&self, writer: Writer<'writer>, fields: R) -> fmt::Result {
        JsonFields::new().format_fields(writer, fields)
    }

    fn add_fields(&self, current: &'writer mut FormattedFields<Self>, fields: &Record<'_>) -> fmt::Result {
        let mut added = String::new();
        JsonFields::new().format_fields(Writer::new(&mut added), fields)?;
        append(&mut current.fields, &added);
        Ok(())
    }
}

/// Appends what one JSON object holds to another.
fn append(object: &mut String, added: &str) {
    match (object.strip_suffix('}'), added.strip_prefix('{')) {
        (Some(begin), Some(rest)) if rest != "}" && begin.len() > 1 => {
            object.truncate(begin.len());
            object.push(',');
            object.push_str(rest);
        }
        (Some("{") | None, Some(_)) => added.clone_into(object),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_are_appended_to_objects() {
        let appended = |object: &str, added| {
            let mut object = object.to_owned();
            append(&mut object, added);
            object
        };
        assert_eq!(appended(r#"{"a":1}"#, r#"{"b":{"c":2}}"#), r#"{"a":1,"b":{"c":2}}"#);
        assert_eq!(appended(r#"{"a":1}"#, "{}"), r#"{"a":1}"#);
        assert_eq!(appended("{}", r#"{"b":2}"#), r#"{"b":2}"#);
        assert_eq!(appended("", r#"{"b":2}"#), r#"{"b":2}"#);
    }
}
