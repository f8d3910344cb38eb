//! The JSON schema of reports.

use serde_json::{Map, Value, json};
use utoipa::ToSchema;

use super::Report;

/// The dialect of the schemas that utoipa derives: OpenAPI 3.1 uses the same.
const DIALECT: &str = "https://json-schema.org/draft/2020-12/schema";
const OPENAPI_PREFIX: &str = "#/components/schemas/";
const SCHEMA_PREFIX: &str = "#/$defs/";

/// Returns the JSON schema of a report, with every type that it refers to in `$defs`.
pub(crate) fn report_schema() -> serde_json::Result<Value> {
    let mut referenced = Vec::new();
    Report::schemas(&mut referenced);
    let mut definitions = Map::new();
    for (name, schema) in referenced {
        definitions.insert(name, serde_json::to_value(schema)?);
    }
    let mut schema = serde_json::to_value(<Report as utoipa::PartialSchema>::schema())?;
    schema["$schema"] = json!(DIALECT);
    schema["title"] = json!("A line of the output of a darkroom command with --json");
    schema["$defs"] = Value::Object(definitions);
    rewrite_references(&mut schema);
    Ok(schema)
}

/// Makes the references of an OpenAPI document point into the schema itself.
fn rewrite_references(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            if let Some(Value::String(reference)) = fields.get_mut("$ref")
                && let Some(name) = reference.strip_prefix(OPENAPI_PREFIX)
            {
                *reference = format!("{SCHEMA_PREFIX}{name}");
            }
            fields.values_mut().for_each(rewrite_references);
        }
        Value::Array(items) => items.iter_mut().for_each(rewrite_references),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_schema_is_current() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/report.schema.json");
        let current = serde_json::to_string_pretty(&report_schema().unwrap()).unwrap() + "\n";
        if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
            std::fs::write(path, &current).unwrap();
        }
        let published = std::fs::read_to_string(path).unwrap_or_default();
        assert!(
            published == current,
            "docs/report.schema.json is stale: run `cargo xtask snapshots`"
        );
    }
}
