//! The language of a message.

use otp_e2e::world::recipient;
use otp_e2e::{Database, World, on_every_store};
use serde_json::json;

on_every_store! {
    the_preferred_language_is_matched_exactly_then_by_base_then_by_default;
}

async fn the_preferred_language_is_matched_exactly_then_by_base_then_by_default(
    database: Database,
) {
    let world = World::with_credits(database, 20).await;
    world.add_template("en_US");
    let server = world.serve();
    let requests = [
        (json!("ar"), "ar"),
        (json!("ar-SA"), "ar"),
        (json!("en_US"), "en_US"),
        (json!("EN-us"), "en_US"),
        (json!("en-GB"), "en"),
        (json!("fr"), "en"),
        (json!("not a language"), "en"),
        (json!(""), "en"),
        (json!(null), "en"),
    ];
    for (n, (request, expected)) in (1..).zip(requests) {
        let number = recipient(n);
        let body = json!({"otpCode": "A1b2", "toPhoneE164": number, "languageCode": request});
        let sent = world.send(&server, &body).await;
        assert_eq!(sent.status, 200, "{request}: {sent:?}");
        let message = world.sandbox.next_message(&number).await;
        let message = message.get("message").unwrap_or(&message);
        assert_eq!(
            (message["language"].as_str(), message["code"].as_str()),
            (Some(expected), Some("A1b2"))
        );
        let calls = world.sandbox.calls_about(sent.id()).await;
        assert_eq!(calls.len(), 1, "the call contains the message's id");
    }
}
