//! Open the house account: makes the gateway's own account at the first start.

use std::sync::Arc;

use crate::account::{HOUSE_ACCOUNT, HOUSE_CREDITS};
use crate::audit::{Actor, AuditAction, AuditEntry};
use crate::credits::ledger::{EntryKind, LedgerEntry};
use crate::ids::SubscriptionId;
use crate::ports::{Accounts, PortError, Subscriptions};
use crate::subscription::Subscription;
use crate::usecases::create_account::{CreateAccount, NewAccount};

/// Opens the house account.
#[derive(Clone)]
pub struct OpenHouseAccount {
    /// Finds the account.
    pub accounts: Arc<dyn Accounts>,
    /// Makes it.
    pub create_account: CreateAccount,
    /// Grants its credits.
    pub subscriptions: Arc<dyn Subscriptions>,
}

impl OpenHouseAccount {
    /// Makes the account with its credits, unless it exists.
    ///
    /// Several processes may do so at the same time, and each of them may be killed at any moment: whoever comes next
    /// adds what is missing, and nothing twice.
    pub async fn execute(&self, new: NewAccount) -> Result<(), PortError> {
        if self.accounts.find(HOUSE_ACCOUNT).await?.is_none() {
            self.create(new).await?;
        }
        if self.subscriptions.list(HOUSE_ACCOUNT).await?.is_empty() {
            self.grant().await?;
        }
        Ok(())
    }

    async fn create(&self, new: NewAccount) -> Result<(), PortError> {
        let (account, key) = self.create_account.make_with_id(HOUSE_ACCOUNT, new)?;
        let entry = self.create_account.entry(&account, Actor::gateway());
        unless_there(self.accounts.create(&account, &key, &entry).await)
    }

    async fn grant(&self) -> Result<(), PortError> {
        let (now, randomness) = (
            self.create_account.clock.now(),
            &*self.create_account.randomness,
        );
        // Another process that grants at the same time has the same id.
        let id = SubscriptionId(HOUSE_ACCOUNT.0);
        let subscription = Subscription {
            id,
            account_id: HOUSE_ACCOUNT,
            plan_id: None,
            credits: HOUSE_CREDITS,
            remaining: HOUSE_CREDITS,
            created_at: now,
            revoked_at: None,
        };
        let grant = LedgerEntry {
            account_id: HOUSE_ACCOUNT,
            subscription_id: id,
            message_id: None,
            kind: EntryKind::Grant,
            credits: HOUSE_CREDITS,
            at: now,
        };
        let (by, action) = (Actor::gateway(), AuditAction::GrantSubscription);
        let entry = AuditEntry::new(by, action, id.0, now, randomness);
        let granted = self.subscriptions.grant(&subscription, &grant, &entry);
        unless_there(granted.await)
    }
}

/// Takes it as done that another process was faster.
fn unless_there(done: Result<(), PortError>) -> Result<(), PortError> {
    match done {
        Err(PortError::Conflict(_)) => Ok(()),
        done => done,
    }
}
