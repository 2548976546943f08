//! `GET /.well-known/jwks.json`: the keys that proofs are checked with.

use std::collections::BTreeMap;

use actix_web::http::header::CACHE_CONTROL;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, Resource};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use otp_core::proof::{PUBLISHED_KEYS_CACHE_TIME, PublishedProofKey};
use otp_edge::{RequestContext, resource_at};
use serde::Serialize;
use utoipa::openapi::{RefOr, Response};
use utoipa::{IntoResponses, ToSchema};

use crate::error::{self, ApiError};
use crate::state::ApiState;

const PATH: &str = "/.well-known/jwks.json";

pub(crate) fn resource() -> Resource {
    resource_at(PATH).get(get).finish()
}

/// A JSON Web Key Set (RFC 7517).
#[derive(Serialize, ToSchema)]
pub(crate) struct JsonWebKeySet {
    /// The keys, oldest first: the one that signs, the next one, and those whose proofs may still be valid.
    keys: Vec<JsonWebKey>,
}

/// A public key (RFC 8037).
#[derive(Serialize, ToSchema)]
pub(crate) struct JsonWebKey {
    /// `OKP`.
    kty: &'static str,
    /// `Ed25519`.
    crv: &'static str,
    /// `EdDSA`.
    alg: &'static str,
    /// `sig`.
    #[serde(rename = "use")]
    purpose: &'static str,
    /// The id of the key, which the header of each proof names.
    kid: String,
    /// The key, 32 bytes in base64url.
    x: String,
}

impl From<PublishedProofKey> for JsonWebKey {
    fn from(key: PublishedProofKey) -> Self {
        Self {
            kty: "OKP",
            crv: "Ed25519",
            alg: "EdDSA",
            purpose: "sig",
            kid: key.id.to_string(),
            x: URL_SAFE_NO_PAD.encode(key.public_key.0),
        }
    }
}

/// Returns the public keys that proofs are checked with (RFC 7517). It needs no API key.
///
/// A copy may be used for 5 minutes. A key appears 10 minutes before it signs, unless it replaces keys
/// that were withdrawn: ask again if a proof names a key that your copy does not have.
#[utoipa::path(
    get,
    path = PATH,
    operation_id = "ProofKeys",
    tag = "Proofs",
    responses(
        (
            status = 200,
            description = "The keys.",
            headers(
                ("X-Request-Id" = String, description = "Id of this request."),
                ("Cache-Control" = String, description = "`public, max-age=300`."),
            ),
            body = JsonWebKeySet,
            example = json!({
                "keys": [{
                    "kty": "OKP",
                    "crv": "Ed25519",
                    "alg": "EdDSA",
                    "use": "sig",
                    "kid": "019c1d3e-7c50-7f4e-8b2a-5d1f0c9e6a37",
                    "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
                }],
            }),
        ),
        Refusals,
    ),
)]
pub(crate) async fn get(request: HttpRequest, state: Data<ApiState>) -> HttpResponse {
    match published(&state).await {
        Ok(body) => {
            let cache = format!("public, max-age={}", PUBLISHED_KEYS_CACHE_TIME.as_secs());
            HttpResponse::Ok()
                .insert_header((CACHE_CONTROL, cache))
                .json(body)
        }
        Err(error) => error.answer(&RequestContext::of(&request)),
    }
}

async fn published(state: &ApiState) -> Result<JsonWebKeySet, ApiError> {
    let publish = state.publish_proof_keys.clone();
    let keys = state.runner.run(async move { publish.execute().await });
    let keys = keys.await??.into_iter().map(JsonWebKey::from);
    Ok(JsonWebKeySet {
        keys: keys.collect(),
    })
}

/// The error codes of this endpoint.
struct Refusals;

impl IntoResponses for Refusals {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        error::responses_without_key()
    }
}
