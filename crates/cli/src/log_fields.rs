//! The fields of events and spans in the log.

use std::error::Error;
use std::fmt::{self, Debug};
use std::mem;

use tracing::field::{Field, Visit};
use tracing::span::Record;
use tracing_subscriber::field::{RecordFields, VisitOutput};
use tracing_subscriber::fmt::format::{
    DefaultFields, DefaultVisitor, JsonFields, JsonVisitor, Writer,
};
use tracing_subscriber::fmt::{FormatFields, FormattedFields};

use crate::line_text::escape;

/// The prefix of fields that only the trace exporter reads. The log omits them, because they repeat
/// other fields.
const EXPORT_ONLY: &str = "otel.";

/// A formatter that delegates to `F`, but leaves out the fields for the trace exporter.
///
/// In the text format, the formatter also escapes control characters. Otherwise, a file name or a
/// header could add forged lines to the log. In the JSON format, JSON itself escapes control
/// characters.
#[derive(Debug)]
pub(crate) struct LogFields<F>(pub(crate) F);

impl<'writer> FormatFields<'writer> for LogFields<JsonFields> {
    fn format_fields<R: RecordFields>(
        &self,
        mut writer: Writer<'writer>,
        fields: R,
    ) -> fmt::Result {
        let mut json = JsonVisitor::new(&mut writer);
        fields.record(&mut LogVisitor(&mut json));
        json.finish()
    }

    /// Merges fields into the JSON object of an existing span. No field has to be left out, because
    /// the fields for the trace exporter are set only when a span is created.
    fn add_fields(
        &self,
        current: &'writer mut FormattedFields<Self>,
        fields: &Record<'_>,
    ) -> fmt::Result {
        let mut formatted = FormattedFields::new(mem::take(&mut current.fields));
        let added = self.0.add_fields(&mut formatted, fields);
        current.fields = formatted.fields;
        added
    }
}

impl<'writer> FormatFields<'writer> for LogFields<DefaultFields> {
    fn format_fields<R: RecordFields>(&self, writer: Writer<'writer>, fields: R) -> fmt::Result {
        let mut text = DefaultVisitor::new(writer, true);
        fields.record(&mut LogVisitor(&mut EscapingVisitor(&mut text)));
        text.finish()
    }
}

/// A visitor that forwards only the fields that belong in the log.
struct LogVisitor<'a>(&'a mut dyn Visit);

/// Defines one method per kind of value, because the log formats each kind in its own way.
macro_rules! forward {
    ($($method:ident: $value:ty),* $(,)?) => {
        $(fn $method(&mut self, field: &Field, value: $value) {
            if !field.name().starts_with(EXPORT_ONLY) {
                self.0.$method(field, value);
            }
        })*
    };
}

impl Visit for LogVisitor<'_> {
    forward! {
        record_f64: f64,
        record_i64: i64,
        record_u64: u64,
        record_i128: i128,
        record_u128: u128,
        record_bool: bool,
        record_str: &str,
        record_error: &(dyn Error + 'static),
        record_debug: &dyn Debug,
    }
}

/// A visitor that forwards every value as text without control characters.
///
/// The methods for numbers keep their default, which calls `record_debug` and formats numbers in
/// the same way.
struct EscapingVisitor<'a>(&'a mut dyn Visit);

impl Visit for EscapingVisitor<'_> {
    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "message" {
            self.record_debug(field, &format_args!("{value}"));
        } else {
            self.record_debug(field, &value);
        }
    }

    fn record_error(&mut self, field: &Field, value: &(dyn Error + 'static)) {
        let mut text = value.to_string();
        let mut source = value.source();
        while let Some(error) = source {
            text += &format!(": {error}");
            source = error.source();
        }
        self.record_debug(field, &format_args!("{text}"));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.0.record_debug(
            field,
            &format_args!("{}", escape(format_args!("{value:?}"))),
        );
    }
}

#[cfg(test)]
mod tests {
    use std::io::{self, Write};
    use std::sync::{Arc, Mutex};

    use tracing_subscriber::layer::SubscriberExt;

    use super::*;

    #[derive(Clone, Default)]
    struct Output(Arc<Mutex<Vec<u8>>>);

    impl Write for Output {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// Returns the text of the log.
    fn logged(log: impl FnOnce()) -> String {
        let output = Output::default();
        let writer = output.clone();
        let layer = tracing_subscriber::fmt::layer()
            .with_writer(move || writer.clone())
            .with_ansi(false)
            .fmt_fields(LogFields(DefaultFields::new()));
        let subscriber = tracing_subscriber::registry().with(layer);
        tracing::subscriber::with_default(subscriber, log);
        let bytes = output.0.lock().unwrap().clone();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn no_value_can_forge_a_line_or_control_the_terminal() {
        let value = "a\r\n2026-01-01T00:00:00Z  INFO darkroom: forged\u{1b}[2J";
        let error = io::Error::other(value);
        let text = logged(|| {
            let span = tracing::info_span!("request", owner = %value, path = value);
            span.in_scope(|| {
                let error: &(dyn Error + 'static) = &error;
                tracing::info!(file = %value, header = ?value, error, "uploaded {value}");
            });
        });
        assert_eq!(text.matches("forged").count(), 6, "{text}");
        assert_eq!(text.matches('\n').count(), 1, "{text}");
        assert!(!text.trim_end().contains(char::is_control), "{text}");
    }

    #[test]
    fn ordinary_values_are_unchanged() {
        let text = logged(|| tracing::info!(bytes = 7, ms = 1.5, ok = true, name = "ü \"", "done"));
        let expected = r#"done bytes=7 ms=1.5 ok=true name="ü \"""#;
        assert!(text.trim_end().ends_with(expected), "{text}");
    }
}
