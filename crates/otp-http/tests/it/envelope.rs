//! Every answer has a request id and security headers, and an error has an error body.

use actix_web::http::Method;
use actix_web::test::TestRequest;
use uuid::Uuid;

use super::support::World;

async fn ask(request: TestRequest) -> super::support::Answer {
    World::without_directory().ask(request).await
}

#[actix_web::test]
async fn every_answer_has_a_request_id_of_its_own() {
    for path in [
        "/health/live",
        "/nowhere",
        "/SendMessage",
        "/docs",
        "/openapi.json",
        "/",
    ] {
        let (one, other) = (
            ask(TestRequest::with_uri(path)).await,
            ask(TestRequest::with_uri(path)).await,
        );
        Uuid::parse_str(one.header("x-request-id")).unwrap();
        assert_ne!(
            one.header("x-request-id"),
            other.header("x-request-id"),
            "{path}"
        );
        assert_eq!(one.header("x-content-type-options"), "nosniff");
    }
}

#[actix_web::test]
async fn a_plain_request_id_of_the_client_is_kept() {
    let named = |id: &str| {
        TestRequest::post()
            .uri("/SendMessage")
            .insert_header(("X-Request-Id", id))
    };
    let answer = ask(named("order-4711.A_b")).await;
    assert_eq!(answer.header("x-request-id"), "order-4711.A_b");
    assert_eq!(answer.error().0, 400);
    for id in ["a b", "<script>", &"x".repeat(65)] {
        let answer = ask(named(id)).await;
        Uuid::parse_str(answer.header("x-request-id")).unwrap();
        answer.error();
    }
}

#[actix_web::test]
async fn an_unknown_path_is_not_found_in_the_same_shape() {
    for path in [
        "/nowhere",
        "/sendmessage",
        "/SendMessage/",
        "//",
        "/docs/a/b/c",
        "/%00",
        "/%ff",
    ] {
        for method in [Method::GET, Method::POST, Method::DELETE] {
            let answer = ask(TestRequest::with_uri(path).method(method)).await;
            assert_eq!(answer.error(), (404, "NotFound".into()), "{path}");
        }
    }
}

#[actix_web::test]
async fn a_wrong_method_is_refused_with_the_supported_ones() {
    for (path, allow, wrong) in [
        (
            "/SendMessage",
            "POST",
            [Method::GET, Method::PUT, Method::OPTIONS],
        ),
        (
            "/CheckMessageStatus",
            "POST",
            [Method::GET, Method::DELETE, Method::HEAD],
        ),
        (
            "/v1/messages",
            "GET, HEAD",
            [Method::POST, Method::DELETE, Method::OPTIONS],
        ),
        (
            "/v1/messages/f5b2d2e9-2c1f-4f1d-9c89-2c41f3d9a4e2",
            "GET, HEAD",
            [Method::POST, Method::PATCH, Method::DELETE],
        ),
        (
            "/v1/messages/explain",
            "POST",
            [Method::GET, Method::PUT, Method::HEAD],
        ),
        (
            "/health/live",
            "GET, HEAD",
            [Method::POST, Method::PUT, Method::PATCH],
        ),
        (
            "/openapi.json",
            "GET, HEAD",
            [Method::POST, Method::PUT, Method::TRACE],
        ),
        (
            "/docs",
            "GET, HEAD",
            [Method::POST, Method::PUT, Method::DELETE],
        ),
    ] {
        for method in wrong {
            let answer = ask(TestRequest::with_uri(path).method(method)).await;
            assert_eq!(answer.error(), (405, "MethodNotAllowed".into()), "{path}");
            assert_eq!(answer.header("allow"), allow);
        }
    }
}

#[actix_web::test]
async fn errors_are_written_in_the_clients_language() {
    let in_language = async |language: &str| {
        let request =
            TestRequest::with_uri("/nowhere").insert_header(("Accept-Language", language));
        let answer = ask(request).await;
        answer.error();
        let description = answer.json()["description"].as_str().unwrap().to_owned();
        (answer.header("content-language").to_owned(), description)
    };
    let (language, english) = in_language("en").await;
    assert_eq!(language, "en");
    let (language, arabic) = in_language("ar").await;
    assert_eq!(language, "ar");
    assert_ne!(english, arabic);
    assert_eq!(in_language("de").await.1, english);
    assert_eq!(in_language("ar-SA;q=0.9, en;q=0.8").await.1, arabic);
    assert_eq!(in_language("ar;q=0.7, en;q=0.8").await.1, english);
}
