//! The page of the API reference: one HTML document, made from the OpenAPI description at start.
//!
//! It reads the same JSON that clients get, so it shows nothing else. It is complete without a script;
//! `assets/docs.js` adds forms that call the API.

mod errors;
mod operation;
mod prose;
mod schema;

use askama::Template;
use serde_json::Value;

use errors::{ErrorEntry, errors};
use operation::{Operation, operations};
use prose::text;

/// The page, as a template's data.
#[derive(Template)]
#[template(path = "reference.html")]
struct Reference {
    title: String,
    version: String,
    introduction: String,
    groups: Vec<Group>,
    errors: Vec<ErrorEntry>,
}

/// The operations with one tag.
struct Group {
    name: String,
    description: String,
    operations: Vec<Operation>,
}

/// Returns the page for this description; an empty text if a template fails, which no input causes.
pub(crate) fn page(document: &Value) -> String {
    let operations = operations(document);
    let info = &document["info"];
    let tags = document["tags"].as_array().into_iter().flatten();
    let groups = tags.map(|tag| Group {
        name: text(&tag["name"]),
        description: prose::inline(tag["description"].as_str()),
        operations: operations
            .iter()
            .filter(|operation| Some(operation.tag.as_str()) == tag["name"].as_str())
            .cloned()
            .collect(),
    });
    let reference = Reference {
        title: text(&info["title"]),
        version: text(&info["version"]),
        introduction: prose::blocks(info["description"].as_str()),
        // Where health has an address of its own, its operations are not in the document.
        groups: groups
            .filter(|group| !group.operations.is_empty())
            .collect(),
        errors: errors(document),
    };
    reference.render().unwrap_or_default()
}
