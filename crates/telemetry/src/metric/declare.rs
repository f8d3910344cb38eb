//! The macro that declares metrics.

/// Declares metrics. Each declaration defines a static with a description and adds it to `ALL`.
///
/// ```text
/// metrics! {
///     /// Polls that failed.
///     RECEIVE_ERRORS: Counter = "darkroom_consumer_receive_errors_total"["queue"];
/// }
/// ```
///
/// The doc comment is also the help text of the metric and its line in `docs/operations.md`.
macro_rules! metrics {
    ($(
        $(#[doc = $help:literal])+
        $static:ident: $kind:ident = $name:literal [$($label:literal),*];
    )+) => {
        $(
            $(#[doc = $help])+
            pub static $static: $kind<{ <[&str]>::len(&[$($label),*]) }> =
                $kind::new($name, [$($label),*], concat!($($help),+).trim_ascii());
        )+

        /// Every metric, in the order of declaration.
        pub static ALL: &[&dyn Metric] = &[$(&$static),+];
    };
}

pub(super) use metrics;
