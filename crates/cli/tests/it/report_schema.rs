//! The JSON schema of reports, against which the tests validate everything that `--json` prints.

use std::process::Output;
use std::sync::LazyLock;

use serde_json::{Value, json};

use crate::test_bed::darkroom;

const PUBLISHED: &str = include_str!("../../../../docs/report.schema.json");
static SCHEMA: LazyLock<Value> = LazyLock::new(|| serde_json::from_str(PUBLISHED).unwrap());

/// Returns the reports that a successful command printed.
pub(crate) fn reports(output: &Output) -> Vec<Value> {
    assert!(output.status.success(), "{output:?}");
    parse(&output.stdout)
}

/// Returns the reports in an output, one per line. Each must conform to the published schema.
pub(crate) fn parse(stdout: &[u8]) -> Vec<Value> {
    let text = std::str::from_utf8(stdout).unwrap();
    let lines = text.lines().map(|line| {
        let report: Value = serde_json::from_str(line).unwrap();
        if let Err(problem) = validate(&SCHEMA, &report) {
            panic!("{problem} in {report}");
        }
        report
    });
    lines.collect()
}

/// Validates a value against the keywords that schemas derived by utoipa contain. Also requires
/// that the schema knows every field of an object.
fn validate(schema: &Value, value: &Value) -> Result<(), String> {
    if let Some(reference) = schema["$ref"].as_str() {
        let pointer = reference.strip_prefix('#').unwrap();
        return validate(SCHEMA.pointer(pointer).unwrap(), value);
    }
    for keyword in ["oneOf", "anyOf"] {
        if let Some(choices) = schema[keyword].as_array() {
            let valid = choices
                .iter()
                .filter(|choice| validate(choice, value).is_ok());
            return match valid.count() {
                1 => Ok(()),
                count => Err(format!("{value} matches {count} schemas of {schema}")),
            };
        }
    }
    if let Some(parts) = schema["allOf"].as_array() {
        return validate(&merged(parts), value);
    }
    let types: Vec<&str> = match &schema["type"] {
        Value::Array(types) => types.iter().filter_map(Value::as_str).collect(),
        name => name.as_str().into_iter().collect(),
    };
    if !types.is_empty() && !types.iter().any(|name| has_type(value, name)) {
        return Err(format!("{value} is not of type {types:?}"));
    }
    if let Some(values) = schema["enum"].as_array()
        && !values.contains(value)
    {
        return Err(format!("{value} is none of {values:?}"));
    }
    if let Some(items) = value.as_array() {
        return items
            .iter()
            .try_for_each(|item| validate(&schema["items"], item));
    }
    let Some(fields) = value.as_object() else {
        return Ok(());
    };
    for name in schema["required"].as_array().into_iter().flatten() {
        if !fields.contains_key(name.as_str().unwrap()) {
            return Err(format!("{name} is missing"));
        }
    }
    fields.iter().try_for_each(|(name, value)| {
        let field = schema["properties"].get(name);
        let field = field.ok_or_else(|| format!("the schema has no field {name}"))?;
        validate(field, value).map_err(|problem| format!("{name}: {problem}"))
    })
}

/// Returns an object schema with the fields of all parts.
fn merged(parts: &[Value]) -> Value {
    let mut merged = json!({"type": "object", "properties": {}, "required": []});
    for part in parts {
        let part = match part["$ref"].as_str() {
            Some(reference) => SCHEMA.pointer(&reference[1..]).unwrap(),
            None => part,
        };
        let properties = part["properties"].as_object().cloned().unwrap_or_default();
        merged["properties"]
            .as_object_mut()
            .unwrap()
            .extend(properties);
        let required = part["required"].as_array().cloned().unwrap_or_default();
        merged["required"].as_array_mut().unwrap().extend(required);
    }
    merged
}

fn has_type(value: &Value, name: &str) -> bool {
    match name {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_u64() || value.is_i64(),
        "number" => value.is_number(),
        "null" => value.is_null(),
        other => panic!("unknown type {other}"),
    }
}

#[test]
fn the_schema_command_prints_the_published_schema() {
    let folder = tempfile::tempdir().unwrap();
    let output = darkroom(folder.path()).arg("schema").output().unwrap();
    assert!(output.status.success(), "{output:?}");
    assert_eq!(String::from_utf8_lossy(&output.stdout), PUBLISHED);
}

#[test]
fn a_report_that_contradicts_the_schema_is_found() {
    let report = json!({"version": 1, "command": "process", "status": "ready"});
    assert_eq!(validate(&SCHEMA, &report), Ok(()));
    for (field, value) in [
        ("status", json!("fine")),
        ("version", json!("1")),
        ("surprise", json!(1)),
        ("error", json!({"code": "x"})),
        ("variants", json!([{"name": "original"}])),
    ] {
        let mut wrong = report.clone();
        wrong[field] = value;
        assert!(validate(&SCHEMA, &wrong).is_err(), "{wrong}");
    }
}
