//! JSON in documents.

use std::collections::BTreeSet;

use serde_json::Value;

const OPENAPI: &str = include_str!("../../../../../docs/openapi.json");

/// Parses JSON. Compares the names of its fields with a schema of the OpenAPI document: all fields
/// must exist, and no required field may be missing.
pub(super) fn check(text: &str, schema: Option<&str>) -> Result<(), String> {
    let value: Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let Some(name) = schema else {
        return Ok(());
    };
    let openapi: Value = serde_json::from_str(OPENAPI).unwrap();
    let schema = &openapi["components"]["schemas"][name];
    let known = schema["properties"].as_object();
    let known = known.ok_or_else(|| format!("the OpenAPI document has no object {name}"))?;
    let fields: BTreeSet<&String> = value.as_object().ok_or("not an object")?.keys().collect();
    let unknown: Vec<_> = fields
        .iter()
        .filter(|field| !known.contains_key(**field))
        .collect();
    let required = schema["required"].as_array().into_iter().flatten();
    let missing: Vec<_> = required
        .filter_map(Value::as_str)
        .filter(|name| !fields.contains(&(*name).to_owned()))
        .collect();
    match unknown.is_empty() && missing.is_empty() {
        true => Ok(()),
        false => Err(format!(
            "unknown fields {unknown:?}, missing fields {missing:?}"
        )),
    }
}
