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
            "/CheckMessageStatus",
            "/SendMessage",
            "/health/live",
            "/health/ready",
            "/v1/messages",
            "/v1/messages/explain",
            "/v1/messages/{id}"
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
    assert!(
        page.header("content-security-policy")
            .contains("default-src 'none'")
    );
    let html = String::from_utf8(page.body).unwrap();
    assert!(!html.contains("//"), "a foreign address in {html}");
    let loaded: Vec<_> = html
        .split(['"', '\''])
        .filter(|text| text.starts_with("/docs/"))
        .map(str::to_owned)
        .collect();
    assert_eq!(loaded.len(), 4);
    for file in loaded {
        let asset = World::without_directory()
            .ask(TestRequest::get().uri(&file))
            .await;
        assert!(asset.status == 200 && !asset.body.is_empty(), "{file}");
        assert_eq!(asset.header("x-content-type-options"), "nosniff");
    }
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
        "/docs/swagger-initializer.js",
        "/docs/..%2fsecret",
        "/docs/a/b",
    ] {
        let answer = World::without_directory()
            .ask(TestRequest::get().uri(file))
            .await;
        assert_eq!(answer.error(), (404, "NotFound".into()), "{file}");
    }
}
