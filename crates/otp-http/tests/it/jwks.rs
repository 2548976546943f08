//! `GET /.well-known/jwks.json`.

use std::sync::Arc;
use std::time::Duration;

use actix_web::test::TestRequest;
use otp_core::ids::ProofKeyId;
use otp_core::ports::PortError;
use otp_core::proof::{ProofKey, ProofPublicKey};
use otp_core::sealing::Sealed;
use serde_json::json;
use uuid::Uuid;

use super::support::{NOW, World};

fn get() -> TestRequest {
    TestRequest::get().uri("/.well-known/jwks.json")
}

fn key(number: u32) -> ProofKey {
    ProofKey {
        id: ProofKeyId(Uuid::from_u128(number.into())),
        number,
        // The example of RFC 8037, appendix A.
        public_key: ProofPublicKey([
            0xd7, 0x5a, 0x98, 0x01, 0x82, 0xb1, 0x0a, 0xb7, 0xd5, 0x4b, 0xfe, 0xd3, 0xc9, 0x64,
            0x07, 0x3a, 0x0e, 0xe1, 0x72, 0xf3, 0xda, 0xa6, 0x23, 0x25, 0xaf, 0x02, 0x1a, 0x68,
            0xf7, 0x07, 0x51, 0x1a,
        ]),
        secret: Sealed(b"a secret".to_vec()),
        created_at: NOW,
        active_from: NOW,
        retired_at: None,
        revoked_at: None,
    }
}

#[actix_web::test]
async fn the_published_keys_are_a_json_web_key_set() {
    let keys = [
        ProofKey {
            retired_at: Some(NOW - Duration::from_secs(900)),
            ..key(1)
        },
        ProofKey {
            revoked_at: Some(NOW),
            ..key(2)
        },
        ProofKey {
            retired_at: Some(NOW - Duration::from_secs(899)),
            ..key(3)
        },
        key(4),
    ];
    let mut world = World::without_directory();
    world
        .proof_keys
        .expect_list_proof_keys()
        .times(1)
        .return_once(move || Ok(Arc::from(keys)));
    let answer = world.ask(get()).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("content-type"), "application/json");
    assert_eq!(answer.header("cache-control"), "public, max-age=300");
    let published = |number: u128| {
        json!({
            "kty": "OKP",
            "crv": "Ed25519",
            "alg": "EdDSA",
            "use": "sig",
            "kid": Uuid::from_u128(number),
            "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
        })
    };
    assert_eq!(answer.json(), json!({"keys": [published(3), published(4)]}));
}

#[actix_web::test]
async fn a_failure_is_not_cached() {
    let mut world = World::without_directory();
    world
        .proof_keys
        .expect_list_proof_keys()
        .return_once(|| Err(PortError::Unavailable("gone".into())));
    let answer = world.ask(get()).await;
    assert_eq!(answer.error(), (503, "InternalServerError".to_owned()));
}
