//! Parsing of JSON bodies, with a precise problem for each kind of error.

use http::{HeaderMap, StatusCode};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::body::media_type;
use crate::problem::Problem;

/// The maximum number of edits between an unknown name and the known name that the error suggests.
const MAX_EDITS: usize = 3;

/// The name of a field, and the error code for a field whose value has the wrong type.
pub(crate) type Field = (&'static str, &'static str);

/// Checks that a body is declared as JSON.
///
/// # Errors
/// `unsupported_media_type`.
pub(crate) fn require_content_type(headers: &HeaderMap) -> Result<(), Problem> {
    let is_json = |media_type: String| {
        media_type == "application/json"
            || (media_type.starts_with("application/") && media_type.ends_with("+json"))
    };
    if media_type(headers).is_some_and(is_json) {
        return Ok(());
    }
    Err(Problem::new(
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        "unsupported_media_type",
        "the body must be JSON; send it with Content-Type: application/json",
    ))
}

/// Parses an object. Rejects a field that is not in `fields`.
///
/// # Errors
/// `invalid_json`, `unknown_field`, `missing_field`, or the code of the invalid field.
pub(crate) fn parse<T: DeserializeOwned>(bytes: &[u8], fields: &[Field]) -> Result<T, Problem> {
    let object: Map<String, Value> = serde_json::from_slice(bytes).map_err(|error| {
        let detail = format!("the body is not a JSON object: {error}");
        Problem::unprocessable("invalid_json", detail)
    })?;
    if let Some(name) = object.keys().find(|name| !is_known(name, fields)) {
        return Err(unknown_field(name, fields));
    }
    serde_path_to_error::deserialize(Value::Object(object)).map_err(|error| {
        let path = error.path().to_string();
        let name = path.split(['.', '[']).next().unwrap_or_default();
        let code = fields
            .iter()
            .find(|(known, _)| *known == name)
            .map_or("missing_field", |(_, code)| *code);
        let prefix = if path == "." {
            String::new()
        } else {
            format!("{path}: ")
        };
        Problem::unprocessable(code, format!("{prefix}{}", describe(error.inner())))
    })
}

/// Replaces the Rust type in a serde message with words.
fn describe(error: &serde_json::Error) -> String {
    let message = error.to_string();
    let Some((found, expected)) = message.rsplit_once(", expected ") else {
        return message;
    };
    let expected = match expected {
        "u32" => "a whole number from 0 to 4294967295",
        "u64" => "a whole number of at least 0",
        "f64" => "a number",
        "a map" => "an object",
        expected if expected.starts_with("struct ") => "an object",
        expected => expected,
    };
    format!("{found}, expected {expected}")
}

fn is_known(name: &str, fields: &[Field]) -> bool {
    fields.iter().any(|(known, _)| *known == name)
}

fn unknown_field(name: &str, fields: &[Field]) -> Problem {
    let distances = fields
        .iter()
        .map(|(known, _)| (strsim::damerau_levenshtein(name, known), *known));
    let detail = match distances.min() {
        Some((edits, known)) if edits <= MAX_EDITS => {
            format!("unknown field {name:?}; did you mean \"{known}\"?")
        }
        _ => {
            let names: Vec<_> = fields.iter().map(|(known, _)| *known).collect();
            format!(
                "unknown field {name:?}; the known fields are {}",
                names.join(", ")
            )
        }
    };
    Problem::unprocessable("unknown_field", detail)
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    struct Body {
        profile: String,
        #[serde(default)]
        size: Option<u64>,
    }

    const FIELDS: &[Field] = &[("profile", "invalid_profile"), ("size", "invalid_size")];

    fn problem(body: &str) -> Problem {
        parse::<Body>(body.as_bytes(), FIELDS).unwrap_err()
    }

    #[test]
    fn a_valid_object_is_parsed() {
        let body: Body = parse(br#"{"profile": "avatar", "size": 7}"#, FIELDS).unwrap();
        assert_eq!((body.profile.as_str(), body.size), ("avatar", Some(7)));
    }

    #[test]
    fn each_invalid_body_has_its_code() {
        for (body, code) in [
            ("", "invalid_json"),
            ("[]", "invalid_json"),
            ("{\"profile\": \"a\"", "invalid_json"),
            ("\u{0}", "invalid_json"),
            ("{}", "missing_field"),
            (r#"{"profile": 7}"#, "invalid_profile"),
            (r#"{"profile": "a", "size": -1}"#, "invalid_size"),
            (r#"{"profile": "a", "size": "7"}"#, "invalid_size"),
            (r#"{"profile": "a", "sizes": 7}"#, "unknown_field"),
        ] {
            let problem = problem(body);
            assert_eq!(problem.code, code, "{body}");
            assert_eq!(problem.status, StatusCode::UNPROCESSABLE_ENTITY, "{body}");
        }
    }

    #[test]
    fn a_misspelled_field_is_reported_with_the_nearest_name() {
        let detail = problem(r#"{"profle": "avatar"}"#).detail;
        assert_eq!(
            detail,
            "unknown field \"profle\"; did you mean \"profile\"?"
        );
        let detail = problem(r#"{"entirely-different": 1}"#).detail;
        assert!(
            detail.ends_with("the known fields are profile, size"),
            "{detail}"
        );
    }

    #[test]
    fn a_value_of_the_wrong_type_is_described_in_words() {
        assert_eq!(
            problem(r#"{"profile": "avatar", "size": "7"}"#).detail,
            "size: invalid type: string \"7\", expected a whole number of at least 0"
        );
    }

    #[test]
    fn only_json_media_types_are_accepted() {
        for (media_type, is_valid) in [
            ("application/json", true),
            ("Application/JSON; charset=utf-8", true),
            ("application/merge-patch+json", true),
            ("text/json", false),
            ("image/jpeg", false),
            ("", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert("content-type", HeaderValue::from_static(media_type));
            assert_eq!(
                require_content_type(&headers).is_ok(),
                is_valid,
                "{media_type}"
            );
        }
        assert!(require_content_type(&HeaderMap::new()).is_err());
    }
}
