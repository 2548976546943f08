//! The order of the checks: each one refuses before the next begins.

use otp_e2e::world::{answer, recipient};
use otp_e2e::{Database, World, on_every_store};
use serde_json::{Value, json};

on_every_store! {
    requests_are_judged_in_the_documented_order;
    without_a_sender_or_template_nothing_is_sent;
    an_opted_out_recipient_is_refused_before_the_cooldown;
    a_revoked_key_stops_working_within_a_second;
}

async fn requests_are_judged_in_the_documented_order(database: Database) {
    let world = World::with_credits(database, 5).await;
    let server = world.serve();
    let number = recipient(1);

    // Key before body.
    let request = world.post(&server, "/SendMessage");
    let mut keyless = request.build().expect("a request");
    keyless.headers_mut().remove("X-Api-Key");
    *keyless.body_mut() = Some("not json".into());
    let refused = otp_e2e::world::client()
        .execute(keyless)
        .await
        .expect("an answer");
    assert_eq!(refused.status(), 400);
    let body: Value = refused.json().await.expect("JSON");
    assert_eq!(body["errorMessage"], "ApiKeyIsRequired");

    // Body before fields, code before number, number before idempotency key.
    let check = async |body: &'static str, status: u16, error: &str| {
        let request = world
            .post(&server, "/SendMessage")
            .header("Content-Type", "application/json");
        let refused = answer(request.body(body)).await;
        assert_eq!((refused.status, refused.error()), (status, error), "{body}");
        assert!(
            refused.body["description"]
                .as_str()
                .is_some_and(|text| !text.is_empty())
        );
        assert_eq!(
            refused.body["requestId"],
            refused.headers["x-request-id"].as_str()
        );
    };
    check("{", 400, "MalformedRequestBody").await;
    check("{}", 400, "OTPCodeIsRequired").await;
    check(
        r#"{"otpCode":"123456789","toPhoneE164":"x"}"#,
        400,
        "OTPCodeLengthMustBeLessThanOrEqualTo8",
    )
    .await;
    check(
        r#"{"otpCode":"12-45"}"#,
        400,
        "OTPCodeMustContainOnlyLettersOrDigits",
    )
    .await;
    check(
        r#"{"otpCode":"1"}"#,
        400,
        "DestinationPhoneNumberIsRequired",
    )
    .await;
    check(
        r#"{"otpCode":"1","toPhoneE164":""}"#,
        400,
        "PhoneNumberCanNotBeEmpty",
    )
    .await;
    for number in [
        "0551234567",
        "+999999999999",
        "+966 55 123 4567",
        "tel:+966551234567",
    ] {
        let body = json!({"otpCode": "1", "toPhoneE164": number, "idempotencyKey": "x"});
        let refused = world.send(&server, &body).await;
        assert_eq!(
            (refused.status, refused.error()),
            (400, "InvalidphoneNumber"),
            "{number}"
        );
    }
    check(
        r#"{"otpCode":"1","toPhoneE164":"+966551234567","idempotencyKey":"x"}"#,
        400,
        "IdempotencyKeyMustBeUuid",
    )
    .await;

    // Cooldown before balance; the requests above cost nothing.
    let first = world.send_to(&server, &number).await;
    assert_eq!((first.status, first.message_status()), (200, "Sent"));
    for other in 2..=5 {
        assert_eq!(world.send_to(&server, &recipient(other)).await.status, 200);
    }
    let cooling = world.send_to(&server, &number).await;
    assert!(
        cooling
            .error()
            .starts_with("You can't send another message to the same number yet.")
    );
    let broke = world.send_to(&server, &recipient(6)).await;
    assert_eq!((broke.status, broke.error()), (400, "InsufficientBalance"));
    assert_eq!(world.sandbox.total_calls().await, 5);
    world.assert_ledger_balances(5).await;
}

async fn without_a_sender_or_template_nothing_is_sent(database: Database) {
    let mut world = World::bare(database).await;
    let server = world.serve();
    let refused = world.send_to(&server, &recipient(1)).await;
    assert_eq!(
        (refused.status, refused.error()),
        (404, "SenderNumberNotFound")
    );

    // The sender of another account is not used.
    let second = world.create_account();
    let first = std::mem::replace(&mut world.account, second);
    world.add_sender();
    world.account = first;
    let refused = world.send_to(&server, &recipient(1)).await;
    assert_eq!(
        (refused.status, refused.error()),
        (404, "SenderNumberNotFound")
    );
    drop(server);

    // The account's own sender has a template only in a language that the request does not match.
    // The answer needs no credits: the template is judged before the balance.
    let added = otp_e2e::process::run(
        &[
            "sender",
            "add",
            "--account",
            &world.account,
            "--phone-number-id",
            "106540352242922",
            "--waba-id",
            "1",
            "--phone",
            "+15550783881",
            "--access-token-file",
            "-",
            "--json",
        ],
        &world.variables(),
        "EAAGe2etoken",
    );
    world.sender = added.json()["id"].as_str().expect("an id").to_owned();
    world.add_template("fr");
    let server = world.serve();
    let refused = world.send_to(&server, &recipient(1)).await;
    assert_eq!((refused.status, refused.error()), (404, "TemplateNotFound"));
    assert_eq!(world.sandbox.total_calls().await, 0);
}

async fn an_opted_out_recipient_is_refused_before_the_cooldown(database: Database) {
    let world = World::with_credits(database, 5).await;
    let server = world.serve();
    assert_eq!(world.send_to(&server, &recipient(1)).await.status, 200);
    let account = world.account.as_str();
    world.command(&[
        "opt-out",
        "add",
        "--account",
        account,
        "--phone",
        &recipient(1),
    ]);
    let refused = world.send_to(&server, &recipient(1)).await;
    assert_eq!(
        (refused.status, refused.error()),
        (400, "RecipientOptedOut")
    );
}

async fn a_revoked_key_stops_working_within_a_second(database: Database) {
    let world = World::with_credits(database, 5).await;
    let server = world.serve();
    assert_eq!(world.send_to(&server, &recipient(1)).await.status, 200);
    let keys = world.command(&["key", "list", "--account", &world.account]);
    let id = keys[0]["id"].as_str().expect("an id");
    world.command(&["key", "revoke", "--id", id]);
    let gone = tokio::time::timeout(std::time::Duration::from_secs(1), async {
        loop {
            let refused = world.check(&server, "x").await;
            if refused.error() != "MessageIdMustBeUuid" {
                return refused;
            }
        }
    });
    let gone = gone.await.expect("within a second");
    assert_eq!((gone.status, gone.error()), (404, "ApiKeyNotFound"));
}
