//! Schemas as rows of a table: one for each field, those of nested objects with their path.

use serde_json::Value;

use super::prose;

/// The depth to which nested objects are shown. The API's own have three levels.
const MAX_DEPTH: usize = 5;

/// A field, parameter or header.
#[derive(Clone)]
pub(super) struct Row {
    /// Its name; of a nested field the path, such as `data[].id`.
    pub(super) name: String,
    /// Its type, format and limits.
    pub(super) kind: String,
    pub(super) required: bool,
    /// Its description, as HTML.
    pub(super) description: String,
    /// The values that it may have, if they are few.
    pub(super) values: Vec<String>,
}

/// Returns the fields of a schema, in the order of the document.
pub(super) fn rows(document: &Value, schema: &Value) -> Vec<Row> {
    let mut rows = Vec::new();
    collect(document, schema, "", 0, &mut rows);
    rows
}

/// Returns a row that describes a schema by itself.
pub(super) fn row(
    document: &Value,
    name: &str,
    schema: &Value,
    description: Option<&str>,
    required: bool,
) -> Row {
    let target = resolved(document, schema);
    let own = schema["description"].as_str();
    let description = description
        .or(own)
        .or_else(|| target["description"].as_str());
    let values = target["enum"].as_array().into_iter().flatten();
    Row {
        name: name.to_owned(),
        kind: kind(target),
        required,
        description: prose::inline(description),
        values: values
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect(),
    }
}

fn collect(document: &Value, schema: &Value, prefix: &str, depth: usize, rows: &mut Vec<Row>) {
    if depth > MAX_DEPTH {
        return;
    }
    let schema = resolved(document, schema);
    for part in schema["allOf"].as_array().into_iter().flatten() {
        collect(document, part, prefix, depth, rows);
    }
    let required = |name: &str| {
        let mut names = schema["required"].as_array().into_iter().flatten();
        names.any(|required| required == name)
    };
    for (name, field) in schema["properties"].as_object().into_iter().flatten() {
        let path = format!("{prefix}{name}");
        rows.push(row(document, &path, field, None, required(name)));
        let target = resolved(document, field);
        if target["type"] == "array" {
            let inner = format!("{path}[].");
            collect(document, &target["items"], &inner, depth + 1, rows);
        } else {
            collect(document, target, &format!("{path}."), depth + 1, rows);
        }
    }
}

/// Follows a reference, and takes the only alternative to `null`.
fn resolved<'a>(document: &'a Value, schema: &'a Value) -> &'a Value {
    if let Some(pointer) = schema["$ref"].as_str().and_then(|r| r.strip_prefix('#')) {
        return document
            .pointer(pointer)
            .map_or(&Value::Null, |target| resolved(document, target));
    }
    let alternatives = schema["oneOf"].as_array().into_iter().flatten();
    let mut present = alternatives.filter(|schema| schema["type"] != "null");
    match (present.next(), present.next()) {
        (Some(only), None) => resolved(document, only),
        (Some(_), Some(_)) | (None, _) => schema,
    }
}

/// Returns the type of a schema in words, such as `string, uuid, or null`.
fn kind(schema: &Value) -> String {
    let types = match &schema["type"] {
        Value::Array(types) => types.iter().filter_map(Value::as_str).collect(),
        Value::String(one) => vec![one.as_str()],
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => vec!["object"],
    };
    let (null, types): (Vec<&str>, Vec<&str>) = types.into_iter().partition(|one| *one == "null");
    let mut words = vec![types.join(" or ")];
    // `int32` and `int64` say how a program stores it, which matters to none of JSON's readers.
    let format = schema["format"].as_str();
    words.extend(format.filter(|f| !f.starts_with("int")).map(str::to_owned));
    match (limit(schema, "minLength"), limit(schema, "maxLength")) {
        (Some(min), Some(max)) => words.push(format!("{min} to {max} characters")),
        (None, Some(max)) => words.push(format!("at most {max} characters")),
        (Some(_) | None, None) => {}
    }
    if let (Some(min), Some(max)) = (limit(schema, "minimum"), limit(schema, "maximum")) {
        words.push(format!("{min} to {max}"));
    }
    if !schema["default"].is_null() {
        words.push(format!("default {}", schema["default"]));
    }
    if !null.is_empty() {
        words.push("or null".to_owned());
    }
    words.join(", ")
}

fn limit(schema: &Value, name: &str) -> Option<i64> {
    schema[name].as_i64()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn nested_fields_have_their_path_and_the_types_are_in_words() {
        let document = json!({"components": {"schemas": {
            "Base": {"type": "object", "required": ["id"], "properties": {
                "id": {"type": "string", "format": "uuid", "description": "Its `id`."}}},
            "State": {"type": "string", "enum": ["On", "Off"], "description": "A state."},
            "Event": {"type": "object", "properties": {"state": {"$ref": "#/components/schemas/State"}}},
            "Whole": {"allOf": [{"$ref": "#/components/schemas/Base"}, {"type": "object", "properties": {
                "events": {"type": "array", "items": {"$ref": "#/components/schemas/Event"}},
                "last": {"oneOf": [{"$ref": "#/components/schemas/Event", "description": "The last."}, {"type": "null"}]},
                "page": {"type": ["integer", "null"], "minimum": 1, "maximum": 9, "default": 2, "format": "int32"},
            }}]},
        }}});
        let rows = rows(&document, &json!({"$ref": "#/components/schemas/Whole"}));
        let shown: Vec<_> = rows
            .iter()
            .map(|r| (r.name.as_str(), r.kind.as_str()))
            .collect();
        assert_eq!(
            shown,
            [
                ("id", "string, uuid"),
                ("events", "array"),
                ("events[].state", "string"),
                ("last", "object"),
                ("last.state", "string"),
                ("page", "integer, 1 to 9, default 2, or null"),
            ]
        );
        assert!(rows[0].required && !rows[1].required);
        assert_eq!(rows[0].description, "Its <code>id</code>.");
        assert_eq!(rows[2].values, ["On", "Off"]);
    }

    #[test]
    fn a_schema_that_contains_itself_ends() {
        let document = json!({"components": {"schemas": {"Node": {"type": "object", "properties": {
            "next": {"$ref": "#/components/schemas/Node"}}}}}});
        let rows = rows(&document, &json!({"$ref": "#/components/schemas/Node"}));
        assert_eq!(rows.len(), MAX_DEPTH + 1);
    }
}
