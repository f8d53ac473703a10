//! One JSON object a line. The format of `tracing-subscriber` reads a span's fields and writes them anew with every
//! line, which costs a request more than the door does; here what was written once is copied.

use std::fmt::{self, Write as _};

use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::field::RecordFields;
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::time::{FormatTime as _, SystemTime};
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields, FormattedFields};
use tracing_subscriber::registry::LookupSpan;

/// Fields as members of an object: `"a":1,"b":"c"`.
pub(super) struct Members;

impl<'writer> FormatFields<'writer> for Members {
    fn format_fields<R: RecordFields>(&self, writer: Writer<'writer>, fields: R) -> fmt::Result {
        write_members(writer, true, &fields)
    }

    fn add_fields(
        &self,
        current: &'writer mut FormattedFields<Self>,
        fields: &tracing::span::Record<'_>,
    ) -> fmt::Result {
        let first = current.fields.is_empty();
        write_members(current.as_writer(), first, fields)
    }
}

/// The line of an event: when, how grave, what, where, and the span it happened in.
pub(super) struct Line;

impl<S> FormatEvent<S, Members> for Line
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, Members>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let metadata = event.metadata();
        writer.write_str(r#"{"timestamp":""#)?;
        SystemTime.format_time(&mut writer)?;
        write!(writer, r#"","level":"{}""#, metadata.level())?;
        write_members(writer.by_ref(), false, event)?;
        writer.write_str(r#","target":"#)?;
        write_text(&mut writer, metadata.target())?;
        if let Some(span) = context.lookup_current() {
            writer.write_str(r#","span":{"name":"#)?;
            write_text(&mut writer, span.name())?;
            if let Some(members) =
                span.extensions().get::<FormattedFields<Members>>().filter(|all| !all.is_empty())
            {
                writer.write_char(',')?;
                writer.write_str(members)?;
            }
            writer.write_char('}')?;
        }
        writer.write_str("}\n")
    }
}

fn write_members(writer: Writer<'_>, first: bool, fields: &impl RecordFields) -> fmt::Result {
    let mut members = Written { writer, first, outcome: Ok(()) };
    fields.record(&mut members);
    members.outcome
}

struct Written<'writer> {
    writer: Writer<'writer>,
    first: bool,
    outcome: fmt::Result,
}

impl Written<'_> {
    fn member(&mut self, field: &Field, value: impl FnOnce(&mut Writer<'_>) -> fmt::Result) {
        if self.outcome.is_err() {
            return;
        }
        let name = field.name();
        self.outcome = (|| {
            if !std::mem::take(&mut self.first) {
                self.writer.write_char(',')?;
            }
            write_text(&mut self.writer, name.strip_prefix("r#").unwrap_or(name))?;
            self.writer.write_char(':')?;
            value(&mut self.writer)
        })();
    }
}

impl Visit for Written<'_> {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.member(field, |writer| write_text(writer, value));
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.member(field, |writer| write!(writer, "{value}"));
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.member(field, |writer| write!(writer, "{value}"));
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.member(field, |writer| write!(writer, "{value}"));
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.member(field, |writer| {
            if value.is_finite() { write!(writer, "{value}") } else { writer.write_str("null") }
        });
    }

    fn record_error(&mut self, field: &Field, value: &(dyn std::error::Error + 'static)) {
        self.member(field, |writer| write_causes(writer, value));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.member(field, |writer| {
            writer.write_char('"')?;
            write!(Escaped(writer), "{value:?}")?;
            writer.write_char('"')
        });
    }
}

/// An error and why, and why that was, as one text.
fn write_causes(writer: &mut Writer<'_>, error: &(dyn std::error::Error + 'static)) -> fmt::Result {
    writer.write_char('"')?;
    write!(Escaped(writer), "{error}")?;
    let mut cause = error.source();
    while let Some(error) = cause {
        write!(Escaped(writer), ": {error}")?;
        cause = error.source();
    }
    writer.write_char('"')
}

fn write_text(writer: &mut Writer<'_>, text: &str) -> fmt::Result {
    writer.write_char('"')?;
    Escaped(writer).write_str(text)?;
    writer.write_char('"')
}

/// Writes text as it may stand within a JSON string (RFC 8259 section 7).
struct Escaped<'a, 'writer>(&'a mut Writer<'writer>);

impl fmt::Write for Escaped<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let mut rest = text;
        // Byte by byte: none of these is a part of another letter (UTF-8).
        while let Some(at) = rest.bytes().position(|byte| byte < b' ' || matches!(byte, b'"' | b'\\')) {
            let (plain, special) = rest.split_at(at);
            self.0.write_str(plain)?;
            let (special, after) = special.split_at(1);
            match special {
                "\"" | "\\" => write!(self.0, "\\{special}")?,
                "\n" => self.0.write_str("\\n")?,
                _ => write!(self.0, "\\u{:04x}", special.as_bytes()[0])?,
            }
            rest = after;
        }
        self.0.write_str(rest)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use serde_json::{Value, json};
    use tracing_subscriber::fmt::MakeWriter;

    use super::*;

    #[derive(Clone, Default)]
    struct Kept(Arc<Mutex<Vec<u8>>>);

    impl std::io::Write for Kept {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    impl<'a> MakeWriter<'a> for Kept {
        type Writer = Self;

        fn make_writer(&'a self) -> Self {
            self.clone()
        }
    }

    /// The lines that are written while something is done.
    fn lines(act: impl FnOnce()) -> Vec<Value> {
        let kept = Kept::default();
        let builder = tracing_subscriber::fmt().with_writer(kept.clone());
        let subscriber = builder.fmt_fields(Members).event_format(Line).finish();
        tracing::subscriber::with_default(subscriber, act);
        let text = String::from_utf8(kept.0.lock().unwrap().clone()).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    #[test]
    fn a_line_is_an_object_that_says_when_what_where_and_in_which_span() {
        let lines = lines(|| {
            let span = tracing::info_span!("request", route = "/a", user = tracing::field::Empty);
            let _inside = span.enter();
            tracing::info!(status = 200_u16, cached = true, share = 0.5, "answered");
            span.record("user", "usr_1");
            tracing::warn!(left = -1, "low");
        });
        assert_eq!(lines[0]["span"], json!({ "name": "request", "route": "/a" }));
        assert_eq!(lines[1]["span"], json!({ "name": "request", "route": "/a", "user": "usr_1" }));
        let said = ["level", "message", "status", "cached", "share"].map(|name| lines[0][name].clone());
        assert_eq!(said, [json!("INFO"), json!("answered"), json!(200), json!(true), json!(0.5)]);
        assert_eq!(
            (&lines[1]["left"], &lines[1]["target"]),
            (&json!(-1), &json!("saaskit::logs::json::tests"))
        );
        assert!(lines[0]["timestamp"].as_str().is_some_and(|at| at.ends_with('Z')));
    }

    #[test]
    fn nothing_that_is_said_can_end_its_text_or_its_line() {
        let hostile = "\"},\n{\"level\":\"ERROR\"\\\r\u{0}\u{1f}ä\u{2028}";
        let lines = lines(|| {
            let span = tracing::info_span!("request", route = hostile);
            let _inside = span.enter();
            tracing::info!(agent = hostile, debug = ?hostile, shown = %hostile, "{hostile}");
        });
        assert_eq!(lines.len(), 1);
        for name in ["agent", "shown", "message"] {
            assert_eq!(lines[0][name], hostile, "{name}");
        }
        assert_eq!((&lines[0]["span"]["route"], &lines[0]["level"]), (&json!(hostile), &json!("INFO")));
    }

    #[test]
    fn an_error_is_said_with_its_causes() {
        let cause = std::io::Error::other("the \"disk\"");
        let error =
            saaskit_kernel::PortError::new(saaskit_kernel::ErrorKind::Unavailable, "store").because(cause);
        let lines = lines(|| tracing::warn!(error = &error as &dyn std::error::Error, "failed"));
        assert_eq!(lines[0]["error"], "store: Unavailable: the \"disk\"");
    }
}
