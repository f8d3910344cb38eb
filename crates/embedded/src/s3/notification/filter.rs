//! The filter of notification configurations.

use s3s::dto::{FilterRuleName, QueueConfiguration};

use super::event::Event;

/// Returns `true` if a configuration includes this event for this key.
pub(super) fn matches(configuration: &QueueConfiguration, event: Event, key: &str) -> bool {
    let mut patterns = configuration.events.iter();
    if !patterns.any(|pattern| event.matches(pattern.as_ref())) {
        return false;
    }
    let filter = configuration.filter.as_ref();
    let rules = filter
        .and_then(|filter| filter.key.as_ref())
        .and_then(|key| key.filter_rules.as_ref());
    rules.into_iter().flatten().all(|rule| {
        let value = rule.value.as_deref().unwrap_or_default();
        let name = rule.name.as_ref().map_or("", FilterRuleName::as_str);
        if name.eq_ignore_ascii_case(FilterRuleName::SUFFIX) {
            key.ends_with(value)
        } else {
            key.starts_with(value)
        }
    })
}

#[cfg(test)]
mod tests {
    use s3s::dto::{FilterRule, NotificationConfigurationFilter, S3KeyFilter};

    use super::*;

    fn configuration(pattern: &str, rules: &[(&'static str, &str)]) -> QueueConfiguration {
        let rule = |(name, value): &(&'static str, &str)| FilterRule {
            name: Some(FilterRuleName::from_static(name)),
            value: Some((*value).to_owned()),
        };
        let filter_rules = Some(rules.iter().map(rule).collect());
        QueueConfiguration {
            events: vec![pattern.to_owned().into()],
            filter: Some(NotificationConfigurationFilter {
                key: Some(S3KeyFilter { filter_rules }),
            }),
            id: None,
            queue_arn: "arn:aws:sqs:eu-west-1:000000000000:events".into(),
        }
    }

    #[test]
    fn a_pattern_matches_one_event_or_a_kind_of_events() {
        for (pattern, event, is_match) in [
            ("s3:ObjectCreated:*", Event::Post, true),
            ("s3:ObjectCreated:Put", Event::Put, true),
            ("s3:ObjectCreated:Put", Event::Copy, false),
            ("s3:ObjectCreated:*", Event::Delete, false),
        ] {
            let configuration = configuration(pattern, &[]);
            assert_eq!(matches(&configuration, event, "k"), is_match, "{pattern}");
        }
    }

    #[test]
    fn every_filter_rule_must_match() {
        let rules = [("prefix", "raw/"), ("Suffix", ".jpg")];
        let both = configuration("s3:ObjectCreated:*", &rules);
        assert!(matches(&both, Event::Put, "raw/a.jpg"));
        assert!(!matches(&both, Event::Put, "raw/a.png"));
        assert!(!matches(&both, Event::Put, "media/a.jpg"));
    }
}
