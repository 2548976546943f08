//! Answer once: does what a request asks for at most once for each idempotency key.

use std::sync::Arc;

use zeroize::Zeroizing;

use crate::idempotency::{Fingerprint, IdempotencyKey, Judgement, RequestKey};
use crate::ids::AccountId;
use crate::ports::{Clock, IdempotentAnswers, PortError, Randomness};
use crate::sealing::{AccountSealer, OpenError, Purpose, Sealed};
use crate::usecases::account_sealers::AccountSealers;

/// Answers requests once.
#[derive(Clone)]
pub struct AnswerOnce {
    /// Keeps the answers.
    pub answers: Arc<dyn IdempotentAnswers>,
    /// Seals and opens them.
    pub sealers: AccountSealers,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// Generates nonces.
    pub randomness: Arc<dyn Randomness>,
}

/// A request that may be repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RepeatableRequest {
    /// The account.
    pub account_id: AccountId,
    /// The key.
    pub key: RequestKey,
    /// The fingerprint of its method, path and body.
    pub fingerprint: Fingerprint,
}

/// The answer to a request.
#[derive(Debug)]
pub enum Answered<T> {
    /// The request was the first one with its key.
    First {
        /// Its answer.
        answer: T,
        /// Whether the answer could be kept. If not, a repetition is refused until the request counts as
        /// abandoned, and judged anew then.
        kept: Result<(), PortError>,
    },
    /// The request repeats an earlier one, whose answer this is, as it was kept.
    Replayed(Zeroizing<String>),
}

/// The reason a request has no answer.
#[derive(Debug, thiserror::Error)]
pub enum AnswerOnceError {
    /// The first request with this key is still in progress.
    #[error("the first request with this key is in progress")]
    InProgress,
    /// The key belongs to another request.
    #[error("the key belongs to another request")]
    Reused,
    /// The kept answer does not open.
    #[error("the kept answer cannot be read")]
    Unreadable(#[source] OpenError),
    /// A port failed; nothing was done.
    #[error(transparent)]
    Port(#[from] PortError),
}

impl AnswerOnce {
    /// Does what the request asks for if it is the first one with its key, and keeps its answer.
    ///
    /// `keep` returns the form in which the answer is kept, or `None` if a repetition is to be judged anew:
    /// the request failed, or was refused without an effect. `action` is called for a first request only,
    /// with the key of the message that it may create. The future MUST be driven to completion even if the caller goes away; if it is dropped, the request
    /// counts as in progress until it is abandoned. Answers of an account without a key cannot be sealed, so
    /// none is kept.
    pub async fn execute<T, F: Future<Output = T>>(
        &self,
        request: RepeatableRequest,
        action: impl FnOnce(Option<IdempotencyKey>) -> F,
        keep: impl FnOnce(&T) -> Option<String>,
    ) -> Result<Answered<T>, AnswerOnceError> {
        let Some(sealer) = self.sealers.find(request.account_id).await? else {
            let (answer, kept) = (action(None).await, Ok(()));
            return Ok(Answered::First { answer, kept });
        };
        let (key, begun_at) = (request.key, self.clock.now());
        let fingerprint = sealer.key_fingerprint(request.fingerprint);
        let judged = self.answers.begin(key, fingerprint, begun_at);
        match judged.await? {
            Judgement::First => {}
            Judgement::Replay(answer) => {
                let opened = sealer.open(Purpose::IdempotentAnswer, key.answer_id(), &answer);
                return opened
                    .map(Answered::Replayed)
                    .map_err(AnswerOnceError::Unreadable);
            }
            Judgement::InProgress => return Err(AnswerOnceError::InProgress),
            Judgement::Reused => return Err(AnswerOnceError::Reused),
        }
        let answer = action(Some(key.message_key(fingerprint))).await;
        let kept = match keep(&answer) {
            Some(text) => {
                let sealed = self.seal(&sealer, key, &Zeroizing::new(text));
                self.answers.finish(key, begun_at, &sealed).await
            }
            None => self.answers.forget(key, begun_at).await,
        };
        Ok(Answered::First { answer, kept })
    }

    /// Seals an answer for the row of its key.
    fn seal(&self, sealer: &AccountSealer, key: RequestKey, text: &str) -> Sealed {
        let id = key.answer_id();
        sealer.seal(Purpose::IdempotentAnswer, id, text, &*self.randomness)
    }
}
