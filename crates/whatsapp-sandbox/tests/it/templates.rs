//! Templates: create, create in bulk, list, delete, and the effect of their status on sending.

use reqwest::Method;
use serde_json::{Value, json};

use super::support::{RECIPIENT, Server, WABA, error, message, message_with};

fn otp(name: &str, language: &str) -> Value {
    json!({
        "name": name, "language": language, "category": "authentication",
        "message_send_ttl_seconds": 300,
        "components": [
            {"type": "body", "add_security_recommendation": true},
            {"type": "footer", "code_expiration_minutes": 7},
            {"type": "buttons", "buttons": [
                {"type": "otp", "otp_type": "copy_code", "text": "Copy it"}]},
        ],
    })
}

async fn names(server: &Server, query: &str) -> Vec<String> {
    let (status, list) = server
        .get(&format!("{WABA}/message_templates?{query}"))
        .await;
    assert_eq!(status, 200, "{list}");
    let name = |t: &Value| {
        format!(
            "{}:{}",
            t["name"].as_str().unwrap(),
            t["language"].as_str().unwrap()
        )
    };
    list["data"].as_array().unwrap().iter().map(name).collect()
}

#[tokio::test]
async fn a_created_template_is_listed_as_meta_lists_it_and_can_be_sent() {
    let server = Server::start();
    let (status, created) = server
        .post(&format!("{WABA}/message_templates"), &otp("pin", "en"))
        .await;
    assert_eq!(status, 200);
    assert_eq!(created["status"], "PENDING");
    assert_eq!(created["category"], "AUTHENTICATION");
    let id = created["id"].as_str().unwrap();

    let (_, template) = server.get(id).await;
    assert_eq!(template["status"], "APPROVED");
    assert_eq!(template["parameter_format"], "POSITIONAL");
    let components = &template["components"];
    assert_eq!(components[0]["type"], "BODY");
    assert_eq!(
        components[0]["text"],
        "*{{1}}* is your verification code. For your security, do not share this code."
    );
    assert_eq!(components[1]["code_expiration_minutes"], 7);
    let button = &components[2]["buttons"][0];
    assert_eq!(button["type"], "URL");
    assert_eq!(
        button["url"],
        "https://www.whatsapp.com/otp/code/?otp_type=COPY_CODE&code_expiration_minutes=7\
         &code=otp{{1}}"
    );

    let mut message = message(RECIPIENT);
    message["template"]["name"] = json!("pin");
    assert_eq!(server.send(&message).await.0, 200);
    let received = server.read("/phones/966512345678/messages/next").await;
    assert_eq!(received["button"], "Copy it");
    assert_eq!(received["footer"], "This code expires in 7 minutes.");

    let again = server
        .post(&format!("{WABA}/message_templates"), &otp("pin", "en"))
        .await;
    assert_eq!(again.1["error"]["error_subcode"], 2_388_024);
    assert_eq!(error(again), (400, 100));
}

#[tokio::test]
async fn a_pending_template_cannot_be_sent() {
    let server = Server::start();
    server.put("/review", json!({"delay_ms": null})).await;
    server
        .post(&format!("{WABA}/message_templates"), &otp("pin", "en"))
        .await;
    let mut message = message(RECIPIENT);
    message["template"]["name"] = json!("pin");
    assert_eq!(error(server.send(&message).await), (404, 132_001));
    server
        .put("/templates", json!({"name": "pin", "status": "approved"}))
        .await;
    assert_eq!(server.send(&message).await.0, 200);
}

#[tokio::test]
async fn a_review_ends_after_its_delay_or_by_the_reviewer() {
    let server = Server::start();
    let path = format!("{WABA}/message_templates");
    server.put("/review", json!({"delay_ms": null})).await;
    let (_, created) = server.post(&path, &otp("pin", "en")).await;
    let status = async || {
        let id = created["id"].as_str().unwrap();
        server.get(id).await.1["status"].clone()
    };
    assert_eq!(status().await, "PENDING");
    let rejected = json!({"name": "pin", "status": "REJECTED"});
    server.put("/templates", rejected).await;
    assert_eq!(status().await, "REJECTED");
    server.put("/review", json!({"delay_ms": 0})).await;
    let (_, created) = server.post(&path, &otp("pin", "ar")).await;
    let id = created["id"].as_str().unwrap();
    assert_eq!(server.get(id).await.1["status"], "APPROVED");
    let (status, _) = server
        .control(Method::PUT, "/review", json!({"delay_ms": -1}))
        .await;
    assert_eq!(status, 400);
}

#[tokio::test]
async fn only_an_approved_template_can_be_sent() {
    let server = Server::start();
    for (status, expected) in [
        ("PAUSED", (400, 132_015)),
        ("DISABLED", (400, 132_016)),
        ("REJECTED", (404, 132_001)),
        ("PENDING", (404, 132_001)),
    ] {
        server
            .put(
                "/templates",
                json!({"name": "otp_code", "language": "ar", "status": status}),
            )
            .await;
        let arabic = message_with(RECIPIENT, "ar", "1");
        assert_eq!(error(server.send(&arabic).await), expected, "{status}");
        assert_eq!(
            server.send_to(RECIPIENT).await.0,
            200,
            "English stays approved"
        );
    }
}

#[tokio::test]
async fn bulk_creation_creates_every_language_or_none() {
    let server = Server::start();
    let mut bulk = otp("login", "en");
    bulk["languages"] = json!(["en_US", "ar", "en-US"]);
    let path = format!("{WABA}/upsert_message_templates");
    assert_eq!(error(server.post(&path, &bulk).await), (400, 100));
    assert_eq!(names(&server, "name=login").await, [""; 0]);
    bulk["languages"] = json!(["en_US", "ar"]);
    let (status, made) = server.post(&path, &bulk).await;
    assert_eq!(status, 200);
    assert_eq!(made["data"][1]["language"], "ar");
    assert_eq!(made["data"][1]["status"], "APPROVED");
    assert_eq!(made["data"][1]["category"], "AUTHENTICATION");
    let (_, again) = server.post(&path, &bulk).await;
    assert_eq!(
        made["data"][0]["id"], again["data"][0]["id"],
        "updated, not created again"
    );
    // One client sends the JSON inside a JSON string.
    let (status, _) = server.post(&path, &Value::String(bulk.to_string())).await;
    assert_eq!(status, 200);
}

#[tokio::test]
async fn the_list_has_filters_pages_and_a_summary() {
    let server = Server::start();
    server
        .post(&format!("{WABA}/message_templates"), &otp("pin", "en"))
        .await;
    let all = ["otp_code:en", "otp_code:en_US", "otp_code:ar", "pin:en"];
    assert_eq!(names(&server, "").await, all);
    assert_eq!(names(&server, "name=pin").await, ["pin:en"]);
    assert_eq!(
        names(&server, "language=ar,en_US").await,
        ["otp_code:en_US", "otp_code:ar"]
    );

    let path = format!("{WABA}/message_templates?limit=3&fields=name,language&summary=total_count");
    let (_, page) = server.get(&path).await;
    assert_eq!(page["data"].as_array().unwrap().len(), 3);
    assert_eq!(
        page["data"][0].as_object().unwrap().len(),
        3,
        "the id and the two fields"
    );
    assert_eq!(page["summary"]["total_count"], 4);
    let next = page["paging"]["next"].as_str().unwrap();
    let next = server
        .client
        .get(next)
        .bearer_auth("x")
        .send()
        .await
        .unwrap();
    let next: Value = next.json().await.unwrap();
    assert_eq!(next["data"][0]["name"], "pin");
    assert!(next["paging"]["next"].is_null());
    let (status, body) = server
        .get(&format!("{WABA}/message_templates?after=nonsense"))
        .await;
    assert_eq!(error((status, body)), (400, 100));
}

#[tokio::test]
async fn a_template_is_deleted_by_name_or_by_name_and_id() {
    let server = Server::start();
    let path = format!("{WABA}/message_templates");
    let (_, created) = server.post(&path, &otp("pin", "en")).await;
    let id = created["id"].as_str().unwrap();
    let no_name = server.delete(&path).await;
    assert_eq!(error(no_name), (400, 100), "a name is required");
    let other = format!("{path}?name=otp_code&hsm_id={id}");
    assert_eq!(error(server.delete(&other).await), (400, 100), "other name");
    let one = format!("{path}?name=pin&hsm_id={id}");
    assert_eq!(server.delete(&one).await.0, 200);
    assert_eq!(server.delete(&format!("{path}?name=otp_code")).await.0, 200);
    assert_eq!(names(&server, "").await, [""; 0]);
    assert_eq!(error(server.get(id).await), (400, 100));
}

#[tokio::test]
async fn a_malformed_template_is_refused() {
    let server = Server::start();
    let path = format!("{WABA}/message_templates");
    type Change = fn(&mut Value);
    let changes: [(&str, Change); 10] = [
        ("name", |t| t["name"] = json!("Upper")),
        ("no name", |t| t["name"] = Value::Null),
        ("language", |t| t["language"] = json!("en-US")),
        ("category", |t| t["category"] = json!("UTILITY")),
        ("no body", |t| t["components"] = json!([])),
        ("expiry", |t| {
            t["components"][1]["code_expiration_minutes"] = json!(0);
        }),
        ("no button", |t| {
            t["components"][2] = json!({"type": "BUTTONS"});
        }),
        ("label", |t| {
            t["components"][2]["buttons"][0]["text"] = json!("x".repeat(26));
        }),
        ("size", |t| {
            t["components"][2]["filler"] = json!("x".repeat(20_000));
        }),
        ("ttl", |t| t["message_send_ttl_seconds"] = json!(29)),
    ];
    for (label, change) in changes {
        let mut template = otp("pin", "en");
        change(&mut template);
        assert_eq!(
            error(server.post(&path, &template).await),
            (400, 100),
            "{label}"
        );
    }
    assert_eq!(
        error(server.post("1/message_templates", &otp("a", "en")).await),
        (400, 100)
    );
}
