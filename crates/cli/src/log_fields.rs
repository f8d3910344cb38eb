//! The fields of spans in the log.

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

/// The prefix of fields that only the export of traces reads. These fields repeat other fields.
const EXPORT_ONLY: &str = "otel.";

/// A formatter that delegates to `F`, but leaves out the fields for the export of traces.
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
    /// the fields for the export of traces are set only when a span is created.
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
        fields.record(&mut LogVisitor(&mut text));
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
