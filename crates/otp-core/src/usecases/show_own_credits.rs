//! Show own credits: a person sees the subscriptions of their account, and every change of its balance.

use std::sync::Arc;

use crate::credits::ledger::{LedgerLine, LedgerPosition};
use crate::ids::AccountId;
use crate::person::permission::AccountAction;
use crate::ports::{PortError, Subscriptions};
use crate::subscription::Subscription;
use crate::usecases::resume_session::Viewer;

/// The lines of a page.
pub const LINES: usize = 20;

/// At most this many lines are exported, the newest ones.
pub const MAX_EXPORTED: usize = 10_000;

/// Shows the credits of a person's account.
#[derive(Clone)]
pub struct ShowOwnCredits {
    /// Finds subscriptions and their ledger.
    pub subscriptions: Arc<dyn Subscriptions>,
}

/// A page of the changes of a balance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// The changes, newest first.
    pub lines: Vec<LedgerLine>,
    /// The start of the next page, if there is one.
    pub next: Option<LedgerPosition>,
}

/// The reason nothing is shown.
#[derive(Debug, thiserror::Error)]
pub enum ShowOwnCreditsError {
    /// The person has no account, or their role does not allow it.
    #[error("the person has no account, or the role does not allow it")]
    NotFound,
    /// A port failed.
    #[error(transparent)]
    Port(#[from] PortError),
}

impl ShowOwnCredits {
    /// Returns the subscriptions, newest first.
    pub async fn subscriptions(
        &self,
        viewer: &Viewer,
    ) -> Result<Vec<Subscription>, ShowOwnCreditsError> {
        Ok(self.subscriptions.list(account_of(viewer)?).await?)
    }

    /// Returns a page of changes: the newest ones, or those before a position.
    pub async fn statement(
        &self,
        viewer: &Viewer,
        before: Option<LedgerPosition>,
    ) -> Result<Statement, ShowOwnCreditsError> {
        self.lines(viewer, before, LINES).await
    }

    /// Returns at most [`MAX_EXPORTED`] changes, newest first.
    pub async fn export(&self, viewer: &Viewer) -> Result<Vec<LedgerLine>, ShowOwnCreditsError> {
        Ok(self.lines(viewer, None, MAX_EXPORTED).await?.lines)
    }

    async fn lines(
        &self,
        viewer: &Viewer,
        before: Option<LedgerPosition>,
        most: usize,
    ) -> Result<Statement, ShowOwnCreditsError> {
        let account = account_of(viewer)?;
        let before = before.unwrap_or(LedgerPosition::END);
        // One more, to find out whether there is another page.
        let found = self.subscriptions.ledger_before(account, before, most + 1);
        let mut lines = found.await?;
        let has_more = lines.len() > most;
        lines.truncate(most);
        let last = lines.last().map(|line| line.position);
        Ok(Statement {
            next: last.filter(|_| has_more),
            lines,
        })
    }
}

fn account_of(viewer: &Viewer) -> Result<AccountId, ShowOwnCreditsError> {
    let account = viewer.account_for(AccountAction::Look);
    account.ok_or(ShowOwnCreditsError::NotFound)
}
