//! Operations with an id in their path answer an id of another account as an unknown one, each that the API documents.

use std::collections::BTreeMap;

use otp_e2e::world::{Answer, answer, client, recipient};
use otp_e2e::{Database, Running, World, on_every_store};
use reqwest::Method;
use serde_json::{Value, json};

on_every_store! {
    every_operation_answers_a_foreign_id_as_an_unknown_one;
}

const UNKNOWN: &str = "f5b2d2e9-2c1f-4f1d-9c89-2c41f3d9a4e2";

/// The operations that have an id in their path.
const OPERATIONS: usize = 16;

async fn ask(
    world: &World,
    server: &Running,
    (method, path): (&str, &str),
    body: Option<&Value>,
) -> Answer {
    let method = Method::from_bytes(method.to_uppercase().as_bytes()).expect("a method");
    let request = client().request(method, format!("{}{path}", server.url()));
    let request = request.header("X-Api-Key", &world.api_key);
    answer(match body {
        Some(body) => request.json(body),
        None => request,
    })
    .await
}

/// Makes something of each kind in an account; returns the ids by the beginnings of paths.
async fn things(world: &World, server: &Running) -> BTreeMap<&'static str, String> {
    let create = async |path: &str, body: Value| {
        let created = ask(world, server, ("post", path), Some(&body)).await;
        assert!((200..300).contains(&created.status), "{path}: {created:?}");
        created.id().to_owned()
    };
    let message = world.send_to(server, &recipient(1)).await.id().to_owned();
    let to = json!({"to": recipient(2)});
    let verification = create("/v1/verifications", to).await;
    let url = json!({"url": "https://shop.example.com/hooks"});
    let endpoint = create("/v1/webhook-endpoints", url).await;
    let test = format!("/v1/webhook-endpoints/{endpoint}/test");
    let delivery = create(&test, json!({})).await;
    let listener = create("/v1/webhook-listeners", json!({})).await;
    BTreeMap::from([
        ("/v1/messages/{id}", message),
        ("/v1/verifications/{id}", verification),
        ("/v1/webhook-endpoints/{id}", endpoint),
        ("/v1/webhook-listeners/{id}", listener),
        ("{delivery}", delivery),
    ])
}

async fn every_operation_answers_a_foreign_id_as_an_unknown_one(database: Database) {
    let mut world = World::with_credits(database, 5).await;
    let server = world.serve();
    let ids = things(&world, &server).await;
    let stranger = world.create_account();
    world.api_key = world.create_key(&stranger);
    let documented = client().get(format!("{}/openapi.json", server.url()));
    let documented = answer(documented).await.body;
    let mut asked = 0;
    for (path, operations) in documented["paths"].as_object().expect("paths") {
        let Some((_, id)) = ids.iter().find(|(begin, _)| path.starts_with(**begin)) else {
            assert!(!path.contains('{'), "no id for {path}");
            continue;
        };
        let with = |id: &str, delivery: &str| {
            let path = path.replace("{id}", id);
            path.replace("{delivery}", delivery)
        };
        let foreign = with(id, &ids["{delivery}"]);
        for (method, operation) in operations.as_object().expect("operations") {
            let content = &operation["requestBody"]["content"];
            let example = content["application/json"].get("example");
            let answers = [foreign.clone(), with(UNKNOWN, UNKNOWN)].map(async |path| {
                let mut answer = ask(&world, &server, (method, &path), example).await;
                answer.body["requestId"] = Value::Null;
                (answer.status, answer.body)
            });
            let [foreign, unknown] = answers;
            let (foreign, unknown) = (foreign.await, unknown.await);
            assert_eq!(foreign.0, 404, "{method} {path}: {foreign:?}");
            assert_eq!(foreign, unknown, "{method} {path}");
            asked += 1;
        }
    }
    assert_eq!(asked, OPERATIONS);
}
