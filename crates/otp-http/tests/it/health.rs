//! `GET /health/live` and `GET /health/ready`.

use actix_web::test::TestRequest;
use otp_core::ports::PortError;
use serde_json::json;

use super::support::World;

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
    world.health.expect_check().times(1).returning(|| Ok(()));
    let answer = world.ask(get("/health/ready")).await;
    assert_eq!(
        (answer.status.as_u16(), answer.json()),
        (200, json!({"status": "ok"}))
    );
}

#[actix_web::test]
async fn a_service_without_its_storage_says_what_is_missing() {
    let mut world = World::without_directory();
    world
        .health
        .expect_check()
        .times(1)
        .returning(|| Err(PortError::Unavailable("canary".into())));
    let answer = world.ask(get("/health/ready")).await;
    assert_eq!(
        (answer.status.as_u16(), answer.json()),
        (
            503,
            json!({"status": "unavailable", "missing": ["database"]})
        )
    );
}

#[actix_web::test]
async fn health_can_be_asked_for_by_head() {
    let answer = World::without_directory()
        .ask(TestRequest::with_uri("/health/live").method(actix_web::http::Method::HEAD))
        .await;
    assert_eq!(answer.status, 200);
}
