//! JSON bodies, and what exactly is wrong with one.

use http::{HeaderMap, StatusCode};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::body::media_type;
use crate::problem::Problem;

/// Further than this from every known name, a name is not a slip of the keyboard.
const MAX_EDITS: usize = 3;

/// A field that a body may have, and the code for a value that is not of its type.
pub(crate) type Field = (&'static str, &'static str);

/// # Errors
/// `unsupported_media_type` for a body that does not say it is JSON.
pub(crate) fn expect(headers: &HeaderMap) -> Result<(), Problem> {
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
        "this path takes application/json",
    ))
}

/// Reads an object whose fields are all among `fields`.
///
/// # Errors
/// `invalid_json`, `unknown_field`, `missing_field`, or the code of the field at fault.
pub(crate) fn parse<T: DeserializeOwned>(bytes: &[u8], fields: &[Field]) -> Result<T, Problem> {
    let object: Map<String, Value> = serde_json::from_slice(bytes).map_err(|error| {
        let detail = format!("the body is not a JSON object: {error}");
        Problem::unprocessable("invalid_json", detail)
    })?;
    if let Some(name) = object.keys().find(|name| !is_known(name, fields)) {
        return Err(unknown(name, fields));
    }
    serde_path_to_error::deserialize(Value::Object(object)).map_err(|error| {
        let path = error.path().to_string();
        let at_fault = path.split(['.', '[']).next().unwrap_or_default();
        let code = fields
            .iter()
            .find(|(name, _)| *name == at_fault)
            .map_or("missing_field", |(_, code)| *code);
        let place = if path == "." {
            String::new()
        } else {
            format!("{path}: ")
        };
        Problem::unprocessable(code, format!("{place}{}", error.inner()))
    })
}

fn is_known(name: &str, fields: &[Field]) -> bool {
    fields.iter().any(|(known, _)| *known == name)
}

fn unknown(name: &str, fields: &[Field]) -> Problem {
    let distances = fields
        .iter()
        .map(|(known, _)| (strsim::damerau_levenshtein(name, known), *known));
    let detail = match distances.min() {
        Some((edits, known)) if edits <= MAX_EDITS => {
            format!("there is no field {name:?}; did you mean \"{known}\"?")
        }
        _ => {
            let names: Vec<_> = fields.iter().map(|(known, _)| *known).collect();
            format!("there is no field {name:?}; known are {}", names.join(", "))
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
    struct Ask {
        profile: String,
        #[serde(default)]
        size: Option<u64>,
    }

    const FIELDS: &[Field] = &[("profile", "invalid_profile"), ("size", "invalid_size")];

    fn refused(body: &str) -> Problem {
        parse::<Ask>(body.as_bytes(), FIELDS).unwrap_err()
    }

    #[test]
    fn a_whole_object_is_read() {
        let ask: Ask = parse(br#"{"profile": "avatar", "size": 7}"#, FIELDS).unwrap();
        assert_eq!((ask.profile.as_str(), ask.size), ("avatar", Some(7)));
    }

    #[test]
    fn each_fault_has_its_code() {
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
            let problem = refused(body);
            assert_eq!(problem.code, code, "{body}");
            assert_eq!(problem.status, StatusCode::UNPROCESSABLE_ENTITY, "{body}");
        }
    }

    #[test]
    fn a_slip_of_the_keyboard_is_told_the_nearest_name() {
        let detail = refused(r#"{"profle": "avatar"}"#).detail;
        assert_eq!(
            detail,
            "there is no field \"profle\"; did you mean \"profile\"?"
        );
        let detail = refused(r#"{"entirely-different": 1}"#).detail;
        assert!(detail.ends_with("known are profile, size"), "{detail}");
    }

    #[test]
    fn only_json_is_taken_for_json() {
        for (media_type, is_json) in [
            ("application/json", true),
            ("Application/JSON; charset=utf-8", true),
            ("application/merge-patch+json", true),
            ("text/json", false),
            ("image/jpeg", false),
            ("", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert("content-type", HeaderValue::from_static(media_type));
            assert_eq!(expect(&headers).is_ok(), is_json, "{media_type}");
        }
        assert!(expect(&HeaderMap::new()).is_err());
    }
}
