//! Take requests: who writes STOP gets no more messages of those who sent to them, who writes START gets
//! them again. A request whose author is not known for sure is kept, and tried again when receipts may have
//! told who that is.

use std::sync::Arc;
use std::time::Duration;

use crate::opt_out::InboundConsent;
use crate::ports::{Clock, OptOuts, PortError, RecipientIdentities};

/// So long a request waits for a receipt that says whose it is.
pub const UNRESOLVED_LIFETIME: Duration = Duration::from_secs(90 * 24 * 60 * 60);

/// So many requests wait at most; of more, the oldest are given up.
pub const MAX_UNRESOLVED: usize = 1_000;

/// Takes requests.
#[derive(Clone)]
pub struct RecordConsent {
    opt_outs: Arc<dyn OptOuts>,
    identities: Arc<dyn RecipientIdentities>,
}

/// What became of the kept requests in one round.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct KeptConsents {
    /// Those that found their recipient.
    pub resolved: usize,
    /// Those that wait on.
    pub waiting: usize,
    /// Those that were given up.
    pub given_up: usize,
}

impl RecordConsent {
    /// A use case over these ports.
    pub fn new(opt_outs: Arc<dyn OptOuts>, identities: Arc<dyn RecipientIdentities>) -> Self {
        Self {
            opt_outs,
            identities,
        }
    }

    /// Takes requests as they come. All of it is durable when this returns `Ok`.
    pub async fn execute(&self, requests: Vec<InboundConsent>) -> Result<(), PortError> {
        let waiting = self.resolve(&requests).await?;
        if !waiting.is_empty() {
            self.opt_outs.keep_unresolved(&waiting).await?;
        }
        Ok(())
    }

    /// Tries the kept requests again. Any process may do this at any time.
    pub async fn resolve_kept(&self, clock: &dyn Clock) -> Result<KeptConsents, PortError> {
        let mut kept = self.opt_outs.list_unresolved().await?;
        if kept.is_empty() {
            return Ok(KeptConsents::default());
        }
        let waiting = self.resolve(&kept).await?;
        kept.retain(|request| !waiting.contains(request));
        let too_old = clock.now() - UNRESOLVED_LIFETIME;
        let forget = self
            .opt_outs
            .forget_unresolved(&kept, too_old, MAX_UNRESOLVED);
        let given_up = forget.await?;
        Ok(KeptConsents {
            resolved: kept.len(),
            waiting: waiting.len().saturating_sub(given_up),
            given_up,
        })
    }

    /// Records what is known; returns the requests that have to wait.
    async fn resolve(&self, requests: &[InboundConsent]) -> Result<Vec<InboundConsent>, PortError> {
        if requests.is_empty() {
            return Ok(Vec::new());
        }
        let facts = self.opt_outs.load_resolution_facts(requests).await?;
        let mut entries = Vec::new();
        let mut learned = Vec::new();
        let mut waiting = Vec::new();
        for request in requests {
            let resolution = facts.resolve(request);
            entries.extend(resolution.entries);
            learned.extend(resolution.learned);
            if resolution.waits {
                waiting.push(request.clone());
            }
        }
        if !entries.is_empty() {
            self.opt_outs.record_consent(Arc::from(entries)).await?;
        }
        if !learned.is_empty() {
            self.identities.remember(&learned).await?;
        }
        Ok(waiting)
    }
}
