//! The contents of logs.

use super::messages::secret_in;
use super::trial::message_id;
use super::{Reaction, ScriptedProvider};
use crate::LogCapture;

/// No log line, at the most talkative level, has the passcode, the recipient or a token; and neither
/// has the outcome.
pub async fn no_secret_is_logged(provider: &dyn ScriptedProvider) {
    let message = provider.message(message_id(1));
    for reaction in [Reaction::Accept, Reaction::BeUnreachable] {
        provider.react(reaction).await;
        let sender = provider.sender();
        let capture = LogCapture::start();
        let outcome = sender.send(&message).await;
        let log = capture.finish();
        let text = format!("{log}{outcome:?}");
        assert_eq!(secret_in(&text, &message), None, "in {text}");
    }
}
