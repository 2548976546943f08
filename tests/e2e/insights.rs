//! `/v1/insights`: the funnel of an account's messages.

use otp_e2e::meta::report;
use otp_e2e::world::{answer, client, recipient};
use otp_e2e::{Answer, Database, Running, World, on_every_store};
use serde_json::{Value, json};

on_every_store! {
    the_funnel_counts_receipts_outcomes_and_verifications;
}

async fn insights(world: &World, server: &Running, query: &str) -> Answer {
    let request = client().get(format!("{}/v1/insights{query}", server.url()));
    answer(request.header("X-Api-Key", &world.api_key)).await
}

/// The only row of an answer; its times are another matter.
fn counts(answer: &Answer) -> Value {
    assert_eq!(answer.status, 200, "{answer:?}");
    let rows = answer.body["data"].as_array().expect("rows");
    assert_eq!(rows.len(), 1, "{rows:?}");
    let mut row = rows[0].clone();
    let row = row.as_object_mut().expect("an object");
    for time in ["p50Ms", "p95Ms"] {
        row.remove(time);
    }
    row.clone().into()
}

async fn the_funnel_counts_receipts_outcomes_and_verifications(database: Database) {
    let world = World::with_webhook(database, 20).await;
    let server = world.serve();
    let none = insights(&world, &server, "").await;
    assert_eq!((none.status, &none.body), (200, &json!({"data": []})));

    // One message is read and its code is typed; one is delivered and its code is not; one is lost.
    let mut sent = Vec::new();
    for number in 1..=3 {
        sent.push(world.send_to(&server, &recipient(number)).await);
    }
    for (message, status) in [
        (0, "delivered"),
        (0, "read"),
        (1, "delivered"),
        (2, "failed"),
    ] {
        let receipt = world.sandbox.status(sent[message].id(), status).await;
        report(&server, &[receipt]).await;
    }
    for (message, outcome) in [(0, "verified"), (1, "abandoned")] {
        let path = format!("/v1/messages/{}/outcome", sent[message].id());
        let request = world.post(&server, &path);
        let recorded = answer(request.json(&json!({"outcome": outcome}))).await;
        assert_eq!(recorded.status, 200, "{recorded:?}");
    }
    // The service made the fourth code, and it is typed.
    let number = recipient(4);
    let created = world.post(&server, "/v1/verifications");
    let created = answer(created.json(&json!({"to": number}))).await;
    assert_eq!(created.status, 201, "{created:?}");
    let next = world.sandbox.next_message(&number).await;
    let code = &next.get("message").unwrap_or(&next)["code"];
    let path = format!("/v1/verifications/{}/check", created.id());
    let checked = answer(world.post(&server, &path).json(&json!({"code": code}))).await;
    assert_eq!(checked.status, 200, "{checked:?}");

    let today = insights(&world, &server, "?groupBy=day").await;
    let day = today.body["data"][0]["key"].clone();
    let created_at = created.body["createdAt"].as_str().expect("a time");
    assert_eq!(day, created_at[..10]);
    for (query, key) in [
        ("", day),
        ("?groupBy=country", json!("SA")),
        ("?groupBy=template", json!("otp_code")),
        ("?groupBy=channel", json!("whatsapp")),
    ] {
        let found = insights(&world, &server, query).await;
        let expected = json!({
            "key": key, "accepted": 4, "sent": 4, "delivered": 2, "read": 1, "verified": 2,
        });
        assert_eq!(counts(&found), expected, "{query}");
        let row = &found.body["data"][0];
        let [median, most] = ["p50Ms", "p95Ms"].map(|time| row[time].as_u64().expect("a time"));
        assert!(median <= most && most < 60_000, "{row}");
    }
    let before = format!("?until={created_at}");
    assert_eq!(
        counts(&insights(&world, &server, &before).await)["accepted"],
        3
    );
    let since = format!("?from={created_at}");
    assert_eq!(
        counts(&insights(&world, &server, &since).await)["verified"],
        1
    );

    // An operator counts the same; another account has nothing.
    let wanted = [
        "insights",
        "--account",
        &world.account,
        "--group-by",
        "channel",
    ];
    let shown = insights(&world, &server, "?groupBy=channel").await;
    assert_eq!(world.command(&wanted), shown.body["data"]);
    let stranger = world.create_account();
    let none = world.command(&["insights", "--account", &stranger]);
    assert_eq!(none, json!([]));

    let metrics = client().get(format!("{}/metrics", server.url()));
    let page = metrics.send().await.expect("an answer").text().await;
    let page = page.expect("a page");
    for counted in [
        "otp_codes_by_country_total{country=\"SA\",stage=\"accepted\"} 3",
        "otp_codes_by_country_total{country=\"SA\",stage=\"verified\"} 1",
        "otp_codes_by_template_total{template=\"otp_code\",stage=\"accepted\"} 3",
        "otp_codes_by_template_total{template=\"otp_code\",stage=\"verified\"} 1",
        "otp_verifications_total{channel=\"whatsapp\",stage=\"created\"} 1",
        "otp_verifications_total{channel=\"whatsapp\",stage=\"approved\"} 1",
    ] {
        assert!(page.contains(counted), "{counted} in\n{page}");
    }
}
