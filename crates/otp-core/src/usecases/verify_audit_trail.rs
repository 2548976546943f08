//! Verify the audit trail: reads the whole chain, and judges each entry against the one before it.

use std::sync::Arc;

use crate::audit::chain::{BrokenChain, ChainHead};
use crate::ports::{AuditTrail, PortError};

/// The entries that are read at once.
const BATCH: usize = 1_000;

/// Verifies the audit trail.
#[derive(Clone)]
pub struct VerifyAuditTrail {
    /// Keeps the trail.
    pub audit: Arc<dyn AuditTrail>,
}

/// The reason the trail is not as it was written.
#[derive(Debug, thiserror::Error)]
pub enum VerifyAuditTrailError {
    /// An entry does not follow the one before it.
    #[error(transparent)]
    Broken(#[from] BrokenChain),
    /// The chain ends before its head, or elsewhere.
    #[error("the audit trail has {found} entries, and its head says {expected}")]
    Cut {
        /// The place of the last entry.
        found: u64,
        /// The place of the head.
        expected: u64,
    },
    /// No entry has the hash that was kept outside.
    #[error("entry {sequence} of the audit trail is not the one whose hash was kept")]
    NotTheKept {
        /// The place that was kept with it.
        sequence: u64,
    },
    /// A port failed.
    #[error(transparent)]
    Port(#[from] PortError),
}

impl VerifyAuditTrail {
    /// Returns the head of an unbroken chain. `kept` is the head that an earlier verification returned, as somebody
    /// kept it outside the database: the chain has to contain it.
    ///
    /// Entries that are appended meanwhile are not read.
    pub async fn execute(
        &self,
        kept: Option<ChainHead>,
    ) -> Result<ChainHead, VerifyAuditTrailError> {
        let end = self.audit.audit_head().await?;
        let mut head = ChainHead::EMPTY;
        let mut is_found = kept.is_none_or(|kept| kept == head);
        while head.sequence < end.sequence {
            let next = self.audit.read_audit_chain(head.sequence, BATCH).await?;
            if next.is_empty() {
                break;
            }
            for entry in next {
                if head.sequence == end.sequence {
                    break;
                }
                head = head.accept(&entry)?;
                is_found |= kept == Some(head);
            }
        }
        if head != end {
            return Err(cut(head, end));
        }
        match kept {
            Some(kept) if !is_found => Err(VerifyAuditTrailError::NotTheKept {
                sequence: kept.sequence,
            }),
            Some(_) | None => Ok(head),
        }
    }
}

/// Says where the chain ends. One of the right length ends with another hash, so its last entry is another one.
fn cut(found: ChainHead, expected: ChainHead) -> VerifyAuditTrailError {
    let sequence = found.sequence;
    if sequence == expected.sequence {
        return VerifyAuditTrailError::Broken(BrokenChain::Changed { sequence });
    }
    VerifyAuditTrailError::Cut {
        found: sequence,
        expected: expected.sequence,
    }
}
