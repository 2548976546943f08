//! The webhook caller: calls a customer's endpoint once.

use async_trait::async_trait;

use crate::webhook::{WebhookCall, WebhookOutcome};

/// Calls the endpoints of customers, whose URLs are strangers' input.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait WebhookCaller: Send + Sync {
    /// Posts the body to the target once, and returns within 20 seconds.
    ///
    /// - The request MUST have the headers `webhook-id`, `webhook-timestamp` and `webhook-signature`, and
    ///   exactly the bytes that are signed.
    /// - Unless private targets are allowed, an adapter MUST judge the target before each call, and each
    ///   address of its host before it connects to that address. It MUST NOT open a connection to an
    ///   address that is forbidden, nor to one that it has not judged.
    /// - It MUST NOT follow a redirect, repeat the call by itself, or use a proxy of the environment.
    /// - It MUST verify the certificate of an `https` target.
    /// - It MUST keep at most [`MAX_ANSWER_EXCERPT`](crate::webhook::MAX_ANSWER_EXCERPT) bytes of the
    ///   answer's body, and MUST NOT decompress it. A 2xx answer counts only if all of its body arrived in
    ///   time, and has at most [`MAX_ANSWER`](crate::webhook::MAX_ANSWER) bytes.
    /// - It MUST NOT log the body, a secret, or a path or query of the URL.
    async fn call(&self, call: &WebhookCall) -> WebhookOutcome;
}
