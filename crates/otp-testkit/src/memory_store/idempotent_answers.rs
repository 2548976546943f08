//! Answers to requests with an idempotency key, in memory.

use async_trait::async_trait;
use otp_core::idempotency::{Fingerprint, Judgement, RequestKey, StoredRequest, judge};
use otp_core::ports::{IdempotentAnswers, PortError};
use otp_core::sealing::Sealed;
use otp_core::time::Timestamp;

use super::{MemoryStore, State};

#[async_trait]
impl IdempotentAnswers for MemoryStore {
    async fn begin(
        &self,
        key: RequestKey,
        fingerprint: Fingerprint,
        now: Timestamp,
    ) -> Result<Judgement, PortError> {
        let requests = &mut self.state().requests;
        let judgement = judge(requests.get(&key), fingerprint, now);
        if judgement == Judgement::First {
            let begun = StoredRequest {
                fingerprint,
                begun_at: now,
                answer: None,
            };
            requests.insert(key, begun);
        }
        Ok(judgement)
    }

    async fn finish(
        &self,
        key: RequestKey,
        begun_at: Timestamp,
        answer: &Sealed,
    ) -> Result<(), PortError> {
        if let Some(request) = self.state().in_progress(key, begun_at) {
            request.answer = Some(answer.clone());
        }
        Ok(())
    }

    async fn forget(&self, key: RequestKey, begun_at: Timestamp) -> Result<(), PortError> {
        let mut state = self.state();
        if state.in_progress(key, begun_at).is_some() {
            state.requests.remove(&key);
        }
        Ok(())
    }

    async fn remove_older(&self, before: Timestamp, most: usize) -> Result<usize, PortError> {
        let requests = &mut self.state().requests;
        let mut old: Vec<_> = requests
            .iter()
            .filter(|(_, request)| request.begun_at < before)
            .map(|(key, request)| (request.begun_at, *key))
            .collect();
        old.sort_unstable();
        old.truncate(most);
        for (_, key) in &old {
            requests.remove(key);
        }
        Ok(old.len())
    }
}

impl State {
    fn in_progress(&mut self, key: RequestKey, begun_at: Timestamp) -> Option<&mut StoredRequest> {
        let request = self.requests.get_mut(&key)?;
        (request.begun_at == begun_at && request.answer.is_none()).then_some(request)
    }
}
