//! The requests of verifications, and what their answers say.

use http_body_util::Full;
use hyper::Request;
use hyper::body::Bytes;
use uuid::Uuid;

use crate::provider::{Code, after};
use crate::rig::{Rig, post};

/// A verification that was created.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Created {
    pub(super) id: Uuid,
    /// The message with its code.
    pub(super) message: Uuid,
}

impl Created {
    /// Reads the answer to a new verification: `{"id":"…", …, "messages":[{"id":"…`. It is not parsed as
    /// JSON, because that would cost the load more than the request.
    pub(super) fn parse(answer: &[u8]) -> Option<Self> {
        Some(Self {
            id: id_after(answer, br#"{"id":""#)?,
            message: id_after(answer, br#""messages":[{"id":""#)?,
        })
    }
}

fn id_after(answer: &[u8], field: &[u8]) -> Option<Uuid> {
    let text = after(answer, field)?.get(..36)?;
    Uuid::parse_str(std::str::from_utf8(text).ok()?).ok()
}

/// Whether a request has an idempotency key of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Keyed {
    Yes,
    No,
}

impl Keyed {
    pub(super) fn apply(self, mut request: Request<Full<Bytes>>) -> Request<Full<Bytes>> {
        if self == Self::Yes {
            let key = Uuid::from_u128(rand::random()).to_string();
            let key = key.parse().expect("a header's value");
            request.headers_mut().insert("idempotency-key", key);
        }
        request
    }
}

/// Makes requests for new verifications of the first account, each of a new recipient. `fields` are more
/// fields of the body, each with a comma before it.
pub(super) fn creates(
    rig: &Rig,
    keyed: Keyed,
    fields: &'static str,
) -> impl Fn() -> Request<Full<Bytes>> + Send + Sync + use<> {
    let (key, new_recipient) = (rig.api_key().to_owned(), rig.new_recipients());
    move || {
        let to = new_recipient();
        let body = format!(r#"{{"to":"{to}","languageCode":"en"{fields}}}"#);
        keyed.apply(post("/v1/verifications", Some(&key), body.into_bytes()))
    }
}

/// Makes a request to check this code. `fields` are more fields, as above.
pub(super) fn check(rig: &Rig, id: Uuid, code: &str, fields: &str) -> Request<Full<Bytes>> {
    let body = format!(r#"{{"code":"{code}"{fields}}}"#);
    let path = format!("/v1/verifications/{id}/check");
    post(&path, Some(rig.api_key()), body.into_bytes())
}

/// Makes a request to cancel a verification.
pub(super) fn cancel(rig: &Rig, id: Uuid) -> Request<Full<Bytes>> {
    let path = format!("/v1/verifications/{id}/cancel");
    post(&path, Some(rig.api_key()), Vec::new())
}

/// Returns the code that the provider was given, which is the right one.
pub(super) fn code_of(rig: &Rig, created: Created) -> anyhow::Result<Code> {
    let code = rig.provider.code_of(created.message);
    code.ok_or_else(|| anyhow::anyhow!("the provider has no code of {created:?}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_names_the_verification_and_its_first_message() {
        let (id, message) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let answer = format!(
            r#"{{"id":"{id}","status":"Pending","messages":[{{"id":"{message}","channel":"whatsapp"}}]}}"#
        );
        let created = Created::parse(answer.as_bytes());
        assert_eq!(created, Some(Created { id, message }));
        for answer in ["", "{}", r#"{"id":"1"}"#] {
            assert_eq!(Created::parse(answer.as_bytes()), None);
        }
    }
}
