//! `GET /docs`, `GET /openapi.json`

use otp_e2e::world::client;
use otp_e2e::{Database, World};
use serde_json::Value;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_reference_is_served_from_the_binary() {
    let world = World::bare(Database::sqlite()).await;
    let server = world.serve();
    let get = async |path: &str| {
        let answer = client()
            .get(format!("{}{path}", server.url()))
            .send()
            .await
            .expect("an answer");
        assert_eq!(answer.status(), 200, "{path}");
        answer.text().await.expect("a body")
    };
    let document: Value = serde_json::from_str(&get("/openapi.json").await).expect("JSON");
    assert!(
        document["openapi"]
            .as_str()
            .is_some_and(|version| version.starts_with("3.1"))
    );
    for path in ["/SendMessage", "/CheckMessageStatus"] {
        assert!(document["paths"][path]["post"].is_object(), "{path}");
    }
    let page = get("/docs").await;
    // Addresses in the text of examples load nothing.
    let mut attributes = page.split("=\"").skip(1);
    let value = |attribute: &str| attribute.split('"').next().unwrap_or_default().to_owned();
    assert!(
        page.contains("<script") && attributes.all(|attribute| !value(attribute).contains("//")),
        "the page loads something from elsewhere: {page}"
    );
}
