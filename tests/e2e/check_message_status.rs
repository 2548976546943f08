//! `POST /CheckMessageStatus`

use otp_e2e::world::{answer, recipient};
use otp_e2e::{Database, World, on_every_store};
use serde_json::{Value, json};

on_every_store! {
    a_message_is_reported_with_every_field;
    another_accounts_message_is_answered_like_an_unknown_one;
}

async fn a_message_is_reported_with_every_field(database: Database) {
    let world = World::with_credits(database, 5).await;
    let server = world.serve();
    let sent = world.send_to(&server, &recipient(1)).await;
    let report = world.check(&server, sent.id()).await;
    assert_eq!(report.status, 200);
    let created = report.body["createdAt"]
        .as_str()
        .expect("a time")
        .to_owned();
    assert_eq!(
        (created.len(), &created[19..20], &created[23..]),
        (24, ".", "Z"),
        "{created}"
    );
    let expected = json!({
        "id": sent.id(),
        "messageStatus": "Sent",
        "toPhoneE164": recipient(1),
        "createdAt": created,
        "failureCode": null,
        "failureTitle": null,
        "failureReason": null,
        "failedAt": null,
    });
    assert_eq!(report.body, expected);

    for (body, error) in [
        (json!({}), "MessageIdIsRequired"),
        (json!({"id": null}), "MessageIdIsRequired"),
        (json!({"id": "42"}), "MessageIdMustBeUuid"),
        (json!({"id": 42}), "MessageIdMustBeUuid"),
        (json!(["id"]), "MalformedRequestBody"),
    ] {
        let refused = answer(world.post(&server, "/CheckMessageStatus").json(&body)).await;
        assert_eq!((refused.status, refused.error()), (400, error), "{body}");
    }
}

async fn another_accounts_message_is_answered_like_an_unknown_one(database: Database) {
    let mut world = World::with_credits(database, 5).await;
    let server = world.serve();
    let sent = world.send_to(&server, &recipient(1)).await;
    let stranger = world.create_account();
    world.api_key = world.create_key(&stranger);
    let anonymous = |mut body: Value| {
        body["requestId"] = Value::Null;
        body
    };
    let foreign = world.check(&server, sent.id()).await;
    let unknown = world
        .check(&server, "f5b2d2e9-2c1f-4f1d-9c89-2c41f3d9a4e2")
        .await;
    assert_eq!((foreign.status, foreign.error()), (404, "MessageNotFound"));
    assert_eq!(anonymous(foreign.body), anonymous(unknown.body));
}
