//! Proofs: their keys, at `GET /.well-known/jwks.json` and by command.

use std::sync::Arc;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use otp_core::channel::Channel;
use otp_core::keyring::MasterKey;
use otp_core::ports::ProofSigner;
use otp_core::proof::{Proof, ProofClaims, ProofSecret};
use otp_core::time::Timestamp;
use otp_e2e::proofs::{installation, signer};
use otp_e2e::world::{MASTER_KEY, answer, client};
use otp_e2e::{Answer, Database, Running, World, on_every_store, pause_between_polls};
use ring::signature::{ED25519, UnparsedPublicKey};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::privacy::contents;

on_every_store! {
    a_proof_is_checked_with_the_published_keys;
    a_rotation_is_published_by_every_server_within_a_second;
    servers_that_start_at_once_share_one_key;
    the_secret_halves_are_in_neither_database_nor_log;
}

fn master_key() -> MasterKey {
    MasterKey::parse(MASTER_KEY).expect("a master key")
}

async fn published(server: &Running) -> Answer {
    let url = format!("{}/.well-known/jwks.json", server.url());
    let answer = answer(client().get(url)).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer
}

/// The ids of the published keys.
async fn published_ids(server: &Running) -> Vec<String> {
    let answer = published(server).await;
    let keys = answer.body["keys"].as_array().expect("an array");
    let ids = keys.iter().map(|key| key["kid"].as_str().expect("an id"));
    ids.map(str::to_owned).collect()
}

/// Waits until a server publishes these keys, for at most a second.
async fn wait_for(server: &Running, ids: &[&str]) {
    let deadline = Instant::now() + Duration::from_secs(1);
    loop {
        let begun = Instant::now();
        let published = published_ids(server).await;
        if published == ids {
            return;
        }
        assert!(begun < deadline, "{published:?} instead of {ids:?}");
        pause_between_polls().await;
    }
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key]
        .as_str()
        .unwrap_or_else(|| panic!("no {key} in {value}"))
}

/// Signs a proof now, beside the servers.
async fn sign(world: &World, issuer: &str, now: Timestamp) -> Proof {
    let claims = ProofClaims {
        audience: world.account_id(),
        subject: "a-pseudonym".to_owned(),
        verification_id: Uuid::from_u128(7),
        method: Channel::WhatsApp,
        issued_at: now,
        transaction: None,
    };
    let signer = signer(world.storage().await, &master_key(), now, issuer).await;
    signer.sign(&claims).await.expect("signed")
}

/// Returns the claims of a proof that one of the published keys signed.
fn verified(proof: &Proof, jwks: &Value) -> Option<Value> {
    let decode = |part| URL_SAFE_NO_PAD.decode(part).expect("base64url");
    let json = |part| serde_json::from_slice::<Value>(&decode(part)).expect("JSON");
    let (signed, signature) = proof.expose().rsplit_once('.').expect("three parts");
    let (header, claims) = signed.split_once('.').expect("three parts");
    let kid = &json(header)["kid"];
    let mut keys = jwks["keys"].as_array().expect("an array").iter();
    let key = keys.find(|key| key["kid"] == *kid)?;
    let key = UnparsedPublicKey::new(&ED25519, decode(text(key, "x")));
    let verified = key.verify(signed.as_bytes(), &decode(signature));
    verified.expect("its key has signed it");
    Some(json(claims))
}

async fn a_proof_is_checked_with_the_published_keys(database: Database) {
    let world = World::bare(database).await;
    let server = world.serve();
    let answer = published(&server).await;
    assert_eq!(answer.headers["cache-control"], "public, max-age=300");
    let listed = world.command(&["proof-key", "list"]);
    assert_eq!(listed.as_array().map(Vec::len), Some(1), "{listed}");
    assert_eq!(listed[0]["status"], "signing");
    assert_eq!(answer.body["keys"][0]["kid"], listed[0]["id"]);
    let now = Timestamp::parse(text(&listed[0], "activeFrom")).expect("an instant");
    let proof = sign(&world, server.url(), now).await;
    let claims = verified(&proof, &answer.body).expect("a published key");
    assert_eq!(
        (&claims["iss"], &claims["aud"], &claims["amr"]),
        (
            &json!(server.url()),
            &json!(world.account),
            &json!(["whatsapp"])
        )
    );
}

async fn a_rotation_is_published_by_every_server_within_a_second(database: Database) {
    let world = World::bare(database).await;
    let servers = [world.serve(), world.serve()];
    let first = &published_ids(&servers[0]).await[0];
    let next = world.command(&["proof-key", "rotate"]);
    assert_eq!(next["status"], "next");
    let instant = |key: &str| Timestamp::parse(text(&next, key)).expect("an instant");
    let announced = instant("activeFrom").since(instant("createdAt"));
    assert_eq!(announced, Duration::from_secs(600));
    let next = text(&next, "id");
    for server in &servers {
        wait_for(server, &[first, next]).await;
    }
    let early = world.try_command(&["proof-key", "rotate"]);
    assert_eq!(early.code, 1, "{}", early.stderr);
    assert!(early.stderr.contains("signs from"), "{}", early.stderr);

    let at = instant("activeFrom");
    let old = sign(&world, servers[0].url(), at).await;
    let last = world.command(&["proof-key", "rotate", "--now"]);
    assert_eq!(last["status"], "signing");
    for server in &servers {
        wait_for(server, &[text(&last, "id")]).await;
        assert_eq!(verified(&old, &published(server).await.body), None);
    }
    let listed = world.command(&["proof-key", "list"]);
    let statuses = listed.as_array().expect("an array").iter();
    let statuses: Vec<_> = statuses.map(|key| text(key, "status")).collect();
    assert_eq!(statuses, ["revoked", "revoked", "signing"]);
}

async fn servers_that_start_at_once_share_one_key(database: Database) {
    let world = Arc::new(World::bare(database).await);
    let start = |world: &Arc<World>| {
        let world = Arc::clone(world);
        tokio::task::spawn_blocking(move || world.serve())
    };
    let (one, two) = tokio::join!(start(&world), start(&world));
    let (one, two) = (one.expect("started"), two.expect("started"));
    let ids = published_ids(&one).await;
    assert_eq!(ids.len(), 1);
    assert_eq!(published_ids(&two).await, ids);
}

async fn the_secret_halves_are_in_neither_database_nor_log(database: Database) {
    let mut world = World::bare(database).await;
    world.set("LOG__LEVEL", "trace");
    let server = world.serve();
    published(&server).await;
    let rotated = world.try_command(&["proof-key", "rotate", "--json"]);
    let listed = world.try_command(&["proof-key", "list", "--json"]);
    let log = server.kill();
    let storage = world.storage().await;
    let installation = installation(storage.clone(), &master_key()).await;
    let keys = storage.list_proof_keys().await.expect("listed");
    assert_eq!(keys.len(), 2);
    let mut places = contents(&world.database).await;
    for ended in [rotated, listed] {
        let output = ended.stdout + &ended.stderr;
        places.push(("a command's output".to_owned(), output.into_bytes()));
    }
    places.push(("the log".to_owned(), log.into_bytes()));
    for key in keys.iter() {
        let secret = ProofSecret::open(key.id, &key.secret, &installation);
        let secret = *secret.expect("opens").expose();
        let is_found = |bytes: [u8; 32]| {
            let hex = bytes.map(|byte| format!("{byte:02x}")).concat();
            let forms = [
                bytes.to_vec(),
                hex.into_bytes(),
                // Without the padding, which is the same in all of them.
                STANDARD.encode(bytes)[..43].into(),
                URL_SAFE_NO_PAD.encode(bytes).into_bytes(),
            ];
            let place = places.iter().find(|(_, content)| {
                let has = |form: &Vec<u8>| content.windows(form.len()).any(|at| at == form);
                forms.iter().any(has)
            });
            place.map(|(place, _)| place.clone())
        };
        assert_eq!(is_found(secret), None, "a secret half is readable");
        assert!(is_found(key.public_key.0).is_some(), "the search finds it");
    }
}
