//! Take wishes: who writes STOP gets no more messages of those who sent to them, who writes START gets
//! them again. A wish whose author is not known for sure is kept, and tried again when receipts may have
//! told who that is.

use std::sync::Arc;
use std::time::Duration;

use crate::opt_out::InboundWish;
use crate::ports::{Clock, OptOuts, PortError, RecipientIdentities};

/// So long a wish waits for a receipt that says whose it is.
pub const UNRESOLVED_LIFETIME: Duration = Duration::from_secs(90 * 24 * 60 * 60);

/// So many wishes wait at most; of more, the oldest are given up.
pub const MOST_UNRESOLVED: usize = 1_000;

/// Takes wishes.
#[derive(Clone)]
pub struct TakeWishes {
    opt_outs: Arc<dyn OptOuts>,
    identities: Arc<dyn RecipientIdentities>,
}

/// What became of the kept wishes in one round.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct KeptWishes {
    /// Those that found their recipient.
    pub resolved: usize,
    /// Those that wait on.
    pub waiting: usize,
    /// Those that were given up.
    pub given_up: usize,
}

impl TakeWishes {
    /// A use case over these ports.
    pub fn new(opt_outs: Arc<dyn OptOuts>, identities: Arc<dyn RecipientIdentities>) -> Self {
        Self {
            opt_outs,
            identities,
        }
    }

    /// Takes wishes as they come. All of it is durable when this returns `Ok`.
    pub async fn execute(&self, wishes: Vec<InboundWish>) -> Result<(), PortError> {
        let waiting = self.resolve(&wishes).await?;
        if !waiting.is_empty() {
            self.opt_outs.keep_unresolved(&waiting).await?;
        }
        Ok(())
    }

    /// Tries the kept wishes again. Any process may do this at any time.
    pub async fn resolve_kept(&self, clock: &dyn Clock) -> Result<KeptWishes, PortError> {
        let mut kept = self.opt_outs.list_unresolved().await?;
        if kept.is_empty() {
            return Ok(KeptWishes::default());
        }
        let waiting = self.resolve(&kept).await?;
        kept.retain(|wish| !waiting.contains(wish));
        let too_old = clock.now() - UNRESOLVED_LIFETIME;
        let forget = self
            .opt_outs
            .forget_unresolved(&kept, too_old, MOST_UNRESOLVED);
        let given_up = forget.await?;
        Ok(KeptWishes {
            resolved: kept.len(),
            waiting: waiting.len().saturating_sub(given_up),
            given_up,
        })
    }

    /// Records what is known; returns the wishes that have to wait.
    async fn resolve(&self, wishes: &[InboundWish]) -> Result<Vec<InboundWish>, PortError> {
        if wishes.is_empty() {
            return Ok(Vec::new());
        }
        let facts = self.opt_outs.load_wish_facts(wishes).await?;
        let mut entries = Vec::new();
        let mut learned = Vec::new();
        let mut waiting = Vec::new();
        for wish in wishes {
            let resolution = facts.resolve(wish);
            entries.extend(resolution.entries);
            learned.extend(resolution.learned);
            if resolution.waits {
                waiting.push(wish.clone());
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
