//! `GET /health/live` and `GET /health/ready`.

use std::sync::Arc;

use actix_web::test::TestRequest;
use async_trait::async_trait;
use otp_core::ports::{ConnectionUse, MockStorageHealth, OutOfSpace, PortError, StorageHealth};
use serde_json::json;

use super::support::{World, ask, ask_at};

fn get(path: &str) -> TestRequest {
    TestRequest::get().uri(path)
}

#[actix_web::test]
async fn a_running_process_is_alive_whatever_its_storage_does() {
    let answer = World::without_directory().ask(get("/health/live")).await;
    assert_eq!(
        (answer.status.as_u16(), answer.json()),
        (200, json!({"status": "ok"}))
    );
}

#[actix_web::test]
async fn a_service_with_its_storage_is_ready() {
    let mut world = World::without_directory();
    let mut health = MockStorageHealth::new();
    health.expect_check().times(1).returning(|| Ok(()));
    world.health = Arc::new(health);
    let answer = world.ask(get("/health/ready")).await;
    assert_eq!(
        (answer.status.as_u16(), answer.json()),
        (200, json!({"status": "ok"}))
    );
}

#[actix_web::test]
async fn a_service_that_is_not_ready_says_what_is_missing() {
    type Broken = fn() -> PortError;
    let cases: [(Broken, &str); 2] = [
        (|| PortError::Unavailable("canary".into()), "database"),
        (|| PortError::Backend("canary".into()), "migrations"),
    ];
    for (error, missing) in cases {
        let mut world = World::without_directory();
        let mut health = MockStorageHealth::new();
        health
            .expect_check()
            .times(1)
            .returning(move || Err(error()));
        world.health = Arc::new(health);
        let answer = world.ask(get("/health/ready")).await;
        let expected = json!({"status": "unavailable", "missing": [missing]});
        assert_eq!((answer.status.as_u16(), answer.json()), (503, expected));
    }
}

#[actix_web::test]
async fn a_service_whose_storage_is_full_says_so() {
    let mut world = World::without_directory();
    let mut health = MockStorageHealth::new();
    let full = || PortError::Unavailable(Box::new(OutOfSpace("canary".to_owned())));
    health
        .expect_check()
        .times(1)
        .returning(move || Err(full()));
    world.health = Arc::new(health);
    let answer = world.ask(get("/health/ready")).await;
    let expected = json!({"status": "unavailable", "storage": "full"});
    assert_eq!((answer.status.as_u16(), answer.json()), (503, expected));
}

#[actix_web::test]
async fn health_answers_head_requests() {
    let answer = World::without_directory()
        .ask(TestRequest::with_uri("/health/live").method(actix_web::http::Method::HEAD))
        .await;
    assert_eq!(answer.status, 200);
}

/// A storage that never answers.
struct Silent;

#[async_trait]
impl StorageHealth for Silent {
    async fn check(&self) -> Result<(), PortError> {
        std::future::pending().await
    }

    async fn check_space(&self) -> Result<(), PortError> {
        std::future::pending().await
    }

    fn connection_use(&self) -> ConnectionUse {
        ConnectionUse::default()
    }
}

#[tokio::test(start_paused = true)]
async fn a_storage_that_never_answers_is_not_ready() {
    let mut world = World::without_directory();
    world.health = Arc::new(Silent);
    let answer = world.ask(get("/health/ready")).await;
    assert_eq!(answer.status, 503);
    assert_eq!(answer.json()["missing"], json!(["database"]));
}

#[actix_web::test]
async fn internal_health_is_absent_from_the_public_paths_and_their_document() {
    let mut world = World::without_directory();
    let mut health = MockStorageHealth::new();
    health.expect_check().times(1).returning(|| Ok(()));
    world.health = Arc::new(health);
    world.options.internal_health = true;
    let api = world.api();
    for path in ["/health/live", "/health/ready"] {
        let public = ask(&api, get(path)).await;
        assert_eq!(public.error(), (404, "NotFound".to_owned()), "{path}");
        let internal = ask_at(api.configure_health(), get(path)).await;
        assert_eq!(internal.status, 200, "{path}");
    }
    let document = ask(&api, get("/openapi.json")).await.json();
    let paths = document["paths"].as_object().expect("an object");
    assert!(paths.contains_key("/SendMessage"));
    assert!(
        !paths.keys().any(|path| path.contains("health")),
        "{document}"
    );
    assert!(
        !document["tags"].to_string().contains("Health"),
        "{document}"
    );
    for path in ["/SendMessage", "/openapi.json", "/docs"] {
        let answer = ask_at(api.configure_health(), get(path)).await;
        assert_eq!(answer.error(), (404, "NotFound".to_owned()), "{path}");
    }
}
