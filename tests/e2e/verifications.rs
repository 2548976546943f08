//! `/v1/verifications` on the built server.

use otp_e2e::world::{Answer, answer, client, recipient};
use otp_e2e::{Database, Running, World, on_every_store};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::privacy::{assert_absent, contents};

const PATH: &str = "/v1/verifications";

on_every_store! {
    a_person_is_verified_by_the_code_on_the_phone;
    of_a_thousand_wrong_guesses_five_are_judged;
    of_a_hundred_right_guesses_one_approves;
    a_pending_code_survives_a_killed_server;
    a_code_is_in_no_log_and_leaves_the_database_with_its_end;
    an_operator_sees_and_cancels_verifications;
    a_reviewer_number_has_its_fixed_code_and_gets_no_message;
}

async fn create(world: &World, server: &Running, body: &Value) -> Answer {
    answer(world.post(server, PATH).json(body)).await
}

async fn created(world: &World, server: &Running, number: &str) -> Answer {
    let created = create(world, server, &json!({"to": number})).await;
    assert_eq!(created.status, 201, "{created:?}");
    created
}

async fn act(world: &World, server: &Running, id: &str, action: &str, body: &Value) -> Answer {
    let path = format!("{PATH}/{id}/{action}");
    answer(world.post(server, &path).json(body)).await
}

async fn shown(world: &World, server: &Running, id: &str) -> Answer {
    let request = client().get(format!("{}{PATH}/{id}", server.url()));
    answer(request.header("X-Api-Key", &world.api_key)).await
}

/// The code that the phone with this number shows.
pub(crate) async fn code_on_phone(world: &World, number: &str) -> String {
    let next = world.sandbox.next_message(number).await;
    let message = next.get("message").unwrap_or(&next);
    message["code"].as_str().expect("a code").to_owned()
}

async fn a_person_is_verified_by_the_code_on_the_phone(database: Database) {
    let world = World::with_credits(database, 10).await;
    let server = world.serve();
    let number = recipient(1);
    let body = json!({"to": number, "languageCode": "ar", "metadata": {"order": "A-17"}});
    let created = create(&world, &server, &body).await;
    assert_eq!(created.status, 201, "{created:?}");
    let id = created.id();
    assert_eq!(shown(&world, &server, id).await.body, created.body);

    let wrong = act(&world, &server, id, "check", &json!({"code": "no"})).await;
    assert_eq!((wrong.status, wrong.error()), (400, "CodeIncorrect"));
    assert_eq!(wrong.body["attemptsLeft"], 4);
    let code = code_on_phone(&world, &number).await;
    let typed = format!("{} {}", &code[..3], &code[3..]);
    let right = act(&world, &server, id, "check", &json!({"code": typed})).await;
    assert_eq!(
        (right.status, &right.body["status"]),
        (200, &json!("Approved"))
    );
    let proof = right.body["proof"].as_str().expect("a proof");
    assert_eq!(proof.split('.').count(), 3);
    let again = act(&world, &server, id, "check", &json!({"code": code})).await;
    assert_eq!(
        (again.status, again.error()),
        (409, "VerificationAlreadyApproved")
    );

    let approved = shown(&world, &server, id).await.body;
    assert_eq!(approved["status"], "Approved");
    assert_eq!(approved["metadata"], json!({"order": "A-17"}));
    let results: Vec<_> = approved["checks"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|check| check["result"].as_str().expect("a name"))
        .collect();
    assert_eq!(results, ["CodeIncorrect", "Approved"]);
    world.assert_ledger_balances(1).await;
    let audit = world.command(&["ledger", "check"]);
    assert_eq!(audit["addsUp"], true, "{audit}");
}

/// Sends all these checks at the same time.
async fn race(world: &World, server: &Running, id: &str, codes: Vec<String>) -> Vec<Answer> {
    let mut racers = JoinSet::new();
    for code in codes {
        let request = world.post(server, &format!("{PATH}/{id}/check"));
        racers.spawn(answer(request.json(&json!({"code": code}))));
    }
    racers.join_all().await
}

async fn of_a_thousand_wrong_guesses_five_are_judged(database: Database) {
    let world = World::with_credits(database, 10).await;
    let server = world.serve();
    let number = recipient(1);
    let created = created(&world, &server, &number).await;
    let right = code_on_phone(&world, &number).await;
    let wrong = (0..1_001).map(|guess| format!("{guess:06}"));
    let wrong: Vec<_> = wrong.filter(|guess| *guess != right).take(1_000).collect();
    let answers = race(&world, &server, created.id(), wrong).await;
    let mut left: Vec<_> = answers
        .iter()
        .filter(|answer| answer.error() == "CodeIncorrect")
        .map(|answer| answer.body["attemptsLeft"].as_u64().expect("a number"))
        .collect();
    left.sort_unstable();
    left.dedup();
    let refused = answers
        .iter()
        .filter(|answer| answer.status == 429 && answer.error() == "TooManyAttempts");
    // A server that is too busy answers before a guess is judged, or before it knows the verdict.
    let unknown = answers.iter().filter(|answer| answer.status == 503);
    assert_eq!(left.len() + refused.count() + unknown.count(), 1_000);
    let exhausted = shown(&world, &server, created.id()).await.body;
    assert_eq!(exhausted["status"], "Exhausted");
    assert_eq!(exhausted["checks"].as_array().map(Vec::len), Some(5));
    let late = act(
        &world,
        &server,
        created.id(),
        "check",
        &json!({"code": right}),
    )
    .await;
    assert_eq!((late.status, late.error()), (429, "TooManyAttempts"));
    let wait: u64 = late.headers["retry-after"].parse().expect("seconds");
    assert!((1..=30).contains(&wait), "{wait}");
}

async fn of_a_hundred_right_guesses_one_approves(database: Database) {
    let world = World::with_credits(database, 10).await;
    let server = world.serve();
    let number = recipient(1);
    let created = created(&world, &server, &number).await;
    let right = code_on_phone(&world, &number).await;
    let answers = race(&world, &server, created.id(), vec![right; 100]).await;
    let approved = answers.iter().filter(|answer| answer.status == 200);
    assert_eq!(approved.count(), 1);
    let others = answers
        .iter()
        .filter(|answer| answer.status == 409 && answer.error() == "VerificationAlreadyApproved");
    assert_eq!(others.count(), 99);
}

async fn a_pending_code_survives_a_killed_server(database: Database) {
    let world = World::with_credits(database, 10).await;
    let server = world.serve();
    let number = recipient(1);
    let created = created(&world, &server, &number).await;
    let id = created.id();
    let early = act(&world, &server, id, "resend", &json!({})).await;
    assert_eq!(early.status, 400, "{early:?}");
    assert!(early.headers.contains_key("retry-after"), "{early:?}");
    drop(server.kill());

    let server = world.serve();
    let right = code_on_phone(&world, &number).await;
    let before = shown(&world, &server, id).await;
    assert_eq!(before.body["status"], "Pending");
    let approved = act(&world, &server, id, "check", &json!({"code": right})).await;
    assert_eq!(approved.status, 200, "{approved:?}");
}

async fn a_code_is_in_no_log_and_leaves_the_database_with_its_end(database: Database) {
    let mut world = World::with_credits(database, 10).await;
    world.set("LOG__LEVEL", "trace");
    world.set("LOG__FORMAT", "json");
    let server = world.serve();
    let own = "Zq7Canry";
    let of_own = create(&world, &server, &json!({"to": recipient(1), "code": own})).await;
    assert_eq!(of_own.status, 201, "{of_own:?}");
    let made = created(&world, &server, &recipient(2)).await;
    let code = code_on_phone(&world, &recipient(2)).await;
    for (id, guess) in [(of_own.id(), "Wr0ngOne"), (made.id(), &*code)] {
        act(&world, &server, id, "check", &json!({"code": guess})).await;
    }
    act(&world, &server, of_own.id(), "cancel", &json!({})).await;
    let logs = server.kill();
    assert!(
        logs.contains("/v1/verifications"),
        "the requests are logged"
    );
    let secrets = [own, "Wr0ngOne", &recipient(1)[1..], &recipient(2)[1..]];
    assert_absent(logs.as_bytes(), "the logs", &secrets);
    for (place, bytes) in contents(&world.database).await {
        assert_absent(&bytes, &place, &secrets);
    }
}

async fn an_operator_sees_and_cancels_verifications(database: Database) {
    let world = World::with_credits(database, 10).await;
    let server = world.serve();
    let number = recipient(1);
    let created = created(&world, &server, &number).await;
    let id = created.id();
    let account = ["--account", &world.account];
    let listed = world.command(&[&["verification", "list"][..], &account].concat());
    assert_eq!(listed[0]["id"], id);
    let masked = listed[0]["to"].as_str().expect("a number");
    assert!(masked.contains('•') && !number.contains(masked), "{masked}");
    let shown = world.command(&[&["verification", "show", id][..], &account].concat());
    assert_eq!(shown["messages"][0]["channel"], "whatsapp");
    let canceled = world.command(&[&["verification", "cancel", id][..], &account].concat());
    assert_eq!(canceled["status"], "Canceled");
    let right = code_on_phone(&world, &number).await;
    let refused = act(&world, &server, id, "check", &json!({"code": right})).await;
    assert_eq!(
        (refused.status, refused.error()),
        (410, "VerificationCanceled")
    );
    let again = world.try_command(&[&["verification", "cancel", id][..], &account].concat());
    assert_eq!(again.code, 1);
    assert!(again.stderr.contains("is over"), "{}", again.stderr);
}

async fn a_reviewer_number_has_its_fixed_code_and_gets_no_message(database: Database) {
    let world = World::with_credits(database, 10).await;
    let server = world.serve();
    let (reviewer, other) = (recipient(1), recipient(2));
    let account = world.account_id().0.to_string();
    let of_account = ["--account", account.as_str()];
    let of_reviewer = ["--phone", reviewer.as_str()];
    let rest = ["--code", "246802", "--lifetime", "1h"];
    let reviewer_number = |verb, arguments: &[&[&str]]| {
        world.command(&[&["reviewer-number", verb], arguments.concat().as_slice()].concat())
    };
    reviewer_number("add", &[&of_account, &of_reviewer, &rest]);
    let listed = reviewer_number("list", &[&of_account]);
    assert_eq!(listed[0]["phone"], reviewer);
    assert!(!listed.to_string().contains("246802"), "{listed}");

    let id = created(&world, &server, &reviewer).await.id().to_owned();
    let check = act(&world, &server, &id, "check", &json!({"code": "246802"})).await;
    assert_eq!(check.status, 200, "{check:?}");
    let audit = world.command(&["audit", "list"]);
    assert_eq!(audit[0]["action"], "AddReviewerNumber", "{audit}");
    created(&world, &server, &other).await;
    code_on_phone(&world, &other).await;
    assert_eq!(world.sandbox.total_calls().await, 1);
    world.assert_ledger_balances(1).await;
}
