//! Calls a webhook endpoint on loopback, as the gateway calls its customers', for libraries that verify
//! the call.
//!
//! The environment has `URL`, `ATTEMPTED_AT` (RFC 3339) and `SECRETS`: the current one, and after a
//! space the previous one, if any. Standard input is the body. It prints the status of the answer.

use std::io::Read as _;

use otp_core::ports::WebhookCaller as _;
use otp_core::time::Timestamp;
use otp_core::webhook::{
    PrivateTargets, WebhookCall, WebhookId, WebhookSecret, WebhookSecrets, WebhookTarget,
};
use otp_webhooks::{HttpWebhookCaller, WebhookCallerOptions};

#[tokio::main]
#[expect(
    clippy::disallowed_methods,
    reason = "a program of the tests, whose caller sets them"
)]
#[expect(clippy::print_stdout, reason = "the status is its answer")]
async fn main() {
    let variable = |name| std::env::var(name).unwrap_or_else(|_| panic!("{name} is not set"));
    let secrets = variable("SECRETS");
    let mut secrets = secrets
        .split(' ')
        .map(|text| WebhookSecret::parse(text).expect("a secret"));
    let mut body = Vec::new();
    std::io::stdin().read_to_end(&mut body).expect("a body");
    let call = WebhookCall {
        id: WebhookId::parse("msg_p5jXN8AQM9LWM0D4loKWxJek").expect("an id"),
        target: WebhookTarget::parse(&variable("URL"), PrivateTargets::Allowed).expect("a URL"),
        attempted_at: Timestamp::parse(&variable("ATTEMPTED_AT")).expect("an instant"),
        body,
        secrets: WebhookSecrets {
            current: secrets.next().expect("at least one secret"),
            previous: secrets.next(),
        },
    };
    let options = WebhookCallerOptions {
        private_targets: PrivateTargets::Allowed,
        ..WebhookCallerOptions::default()
    };
    let caller = HttpWebhookCaller::new(&options).expect("a client");
    let outcome = caller.call(&call).await;
    println!("{}", outcome.answer.expect("an answer").status());
}
