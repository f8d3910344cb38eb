//! Unions in a form that code generators accept.
//!
//! For a struct with a flattened union, utoipa derives an `allOf` of the union and the other
//! fields. Few generators can read such an `allOf`. This module turns every alternative into a
//! schema with a name and all its fields. The union refers to these schemas. If the alternatives
//! share a field such as `status`, its value distinguishes them.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

const PREFIX: &str = "#/components/schemas/";

type Schemas = Map<String, Value>;

/// A union and the names of its alternatives, in the order in which the code declares them.
struct Union {
    name: &'static str,
    /// The field that distinguishes the alternatives by its value. `None` means that the
    /// alternatives have different fields.
    discriminator: Option<&'static str>,
    alternatives: &'static [&'static str],
}

const UNIONS: [Union; 5] = [
    Union {
        name: "Manifest",
        discriminator: Some("status"),
        alternatives: &[
            "ReadyManifest",
            "InReviewManifest",
            "RejectedManifest",
            "FailedManifest",
        ],
    },
    Union {
        name: "UploadStatus",
        discriminator: Some("status"),
        alternatives: &[
            "ReadyManifest",
            "InReviewManifest",
            "RejectedManifest",
            "FailedManifest",
            "PendingUpload",
        ],
    },
    Union {
        name: "ImageUpload",
        discriminator: Some("status"),
        alternatives: &[
            "ReadyImageUpload",
            "InReviewImageUpload",
            "RejectedImageUpload",
            "FailedImageUpload",
            "PendingImageUpload",
        ],
    },
    Union {
        name: "InspectResult",
        discriminator: Some("msg"),
        alternatives: &["ImageReport", "ImageRejection"],
    },
    Union {
        name: "InspectResponse",
        discriminator: None,
        alternatives: &["ImageReport", "ImageReports"],
    },
];

/// Rewrites all unions of a document, and merges every other `allOf` into one object.
pub(super) fn rewrite(document: &mut Value) {
    let Some(schemas) = document.pointer_mut("/components/schemas") else {
        return;
    };
    if let Value::Object(schemas) = schemas {
        for union in &UNIONS {
            union.rewrite(schemas);
        }
        for (name, schema) in schemas.clone() {
            if schema.get("allOf").is_some()
                && let [merged] = &expand(schemas, &schema)[..]
            {
                let merged = described(merged.clone(), &schema);
                schemas.insert(name, merged);
            }
        }
    }
    remove_unused(document);
}

impl Union {
    fn rewrite(&self, schemas: &mut Schemas) {
        let Some(union) = schemas.get(self.name).cloned() else {
            return;
        };
        let alternatives = expand(schemas, &union);
        debug_assert_eq!(alternatives.len(), self.alternatives.len(), "{}", self.name);
        let mut mapping = Map::new();
        let mut references = Vec::new();
        for (name, mut schema) in self.alternatives.iter().zip(alternatives) {
            let reference = format!("{PREFIX}{name}");
            if let Some(field) = self.discriminator {
                for value in values(schemas, &schema["properties"][field]) {
                    mapping.insert(value, json!(reference));
                }
                let field = &mut schema["properties"][field];
                if field.get("$ref").is_none() && field.get("description").is_none() {
                    field["description"] = json!("The kind of this object.");
                }
            }
            references.push(json!({ "$ref": reference }));
            schemas.insert((*name).to_owned(), schema);
        }
        debug_assert!(self.discriminator.is_none() || mapping.len() >= references.len());
        let mut rewritten = json!({ "oneOf": references });
        if let Some(name) = self.discriminator {
            rewritten["discriminator"] = json!({ "propertyName": name, "mapping": mapping });
        }
        let rewritten = described(rewritten, &union);
        schemas.insert(self.name.to_owned(), rewritten);
    }
}

/// Returns the objects that a schema stands for: one, or each alternative of a union.
fn expand(schemas: &Schemas, schema: &Value) -> Vec<Value> {
    if let Some(name) = referenced(schema) {
        let target = schemas.get(name).cloned().unwrap_or_default();
        return expand(schemas, &target);
    }
    if let Some(alternatives) = schema["oneOf"].as_array() {
        let expanded = alternatives.iter().flat_map(|it| expand(schemas, it));
        return expanded.collect();
    }
    let Some(parts) = schema["allOf"].as_array() else {
        return vec![schema.clone()];
    };
    let mut merged = vec![json!({"type": "object", "properties": {}, "required": []})];
    for part in parts {
        let objects = expand(schemas, part);
        let combined = merged
            .iter()
            .flat_map(|left| objects.iter().map(|right| merge(left, right)));
        merged = combined.collect();
    }
    merged
}

/// Returns an object with the fields of both objects.
fn merge(left: &Value, right: &Value) -> Value {
    let mut merged = described(left.clone(), right);
    if let (Some(fields), Some(more)) = (
        merged["properties"].as_object_mut(),
        right["properties"].as_object(),
    ) {
        fields.extend(more.clone());
    }
    if let (Some(names), Some(more)) = (
        merged["required"].as_array_mut(),
        right["required"].as_array(),
    ) {
        names.extend(more.clone());
    }
    merged
}

/// Returns `schema` with the description of `other`, if `other` has a description.
fn described(mut schema: Value, other: &Value) -> Value {
    if let Some(description) = other.get("description") {
        schema["description"] = description.clone();
    }
    schema
}

/// Returns the values of an enumeration.
fn values(schemas: &Schemas, schema: &Value) -> Vec<String> {
    let target = referenced(schema).and_then(|name| schemas.get(name));
    let values = target.unwrap_or(schema)["enum"].as_array();
    let values = values.into_iter().flatten().filter_map(Value::as_str);
    values.map(str::to_owned).collect()
}

fn referenced(schema: &Value) -> Option<&str> {
    schema["$ref"].as_str()?.strip_prefix(PREFIX)
}

/// Removes the schemas that nothing refers to.
fn remove_unused(document: &mut Value) {
    loop {
        let mut used = BTreeSet::new();
        collect_references(document, &mut used);
        let schemas = document.pointer_mut("/components/schemas");
        let Some(schemas) = schemas.and_then(Value::as_object_mut) else {
            return;
        };
        let count = schemas.len();
        // No operation refers to `Manifest`, but every webhook contains a manifest.
        schemas.retain(|name, _| used.contains(name) || name == "Manifest");
        if schemas.len() == count {
            return;
        }
    }
}

fn collect_references(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => {
            found.extend(referenced(value).map(str::to_owned));
            fields.values().for_each(|it| collect_references(it, found));
        }
        Value::Array(items) => items.iter().for_each(|it| collect_references(it, found)),
        _ => {}
    }
}
