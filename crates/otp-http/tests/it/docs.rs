//! `GET /openapi.json` and `GET /docs`.

use actix_web::test::TestRequest;
use serde_json::Value;

use super::support::World;

const COMMITTED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/openapi.json");

async fn document() -> Value {
    let answer = World::without_directory()
        .ask(TestRequest::get().uri("/openapi.json"))
        .await;
    assert_eq!(answer.status, 200);
    answer.json()
}

#[actix_web::test]
async fn the_committed_document_is_the_one_that_is_served() {
    let served = serde_json::to_string_pretty(&document().await).unwrap() + "\n";
    #[expect(
        clippy::disallowed_methods,
        reason = "a switch of a test, not a setting of the program"
    )]
    if std::env::var_os("UPDATE_OPENAPI").is_some() {
        std::fs::write(COMMITTED, &served).unwrap();
    }
    let committed = std::fs::read_to_string(COMMITTED).unwrap_or_default();
    assert!(
        committed == served,
        "docs/openapi.json is stale; refresh it with: UPDATE_OPENAPI=1 cargo test -p otp-http docs"
    );
}

#[actix_web::test]
async fn the_document_is_openapi_3_1_with_every_path_and_the_key() {
    let document = document().await;
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
    let paths: Vec<_> = document["paths"]
        .as_object()
        .unwrap()
        .keys()
        .cloned()
        .collect();
    assert_eq!(
        paths,
        [
            "/.well-known/jwks.json",
            "/CheckMessageStatus",
            "/SendMessage",
            "/health/live",
            "/health/ready",
            "/v1/insights",
            "/v1/messages",
            "/v1/messages/explain",
            "/v1/messages/{id}",
            "/v1/messages/{id}/outcome",
            "/v1/test/messages",
            "/v1/verifications",
            "/v1/verifications/{id}",
            "/v1/verifications/{id}/cancel",
            "/v1/verifications/{id}/check",
            "/v1/verifications/{id}/resend",
            "/v1/webhook-endpoints",
            "/v1/webhook-endpoints/{id}",
            "/v1/webhook-endpoints/{id}/deliveries",
            "/v1/webhook-endpoints/{id}/deliveries/{delivery}",
            "/v1/webhook-endpoints/{id}/deliveries/{delivery}/replay",
            "/v1/webhook-endpoints/{id}/replay",
            "/v1/webhook-endpoints/{id}/rotate-secret",
            "/v1/webhook-endpoints/{id}/test",
            "/v1/webhook-listeners",
            "/v1/webhook-listeners/{id}/events"
        ]
    );
    let key = &document["components"]["securitySchemes"]["ApiKey"];
    assert_eq!(
        (key["in"].as_str(), key["name"].as_str()),
        (Some("header"), Some("X-Api-Key"))
    );
}

#[actix_web::test]
async fn every_reference_in_the_document_resolves() {
    fn references<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
        match value {
            Value::Object(fields) => {
                found.extend(fields.get("$ref").and_then(Value::as_str));
                fields.values().for_each(|value| references(value, found));
            }
            Value::Array(items) => items.iter().for_each(|value| references(value, found)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    let document = document().await;
    let mut found = Vec::new();
    references(&document, &mut found);
    assert!(!found.is_empty());
    for reference in found {
        let pointer = reference.strip_prefix('#').expect("no foreign reference");
        assert!(document.pointer(pointer).is_some(), "{reference}");
    }
}

#[actix_web::test]
async fn every_documented_code_has_an_example_under_its_status() {
    let document = document().await;
    let answers = &document["paths"]["/SendMessage"]["post"]["responses"];
    for (status, code) in [
        ("400", "OTPCodeIsRequired"),
        ("400", "InvalidphoneNumber"),
        ("404", "ApiKeyNotFound"),
        ("413", "RequestBodyTooLarge"),
        ("415", "UnsupportedMediaType"),
        ("429", "TooManyRequests"),
        ("5XX", "InternalServerError"),
    ] {
        let example = &answers[status]["content"]["application/json"]["examples"][code]["value"];
        assert_eq!(example["errorMessage"], code, "{status}");
    }
}

#[actix_web::test]
async fn the_page_loads_nothing_from_elsewhere() {
    let page = World::without_directory()
        .ask(TestRequest::get().uri("/docs"))
        .await;
    assert_eq!(
        (page.status.as_u16(), page.header("content-type")),
        (200, "text/html; charset=utf-8")
    );
    let policy = page.header("content-security-policy");
    assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe"));
    let html = String::from_utf8(page.body).unwrap();
    // Addresses in the text of examples load nothing.
    for attribute in html.split("=\"").skip(1) {
        let value = attribute.split('"').next().unwrap_or_default();
        assert!(!value.contains("//"), "the foreign address {value}");
    }
    assert!(!html.contains(" style=") && !html.contains(" onclick"));
    let loaded: Vec<_> = html
        .split(['"', '\''])
        .filter(|text| text.starts_with("/docs/"))
        .map(str::to_owned)
        .collect();
    assert_eq!(loaded.len(), 3);
    for file in loaded {
        let asset = World::without_directory()
            .ask(TestRequest::get().uri(&file))
            .await;
        assert!(asset.status == 200 && !asset.body.is_empty(), "{file}");
        assert_eq!(asset.header("x-content-type-options"), "nosniff");
    }
}

/// Returns the page without its blocks of code.
async fn page_without_blocks() -> String {
    let page = World::without_directory()
        .ask(TestRequest::get().uri("/docs"))
        .await;
    let html = String::from_utf8(page.body).unwrap();
    let parts = html.split("<pre").enumerate();
    let outside = parts.map(|(i, part)| match part.split_once("</pre>") {
        Some((_, rest)) if i > 0 => rest.to_owned(),
        Some(_) | None => part.to_owned(),
    });
    outside.collect()
}

#[actix_web::test]
async fn the_page_shows_every_operation_code_and_field_without_a_script() {
    let html = page_without_blocks().await;
    let document = document().await;
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let id = operation["operationId"].as_str().unwrap();
            let heading = format!(
                "<h3 id=\"{id}\"><span class=\"method\">{}</span> <code>{path}</code></h3>",
                method.to_uppercase()
            );
            assert!(html.contains(&heading), "{heading}");
            assert!(html.contains(&format!("href=\"#{id}\"")), "{id}");
        }
    }
    let fields = &document["components"]["schemas"]["CheckMessageStatusResponse"]["properties"];
    let fields = fields.as_object().unwrap().keys().map(String::as_str);
    for name in fields.chain(["RecipientOptedOut", "X-Request-Id", "data[].id"]) {
        assert!(html.contains(&format!("<code>{name}</code>")), "{name}");
    }
}

/// Returns the names of the examples of errors, with the media types of their responses.
fn examples_of_errors(document: &Value) -> Vec<(String, String, Vec<String>)> {
    let mut found = Vec::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for operation in methods.as_object().unwrap().values() {
            for response in operation["responses"].as_object().unwrap().values() {
                let content = response["content"].as_object();
                let types: Vec<_> = content
                    .into_iter()
                    .flatten()
                    .map(|(t, _)| t.clone())
                    .collect();
                let examples = &response["content"]["application/json"]["examples"];
                for name in examples
                    .as_object()
                    .into_iter()
                    .flatten()
                    .map(|(name, _)| name)
                {
                    found.push((path.clone(), name.clone(), types.clone()));
                }
            }
        }
    }
    found
}

#[actix_web::test]
async fn every_code_is_an_entry_of_the_page_and_a_problem_below_v1_alone() {
    let html = page_without_blocks().await;
    let document = document().await;
    let found = examples_of_errors(&document);
    assert!(found.iter().any(|(_, code, _)| code == "MessageNotFound"));
    for (path, code, types) in found {
        assert!(
            html.contains(&format!("<dt id=\"error-{code}\">")),
            "{code}"
        );
        let offered = types
            .iter()
            .any(|media| media == "application/problem+json");
        assert_eq!(offered, path.starts_with("/v1/"), "{path} {code}");
    }
    let problem = &document["paths"]["/v1/messages/{id}"]["get"]["responses"]["404"]["content"]["application/problem+json"]
        ["example"];
    assert_eq!(problem["type"], "/guide/errors#ApiKeyNotFound");
}

#[actix_web::test]
async fn the_page_has_no_raw_markdown_and_each_id_and_label_once() {
    let html = page_without_blocks().await;
    assert!(!html.contains('`'), "a backtick");
    let values = |attribute: &str| {
        let mut values: Vec<_> = html
            .split(attribute)
            .skip(1)
            .map(|rest| rest.split('"').next().unwrap().to_owned())
            .collect();
        values.sort();
        values
    };
    let ids = values(" id=\"");
    let mut once = ids.clone();
    once.dedup();
    assert_eq!(ids, once);
    let labelled = values(" for=\"");
    for field in ["<input ", "<select ", "<textarea "] {
        for rest in html.split(field).skip(1) {
            let id = rest.split("id=\"").nth(1).unwrap().split('"').next();
            let id = id.unwrap().to_owned();
            assert!(labelled.contains(&id), "{id} has no label");
        }
    }
}

#[actix_web::test]
async fn the_example_of_a_send_repeats_no_earlier_message() {
    let send = &document().await["paths"]["/SendMessage"]["post"];
    let body = &send["requestBody"]["content"]["application/json"]["example"];
    assert_eq!(body["otpCode"], "123456");
    assert_eq!(body["idempotencyKey"], Value::Null);
}

#[actix_web::test]
async fn the_root_redirects_to_the_page_and_other_files_do_not_exist() {
    let root = World::without_directory()
        .ask(TestRequest::get().uri("/"))
        .await;
    assert_eq!(
        (root.status.as_u16(), root.header("location")),
        (302, "/docs")
    );
    for file in [
        "/docs/index.html",
        "/docs/reference.html",
        "/docs/..%2fsecret",
        "/docs/a/b",
    ] {
        let answer = World::without_directory()
            .ask(TestRequest::get().uri(file))
            .await;
        assert_eq!(answer.error(), (404, "NotFound".into()), "{file}");
    }
}
