//! Propagation of traces between processes with `traceparent` (W3C Trace Context, level 1).

use std::collections::HashMap;

use opentelemetry::propagation::TextMapPropagator;
use opentelemetry::trace::TraceContextExt;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use tracing::Span;
use tracing_opentelemetry::OpenTelemetrySpanExt;

const TRACEPARENT: &str = "traceparent";

/// Returns the `traceparent` of the current span. Returns `None` if the span does not belong to a
/// trace or traces are not exported.
pub fn traceparent() -> Option<String> {
    let mut carrier = HashMap::new();
    TraceContextPropagator::new().inject_context(&Span::current().context(), &mut carrier);
    carrier.remove(TRACEPARENT)
}

/// Adds a span to a trace of another process. The span must not have been entered yet. An invalid
/// `traceparent` is ignored.
pub fn continue_trace(span: &Span, traceparent: &str) {
    let carrier = HashMap::from([(TRACEPARENT.to_owned(), traceparent.to_owned())]);
    let context = TraceContextPropagator::new().extract(&carrier);
    if context.span().span_context().is_valid() {
        // This only fails if traces are not exported.
        let _ = span.set_parent(context);
    }
}

/// Sets the parent of a span that has not been entered yet. The span keeps its start time, even if
/// it started before its trace was known.
pub fn set_parent(span: &Span, parent: &Span) {
    // This only fails if traces are not exported.
    let _ = span.set_parent(parent.context());
}

/// Records the id of the trace in the field `trace_id` of the span, for the log.
pub fn record_trace_id(span: &Span) {
    let context = span.context();
    let span_context = context.span().span_context().clone();
    if span_context.is_valid() {
        span.record("trace_id", tracing::field::display(span_context.trace_id()));
    }
}
