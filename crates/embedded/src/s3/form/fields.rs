//! The fields of a form, which precede its file.

use s3s::post_policy::{PostPolicy, PostPolicyCondition};

use crate::s3::error_document::ErrorDocument;

/// S3's limit on everything before the file.
const MAX_BYTES: usize = 20 * 1024;
/// The variable that stands for the name of the file.
const FILE_NAME: &str = "${filename}";
/// The fields that a policy need not name, in addition to those that begin with [`IGNORED`].
const EXEMPT: [&str; 5] = [
    "x-amz-signature",
    "awsaccesskeyid",
    "signature",
    "file",
    "policy",
];
const IGNORED: &str = "x-ignore-";

/// The fields in their order, with lower-case names.
#[derive(Debug, Default)]
pub(super) struct Fields {
    fields: Vec<(String, String)>,
    bytes: usize,
}

impl Fields {
    pub(super) fn push(&mut self, name: &str, value: String) -> Result<(), ErrorDocument> {
        self.check_size(name.len() + value.len())?;
        self.bytes += name.len() + value.len();
        self.fields.push((name.to_ascii_lowercase(), value));
        Ok(())
    }

    /// Errors if `more` additional bytes would make the fields exceed the limit.
    pub(super) fn check_size(&self, more: usize) -> Result<(), ErrorDocument> {
        if self.bytes + more <= MAX_BYTES {
            return Ok(());
        }
        Err(ErrorDocument::bad_request(
            "MaxPostPreDataLengthExceeded",
            "Your POST request fields preceding the upload file were too large.",
        ))
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        let mut fields = self.fields.iter();
        fields.find_map(|(key, value)| (key == name).then_some(value.as_str()))
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        let fields = self.fields.iter();
        fields.map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Replaces `${filename}` in every field with the last component of the file name that the
    /// browser sends.
    pub(super) fn insert_file_name(&mut self, sent: &str) {
        let name = sent.rsplit(['/', '\\']).next().unwrap_or_default();
        for (_, value) in &mut self.fields {
            if value.contains(FILE_NAME) {
                *value = value.replace(FILE_NAME, name);
            }
        }
    }

    /// Errors if the form has a field that the policy does not name. Accepts a form without a valid
    /// policy, because `s3s` refuses it later.
    pub(super) fn check_named(&self) -> Result<(), ErrorDocument> {
        let policy = self.get("policy").map(PostPolicy::from_base64);
        let Some(Ok(policy)) = policy else {
            return Ok(());
        };
        let is_named = |name: &str| {
            policy.conditions.iter().any(|condition| match condition {
                PostPolicyCondition::Eq { field, .. }
                | PostPolicyCondition::StartsWith { field, .. } => field == name,
                PostPolicyCondition::ContentLengthRange { .. } => false,
            })
        };
        let is_exempt = |name: &str| EXEMPT.contains(&name) || name.starts_with(IGNORED);
        let names = self.fields.iter().map(|(name, _)| name.as_str());
        let extra: Vec<_> = names.filter(|it| !is_exempt(it) && !is_named(it)).collect();
        if extra.is_empty() {
            return Ok(());
        }
        Err(ErrorDocument::denied(format!(
            "Invalid according to Policy: Extra input fields: {}",
            extra.join(", ")
        )))
    }
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD as BASE64;

    use super::*;

    fn fields(pairs: &[(&str, &str)]) -> Fields {
        let mut fields = Fields::default();
        for (name, value) in pairs {
            fields.push(name, (*value).to_owned()).unwrap();
        }
        fields
    }

    #[test]
    fn every_field_must_be_named_by_the_policy() {
        let policy = BASE64.encode(
            r#"{"expiration": "2999-01-01T00:00:00Z", "conditions": [["starts-with", "$key", ""]]}"#,
        );
        let named = [
            ("Key", "a"),
            ("Policy", policy.as_str()),
            ("x-amz-signature", "0"),
            ("x-ignore-note", "b"),
        ];
        assert!(fields(&named).check_named().is_ok());
        for name in ["submit", "x-amz-server-side-encryption", "acl"] {
            let mut form = fields(&named);
            form.push(name, "c".into()).unwrap();
            let error = format!("{:?}", form.check_named().unwrap_err());
            assert!(
                error.contains(&format!("Extra input fields: {name}")),
                "{error}"
            );
        }
    }

    #[test]
    fn the_variable_filename_becomes_the_file_name_without_its_folder() {
        for (sent, key) in [
            ("cat.jpg", "u/cat.jpg"),
            ("C:\\photos\\cat.jpg", "u/cat.jpg"),
            ("../photos/cat.jpg", "u/cat.jpg"),
        ] {
            let mut form = fields(&[("key", "u/${filename}")]);
            form.insert_file_name(sent);
            assert_eq!(form.get("key"), Some(key));
        }
    }

    #[test]
    fn the_fields_have_20_kib_at_most() {
        let mut form = Fields::default();
        form.push("a", "x".repeat(20 * 1024 - 1)).unwrap();
        assert!(form.push("b", String::new()).is_err());
    }
}
