//! The macro that declares metrics.

/// Declares metrics. Each declaration defines a static with a description and adds it to `ALL`.
///
/// Each label is followed by its values. If a declaration lists no values for a label, the values
/// depend on the deployment, as the names of profiles do. In that case, the role supplies the
/// values when it starts ([`start_at_zero`](super::start_at_zero)).
///
/// ```text
/// metrics! {
///     /// Heartbeats by result: sent, failed.
///     HEARTBEATS: Counter = "darkroom_consumer_heartbeats_total"["queue"]["result": "sent", "failed"];
/// }
/// ```
///
/// The doc comment is also the help text of the metric and its line in `docs/operations.md`.
macro_rules! metrics {
    ($(
        $(#[doc = $help:literal])+
        $static:ident: $kind:ident = $name:literal $([$label:literal $(: $($value:literal),+)?])*;
    )+) => {
        $(
            $(#[doc = $help])+
            pub static $static: $kind<{ <[&str]>::len(&[$($label),*]) }> = $kind::new(
                $name,
                [$(LabelDefinition { name: $label, values: &[$($($value),+)?] }),*],
                concat!($($help),+).trim_ascii(),
            );
        )+

        /// Every metric, in the order of declaration.
        pub static ALL: &[&dyn Metric] = &[$(&$static),+];
    };
}

pub(super) use metrics;
