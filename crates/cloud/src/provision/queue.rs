//! One queue and its attributes.

use std::collections::HashMap;

use aws_sdk_sqs::types::QueueAttributeName;
use serde_json::Value;

use super::difference::{Description, differences};
use super::provisioned_queue::ProvisionedQueue;
use super::provisioner::Provisioner;
use super::resource::Change;
use crate::{CloudError, CloudErrorKind};

pub(super) type Attributes = HashMap<QueueAttributeName, String>;

impl Provisioner {
    /// Creates a queue or updates its attributes. In a dry run, returns `None` for a missing queue.
    pub(super) async fn queue(
        &self,
        name: &str,
        wanted: &Attributes,
        dry_run: bool,
    ) -> Result<(Option<ProvisionedQueue>, Change), CloudError> {
        let found = self.sqs.get_queue_url().queue_name(name).send().await;
        let url = match found.map_err(CloudError::from_sdk("GetQueueUrl")) {
            Ok(found) => found.queue_url,
            Err(error) if error.is_not_found() => None,
            Err(error) => return Err(error),
        };
        if let Some(url) = url {
            let change = self.update_attributes(&url, wanted, dry_run).await?;
            return Ok((Some(self.provisioned(url).await?), change));
        }
        let created = Change::Created(differences(&Description::new(), &description(wanted)));
        if dry_run {
            return Ok((None, created));
        }
        let mut attributes = wanted.clone();
        if name.ends_with(".fifo") {
            attributes.insert(QueueAttributeName::FifoQueue, "true".to_owned());
        }
        let request = self.sqs.create_queue().queue_name(name);
        let output = request.set_attributes(Some(attributes)).send().await;
        let url = output
            .map_err(CloudError::from_sdk("CreateQueue"))?
            .queue_url;
        let url = url.ok_or_else(|| {
            CloudError::new(
                CloudErrorKind::Invalid,
                "CreateQueue",
                "the response has no queue URL",
            )
        })?;
        Ok((Some(self.provisioned(url).await?), created))
    }

    async fn provisioned(&self, url: String) -> Result<ProvisionedQueue, CloudError> {
        let attributes = self.attributes(&url).await?;
        let arn = attributes.get(&QueueAttributeName::QueueArn).cloned();
        let arn = arn.ok_or_else(|| {
            CloudError::new(
                CloudErrorKind::Invalid,
                "GetQueueAttributes",
                "the queue has no ARN",
            )
        })?;
        Ok(ProvisionedQueue { url, arn })
    }

    pub(super) async fn attributes(&self, url: &str) -> Result<Attributes, CloudError> {
        let request = self.sqs.get_queue_attributes().queue_url(url);
        let output = request
            .attribute_names(QueueAttributeName::All)
            .send()
            .await;
        let output = output.map_err(CloudError::from_sdk("GetQueueAttributes"))?;
        Ok(output.attributes.unwrap_or_default())
    }

    /// Sets the attributes that differ from `wanted`.
    pub(super) async fn update_attributes(
        &self,
        url: &str,
        wanted: &Attributes,
        dry_run: bool,
    ) -> Result<Change, CloudError> {
        let current = self.attributes(url).await?;
        let different: Attributes = wanted
            .iter()
            .filter(|(name, value)| !is_same(current.get(*name), value))
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        if different.is_empty() {
            return Ok(Change::Unchanged);
        }
        let changes = differences(&description(&current), &description(&different));
        if !dry_run {
            let request = self.sqs.set_queue_attributes().queue_url(url);
            let set = request.set_attributes(Some(different)).send().await;
            set.map_err(CloudError::from_sdk("SetQueueAttributes"))?;
        }
        Ok(Change::Updated(changes))
    }
}

fn description(attributes: &Attributes) -> Description {
    let attributes = attributes.iter();
    attributes
        .map(|(name, value)| (name.as_str().to_owned(), value.clone()))
        .collect()
}

/// Compares two values of an attribute. Policies are compared as JSON, because SQS reformats them
/// and returns numbers as text.
fn is_same(current: Option<&String>, wanted: &str) -> bool {
    let Some(current) = current else {
        return false;
    };
    let parse = |text: &str| serde_json::from_str::<Value>(text).map(normalized);
    current == wanted || matches!((parse(current), parse(wanted)), (Ok(a), Ok(b)) if a == b)
}

fn normalized(value: Value) -> Value {
    match value {
        Value::Number(number) => Value::String(number.to_string()),
        Value::Array(items) => items.into_iter().map(normalized).collect(),
        Value::Object(fields) => fields
            .into_iter()
            .map(|(name, value)| (name, normalized(value)))
            .collect(),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn policies_that_differ_only_in_format_are_the_same() {
        let current = r#"{"maxReceiveCount":"5", "deadLetterTargetArn":"a"}"#.to_owned();
        assert!(is_same(
            Some(&current),
            r#"{"deadLetterTargetArn":"a","maxReceiveCount":5}"#
        ));
        assert!(!is_same(
            Some(&current),
            r#"{"deadLetterTargetArn":"a","maxReceiveCount":4}"#
        ));
        assert!(is_same(Some(&"60".to_owned()), "60"));
        assert!(!is_same(None, "60"));
    }
}
