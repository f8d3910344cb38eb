//! The access policy of the event queue.

use serde_json::{Value, json};

use super::provisioner::RULE_ID;

/// Returns the policy with Darkroom's statement added. A policy that is not JSON counts as empty.
///
/// Bucket names are global, and any account may create a bucket with the name of a deleted one. The
/// statement therefore also requires that the bucket belongs to the account of the queue.
pub(super) fn with_statement(current: Option<&str>, queue_arn: &str, raw_bucket: &str) -> Value {
    let partition = queue_arn.split(':').nth(1).unwrap_or("aws");
    let account = queue_arn.split(':').nth(4).unwrap_or_default();
    let own = json!({
        "Sid": RULE_ID,
        "Effect": "Allow",
        "Principal": {"Service": "s3.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": queue_arn,
        "Condition": {
            "ArnLike": {"aws:SourceArn": format!("arn:{partition}:s3:*:*:{raw_bucket}")},
            "StringEquals": {"aws:SourceAccount": account},
        },
    });
    let parsed = current.and_then(|policy| serde_json::from_str::<Value>(policy).ok());
    let mut policy = parsed.unwrap_or_else(|| json!({"Version": "2012-10-17"}));
    let others = match policy["Statement"].take() {
        Value::Array(statements) => statements,
        Value::Null => Vec::new(),
        one => vec![one],
    };
    let others = others
        .into_iter()
        .filter(|statement| statement["Sid"] != RULE_ID);
    policy["Statement"] = others.chain([own]).collect();
    policy
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_statements_are_kept_and_darkrooms_is_added_once() {
        let theirs = r#"{"Version":"2012-10-17","Id":"x","Statement":{"Sid":"theirs"}}"#;
        let once = with_statement(Some(theirs), "arn:aws-cn:sqs:r:1:q", "raw");
        let twice = with_statement(Some(&once.to_string()), "arn:aws-cn:sqs:r:1:q", "raw");
        assert_eq!(once, twice);
        assert_eq!(once["Id"], "x");
        assert_eq!(once["Statement"][0]["Sid"], "theirs");
        assert_eq!(
            once["Statement"][1]["Condition"],
            json!({
                "ArnLike": {"aws:SourceArn": "arn:aws-cn:s3:*:*:raw"},
                "StringEquals": {"aws:SourceAccount": "1"},
            })
        );
        assert_eq!(
            with_statement(None, "a:b", "raw")["Statement"][1],
            Value::Null
        );
    }
}
