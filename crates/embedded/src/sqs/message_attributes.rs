//! The attributes of messages: their rules and their digest.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use s3s::crypto::{Checksum as _, Md5};
use serde::{Deserialize, Serialize};

use super::characters::is_allowed;
use super::error::SqsError;

const MAX_ATTRIBUTES: usize = 10;
const MAX_NAME_BYTES: usize = 256;

/// A message attribute, as in requests and responses.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct AttributeValue {
    pub(crate) data_type: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) string_value: Option<String>,
    /// The bytes in base64.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) binary_value: Option<String>,
}

/// The attributes, sorted by name, because their MD5 requires this order.
pub(crate) type MessageAttributes = BTreeMap<String, AttributeValue>;

/// Checks the attributes by the rules in "Amazon SQS message metadata" in the developer guide.
pub(crate) fn check(attributes: &MessageAttributes) -> Result<(), SqsError> {
    if attributes.len() > MAX_ATTRIBUTES {
        return Err(invalid(format!(
            "Number of message attributes [{}] exceeds the allowed maximum [{MAX_ATTRIBUTES}].",
            attributes.len()
        )));
    }
    for (name, value) in attributes {
        check_name(name)?;
        check_value(name, value)?;
    }
    Ok(())
}

fn check_name(name: &str) -> Result<(), SqsError> {
    let is_valid = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    let lower = name.to_ascii_lowercase();
    let reason = if name.is_empty() || name.len() > MAX_NAME_BYTES {
        "must have 1 to 256 characters"
    } else if !name.chars().all(is_valid) {
        "can only include alphanumeric characters, hyphens, underscores, or dots"
    } else if name.starts_with('.') || name.ends_with('.') || name.contains("..") {
        "cannot begin or end with a dot or have successive dots"
    } else if lower.starts_with("aws.") || lower.starts_with("amazon.") {
        "cannot begin with 'AWS.' or 'Amazon.', which are reserved"
    } else {
        return Ok(());
    };
    Err(invalid(format!(
        "The message attribute name '{name}' {reason}."
    )))
}

fn check_value(name: &str, value: &AttributeValue) -> Result<(), SqsError> {
    let error = |reason: &str| invalid(format!("The message attribute '{name}' {reason}."));
    let kind = value.data_type.split('.').next().unwrap_or_default();
    if kind == "Binary" {
        let bytes = value.binary_value.as_ref().map(|text| BASE64.decode(text));
        return match bytes {
            Some(Ok(bytes)) if !bytes.is_empty() => Ok(()),
            Some(Err(_)) => Err(error("has a value that is not base64")),
            _ => Err(error("must contain a non-empty BinaryValue")),
        };
    }
    let text = value.string_value.as_deref().unwrap_or_default();
    match kind {
        "String" | "Number" if text.is_empty() => {
            Err(error("must contain a non-empty StringValue"))
        }
        "Number" if text.parse::<f64>().is_err() => Err(error("has a value that is not a number")),
        "String" | "Number" if text.chars().all(is_allowed) => Ok(()),
        "String" | "Number" => Err(SqsError::InvalidMessageContents),
        _ => Err(error(
            "has an invalid message attribute type, the set of supported type prefixes is Binary, Number, and String",
        )),
    }
}

fn invalid(reason: String) -> SqsError {
    SqsError::invalid("MessageAttributes", reason)
}

/// Returns the MD5 of attributes in hex, or `None` if there are none.
///
/// See "Calculating the MD5 message digest for message attributes" in the SQS developer guide.
pub(crate) fn md5(attributes: &MessageAttributes) -> Option<String> {
    if attributes.is_empty() {
        return None;
    }
    let mut md5 = Md5::new();
    for (name, value) in attributes {
        let field = |md5: &mut Md5, bytes: &[u8]| {
            md5.update(&u32::try_from(bytes.len()).unwrap_or(u32::MAX).to_be_bytes());
            md5.update(bytes);
        };
        field(&mut md5, name.as_bytes());
        field(&mut md5, value.data_type.as_bytes());
        if let Some(text) = &value.string_value {
            md5.update(&[1]);
            field(&mut md5, text.as_bytes());
        } else if let Some(binary) = &value.binary_value {
            md5.update(&[2]);
            field(&mut md5, &BASE64.decode(binary).unwrap_or_default());
        }
    }
    Some(hex::encode(md5.finalize()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attribute(name: &str, data_type: &str, value: &str) -> MessageAttributes {
        let is_binary = data_type.starts_with("Binary");
        let text = Some(value.to_owned());
        let value = AttributeValue {
            data_type: data_type.to_owned(),
            string_value: text.clone().filter(|_| !is_binary),
            binary_value: text.filter(|_| is_binary),
        };
        MessageAttributes::from([(name.to_owned(), value)])
    }

    #[test]
    fn attributes_of_the_three_types_and_their_custom_types_are_accepted() {
        for (data_type, value) in [
            ("String", "ü"),
            ("String.reason", "x"),
            ("Number", "-1.5e3"),
            ("Number.int", "7"),
            ("Binary", "AAE="),
            ("Binary.png", "AA=="),
        ] {
            let accepted = check(&attribute("a.b-c_1", data_type, value));
            assert!(accepted.is_ok(), "{data_type}: {accepted:?}");
        }
    }

    #[test]
    fn values_that_do_not_match_their_type_are_refused() {
        for (data_type, value) in [
            ("", "x"),
            ("string", "x"),
            ("Boolean", "true"),
            ("String", ""),
            ("String", "\u{1}"),
            ("Number", "seven"),
            ("Binary", ""),
            ("Binary", "not base64!"),
        ] {
            let refused = check(&attribute("a", data_type, value));
            assert!(refused.is_err(), "{data_type} {value}");
        }
    }

    #[test]
    fn names_with_other_characters_or_reserved_prefixes_are_refused() {
        let long = "x".repeat(257);
        for name in [
            "", "a b", "ü", ".a", "a.", "a..b", "AWS.x", "amazon.x", &long,
        ] {
            let refused = check(&attribute(name, "String", "x"));
            assert!(refused.is_err(), "{name}");
        }
    }

    #[test]
    fn a_message_has_ten_attributes_at_most() {
        let mut attributes = MessageAttributes::new();
        for number in 0..10 {
            attributes.extend(attribute(&format!("a{number}"), "String", "x"));
        }
        assert!(check(&attributes).is_ok());
        attributes.extend(attribute("b", "String", "x"));
        assert!(check(&attributes).is_err());
    }
}
