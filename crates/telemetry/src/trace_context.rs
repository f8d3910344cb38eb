//! A trace that goes on elsewhere, by the W3C's `traceparent` (Trace Context, level 1).

use std::collections::HashMap;

use opentelemetry::propagation::TextMapPropagator;
use opentelemetry::trace::TraceContextExt;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use tracing::Span;
use tracing_opentelemetry::OpenTelemetrySpanExt;

const TRACEPARENT: &str = "traceparent";

/// What to hand to whoever goes on with the trace of the current span; `None` where there is no
/// trace, or traces go nowhere.
pub fn traceparent() -> Option<String> {
    let mut carrier = HashMap::new();
    TraceContextPropagator::new().inject_context(&Span::current().context(), &mut carrier);
    carrier.remove(TRACEPARENT)
}

/// Makes a span that has not been entered yet part of a trace that began elsewhere. Of what is no
/// `traceparent`, nothing comes.
pub fn continue_trace(span: &Span, traceparent: &str) {
    let carrier = HashMap::from([(TRACEPARENT.to_owned(), traceparent.to_owned())]);
    let context = TraceContextPropagator::new().extract(&carrier);
    if context.span().span_context().is_valid() {
        // Only fails where traces go nowhere.
        let _ = span.set_parent(context);
    }
}

/// Writes the trace's id into the span's field `trace_id`, for the log.
pub fn mark_trace_id(span: &Span) {
    let context = span.context();
    let of_span = context.span().span_context().clone();
    if of_span.is_valid() {
        span.record("trace_id", tracing::field::display(of_span.trace_id()));
    }
}
