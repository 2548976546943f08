//! The operations of the description, as the page shows them.

use serde_json::Value;

use super::prose::{self, text};
use super::schema::{self, Row};

/// A method of a path.
#[derive(Clone)]
pub(super) struct Operation {
    pub(super) tag: String,
    pub(super) id: String,
    pub(super) method: String,
    pub(super) path: String,
    pub(super) summary: String,
    pub(super) description: String,
    /// Whether it requires an API key.
    pub(super) needs_key: bool,
    /// Parameters in path and query, which the form asks for.
    pub(super) parameters: Vec<Parameter>,
    /// Headers that a request may have.
    pub(super) headers: Vec<Row>,
    pub(super) body: Option<Body>,
    /// The successful response.
    pub(super) success: Option<Response>,
    /// The other responses.
    pub(super) failures: Vec<Response>,
}

/// A parameter in the path or the query.
#[derive(Clone)]
pub(super) struct Parameter {
    pub(super) place: String,
    pub(super) row: Row,
    pub(super) example: String,
}

/// The body of a request.
#[derive(Clone)]
pub(super) struct Body {
    pub(super) rows: Vec<Row>,
    /// An example, as indented JSON.
    pub(super) example: String,
}

/// A response.
#[derive(Clone)]
pub(super) struct Response {
    pub(super) status: String,
    pub(super) description: String,
    pub(super) rows: Vec<Row>,
    pub(super) headers: Vec<Row>,
    pub(super) example: Option<String>,
}

/// Returns every operation, in the order of the document.
pub(super) fn operations(document: &Value) -> Vec<Operation> {
    let paths = document["paths"].as_object().into_iter().flatten();
    paths
        .flat_map(|(path, methods)| {
            let methods = methods.as_object().into_iter().flatten();
            methods.map(|(method, one)| operation(document, path, method, one))
        })
        .collect()
}

fn operation(document: &Value, path: &str, method: &str, value: &Value) -> Operation {
    let all = value["parameters"].as_array().into_iter().flatten();
    let (headers, parameters): (Vec<&Value>, Vec<&Value>) =
        all.partition(|parameter| parameter["in"] == "header");
    let responses = value["responses"].as_object().into_iter().flatten();
    let (success, failures): (Vec<Response>, Vec<Response>) = responses
        .map(|(status, one)| response(document, status, one))
        .partition(|response| response.status.starts_with('2'));
    Operation {
        tag: text(&value["tags"][0]),
        id: text(&value["operationId"]),
        method: method.to_uppercase(),
        path: path.to_owned(),
        summary: prose::inline(value["summary"].as_str()),
        description: prose::blocks(value["description"].as_str()),
        needs_key: !value["security"].is_null(),
        parameters: parameters
            .into_iter()
            .map(|one| Parameter {
                place: text(&one["in"]),
                row: parameter(document, one),
                example: text(&one["example"]),
            })
            .collect(),
        headers: headers
            .into_iter()
            .map(|one| parameter(document, one))
            .collect(),
        body: body(document, &value["requestBody"]),
        success: success.into_iter().next(),
        failures,
    }
}

fn parameter(document: &Value, value: &Value) -> Row {
    schema::row(
        document,
        value["name"].as_str().unwrap_or_default(),
        &value["schema"],
        value["description"].as_str(),
        value["required"] == true,
    )
}

fn body(document: &Value, value: &Value) -> Option<Body> {
    let content = value["content"].get("application/json")?;
    Some(Body {
        rows: schema::rows(document, &content["schema"]),
        example: example(content).unwrap_or_default(),
    })
}

fn response(document: &Value, status: &str, value: &Value) -> Response {
    let content = &value["content"]["application/json"];
    let headers = value["headers"].as_object().into_iter().flatten();
    // A caller has to send what is required; what a response has is not worth a word each.
    let rows = schema::rows(document, &content["schema"]);
    let rows = rows.into_iter().map(|row| Row {
        required: false,
        ..row
    });
    Response {
        status: status.to_owned(),
        description: prose::blocks(value["description"].as_str()),
        rows: rows.collect(),
        headers: headers
            .map(|(name, header)| {
                let description = header["description"].as_str();
                schema::row(document, name, &header["schema"], description, false)
            })
            .collect(),
        example: example(content),
    }
}

/// Returns the example of a body, or the first of several.
fn example(content: &Value) -> Option<String> {
    let named = content["examples"].as_object().into_iter().flatten();
    let first = named.map(|(_, example)| &example["value"]).next();
    let value = content.get("example").or(first)?;
    serde_json::to_string_pretty(value).ok()
}
