//! Tests of the signer, over a store in memory.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use otp_core::channel::Channel;
use otp_core::ports::Storage;
use otp_core::proof::{ProofPublicKey, RotationKind};
use otp_core::time::Timestamp;
use otp_core::usecases::rotate_proof_key::RotateProofKey;
use otp_testkit::MemoryStore;
use otp_testkit::contract::fixture::{Fixture, START, recipient};
use otp_testkit::contract::proof_keys::rotate_proof_key;
use ring::signature::{ED25519, UnparsedPublicKey};
use serde_json::{Value, json};
use uuid::Uuid;

use super::*;
use crate::Ed25519KeyPairs;

const ISSUER: &str = "https://otp.example.com";
const VERIFICATION: Uuid = Uuid::from_u128(7);

async fn fixture() -> Fixture {
    let store: Arc<dyn Storage> = Arc::new(MemoryStore::default());
    Fixture::new(store).await
}

fn rotate(fixture: &Fixture) -> RotateProofKey {
    RotateProofKey {
        pairs: Arc::new(Ed25519KeyPairs),
        ..rotate_proof_key(fixture)
    }
}

fn signer(fixture: &Fixture) -> JwtSigner {
    JwtSigner::new(
        fixture.store.clone(),
        Arc::clone(&fixture.installation),
        fixture.clock.clone(),
        ISSUER.to_owned(),
    )
}

fn claims(fixture: &Fixture) -> ProofClaims {
    ProofClaims {
        audience: fixture.account,
        subject: fixture
            .sealer
            .pseudonym(fixture.sealer.index(&recipient(1))),
        verification_id: VERIFICATION,
        method: Channel::WhatsApp,
        issued_at: Timestamp::from_unix_millis(1_800_000_001_999),
        transaction: None,
    }
}

fn decoded(part: &str) -> Value {
    let json = URL_SAFE_NO_PAD.decode(part).expect("base64url");
    serde_json::from_slice(&json).expect("JSON")
}

/// Returns header and claims, if this key has signed them.
fn verified(proof: &Proof, key: ProofPublicKey) -> Option<(Value, Value)> {
    let (signed, signature) = proof.expose().rsplit_once('.').expect("three parts");
    let signature = URL_SAFE_NO_PAD.decode(signature).expect("base64url");
    let key = UnparsedPublicKey::new(&ED25519, key.0);
    key.verify(signed.as_bytes(), &signature).ok()?;
    let (header, claims) = signed.split_once('.').expect("three parts");
    Some((decoded(header), decoded(claims)))
}

#[tokio::test]
async fn a_proof_says_who_verified_what_for_whom_and_until_when() {
    let fixture = fixture().await;
    let key = rotate(&fixture).execute_if_absent().await.expect("a key");
    let signer = signer(&fixture);
    for (transaction, expected) in [
        (None, json!(null)),
        (Some([0xfb; 32]), json!("-_v7".repeat(10) + "-_s")),
    ] {
        let claims = ProofClaims {
            transaction,
            ..claims(&fixture)
        };
        let proof = signer.sign(&claims).await.expect("signed");
        let (header, shown) = verified(&proof, key.public_key).expect("verified");
        let kid = key.id.to_string();
        assert_eq!(header, json!({"alg": "EdDSA", "typ": "JWT", "kid": kid}));
        assert_eq!(shown["transaction"], expected);
        let mut others = shown;
        let others = others.as_object_mut().expect("an object");
        assert_eq!(
            others.remove("transaction").is_some(),
            transaction.is_some()
        );
        let expected = json!({
            "iss": ISSUER,
            "aud": fixture.account.to_string(),
            "sub": fixture
            .sealer
            .pseudonym(fixture.sealer.index(&recipient(1))),
            "jti": VERIFICATION.to_string(),
            "amr": ["whatsapp"],
            "iat": 1_800_000_001,
            "exp": 1_800_000_601,
        });
        assert_eq!(json!(others), expected);
        assert_eq!(format!("{proof:?}"), "Proof(…)");
    }
}

#[tokio::test]
async fn a_signer_changes_its_key_with_the_store() {
    let fixture = fixture().await;
    let rotate = rotate(&fixture);
    let first = rotate.execute_if_absent().await.expect("a key");
    let signer = signer(&fixture);
    let sign = async || signer.sign(&claims(&fixture)).await.expect("signed");
    let is_of = |proof: &Proof, key: &ProofKey| verified(proof, key.public_key).is_some();
    assert!(is_of(&sign().await, &first));

    let second = rotate.execute(RotationKind::Announced).await;
    let second = second.expect("rotated");
    assert!(
        is_of(&sign().await, &first),
        "the next one does not sign yet"
    );
    fixture.clock.advance(second.active_from.since(START));
    assert!(is_of(&sign().await, &second));

    let third = rotate.execute(RotationKind::Immediate).await;
    assert!(is_of(&sign().await, &third.expect("rotated")));
}

#[tokio::test]
async fn without_a_key_that_opens_nothing_is_signed() {
    let fixture = fixture().await;
    let error = signer(&fixture).sign(&claims(&fixture)).await;
    assert!(matches!(error, Err(PortError::Backend(_))), "{error:?}");

    // A pair whose halves do not belong together: a changed public key would make every proof invalid.
    let plain = rotate_proof_key(&fixture);
    plain.execute_if_absent().await.expect("a key");
    let error = signer(&fixture).sign(&claims(&fixture)).await;
    assert!(matches!(error, Err(PortError::Backend(_))), "{error:?}");

    rotate(&fixture)
        .execute(RotationKind::Immediate)
        .await
        .expect("rotated");
    let other = self::fixture().await;
    let stranger = JwtSigner::new(
        fixture.store.clone(),
        Arc::clone(&other.installation),
        fixture.clock.clone(),
        ISSUER.to_owned(),
    );
    let error = stranger.sign(&claims(&fixture)).await;
    assert!(matches!(error, Err(PortError::Backend(_))), "{error:?}");
    let proof = signer(&fixture).sign(&claims(&fixture)).await;
    assert!(proof.is_ok(), "{proof:?}");
}
