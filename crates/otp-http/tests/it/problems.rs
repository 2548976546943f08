//! Errors below `/v1` as `application/problem+json`.

use std::num::NonZeroU32;

use actix_web::test::TestRequest;
use otp_core::ports::PortError;
use otp_edge::PerIpQuota;
use serde_json::{Value, json};

use super::support::{Answer, World, get, post};

const PROBLEM: &str = "application/problem+json";

fn accepting(request: TestRequest) -> TestRequest {
    request.insert_header(("Accept", PROBLEM))
}

/// Asserts that the answer is a complete problem with this code, and returns it.
fn problem(answer: &Answer, status: u16, code: &str) -> Value {
    let body = answer.json();
    assert_eq!(answer.header("content-type"), PROBLEM, "{body}");
    assert_eq!(answer.header("cache-control"), "no-store");
    let vary: Vec<_> = answer.headers.get_all("vary").collect();
    assert_eq!(vary, ["accept-language", "accept"]);
    assert_eq!(answer.status, status, "{body}");
    assert_eq!(body["status"], status);
    assert_eq!(body["errorMessage"], code);
    assert_eq!(body["requestId"], answer.header("x-request-id"));
    assert_eq!(body["description"], Value::Null);
    for member in ["title", "detail"] {
        assert!(body[member].as_str().unwrap().ends_with('.'), "{body}");
    }
    body
}

#[actix_web::test]
async fn an_error_below_v1_is_a_problem_if_the_client_asks_for_it() {
    let path = "/v1/messages?limit=0";
    let plain = World::new().ask(get(path)).await;
    assert_eq!(plain.error(), (400, "InvalidQueryParameter".into()));
    let answer = World::new().ask(accepting(get(path))).await;
    let body = problem(&answer, 400, "InvalidQueryParameter");
    assert_eq!(body["type"], "/docs#error-InvalidQueryParameter");
    assert_eq!(body["detail"], plain.json()["description"]);
    assert_eq!(
        body["title"],
        "A parameter of the query is unknown, appears twice or has an invalid value."
    );
}

#[actix_web::test]
async fn a_problem_is_in_the_language_of_the_client() {
    let request = accepting(get("/v1/messages/1")).insert_header(("Accept-Language", "ar"));
    let answer = World::new().ask(request).await;
    let body = problem(&answer, 400, "MessageIdMustBeUuid");
    assert_eq!(answer.header("content-language"), "ar");
    assert!(!body["title"].as_str().unwrap().is_ascii());
}

#[actix_web::test]
async fn refusals_before_the_handler_are_problems_too() {
    let without_key = accepting(TestRequest::get().uri("/v1/messages"));
    let answer = World::without_directory().ask(without_key).await;
    problem(&answer, 400, "ApiKeyIsRequired");

    let deleted = accepting(TestRequest::delete().uri("/v1/messages"));
    let answer = World::without_directory().ask(deleted).await;
    problem(&answer, 405, "MethodNotAllowed");
    assert_eq!(answer.header("allow"), "GET, HEAD");

    let nowhere = accepting(TestRequest::get().uri("/v1/nowhere"));
    let answer = World::without_directory().ask(nowhere).await;
    let body = problem(&answer, 404, "NotFound");
    assert_eq!(body["type"], "about:blank");

    let mut world = World::new();
    let one = NonZeroU32::MIN;
    world.options.per_ip = Some(PerIpQuota::per_second(one, one));
    let api = world.api();
    let first = super::support::ask(&api, accepting(get("/v1/messages?limit=0"))).await;
    problem(&first, 400, "InvalidQueryParameter");
    let second = super::support::ask(&api, accepting(get("/v1/messages?limit=0"))).await;
    problem(&second, 429, "TooManyRequests");
    assert!(!second.header("retry-after").is_empty());
}

#[actix_web::test]
async fn faults_and_panics_are_problems_without_their_cause() {
    let mut world = World::new();
    world
        .messages
        .expect_list()
        .returning(|_| Err(PortError::Backend("canary".into())));
    let answer = world.ask(accepting(get("/v1/messages"))).await;
    let body = problem(&answer, 500, "InternalServerError");
    assert!(!body.to_string().contains("canary"));
    // The mock panics on a call that is not expected.
    let answer = World::new().ask(accepting(get("/v1/messages"))).await;
    problem(&answer, 500, "InternalServerError");
}

#[actix_web::test]
async fn a_body_that_cannot_be_read_is_a_problem() {
    let request = accepting(post("/v1/messages/explain", &json!([])));
    let answer = World::new().ask(request).await;
    let body = problem(&answer, 400, "MalformedRequestBody");
    assert_eq!(body["title"], "The body cannot be read.");
    assert_eq!(body["detail"], "The body must be a JSON object.");
}

#[actix_web::test]
async fn other_paths_and_other_clients_get_json() {
    for path in ["/SendMessage", "/CheckMessageStatus"] {
        let request = accepting(post(path, &json!({})));
        let (status, _) = World::new().ask(request).await.error();
        assert_eq!(status, 400, "{path}");
    }
    let nowhere = accepting(TestRequest::get().uri("/nowhere"));
    let answer = World::without_directory().ask(nowhere).await;
    assert_eq!(answer.error(), (404, "NotFound".into()));
    for accept in [
        "*/*",
        "application/json",
        "application/problem+json;q=0.1, */*",
    ] {
        let request = get("/v1/messages?limit=0").insert_header(("Accept", accept));
        let answer = World::new().ask(request).await;
        assert_eq!(answer.error().0, 400, "{accept}");
    }
}
