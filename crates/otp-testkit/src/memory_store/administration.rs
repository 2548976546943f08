//! The administrative ports in memory.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use async_trait::async_trait;
use otp_core::account::{Account, AccountChange};
use otp_core::api_key::ApiKey;
use otp_core::audit::AuditEntry;
use otp_core::channel::whatsapp::Sender;
use otp_core::credits::Credits;
use otp_core::credits::ledger::{LedgerEntry, LedgerLine, LedgerPosition, lines};
use otp_core::ids::{AccountId, ApiKeyId, PlanId, SenderId, SubscriptionId};
use otp_core::keyring::{KeyOwner, WrappedKey};
use otp_core::page::PagePosition;
use otp_core::plan::Plan;
use otp_core::ports::{Accounts, ApiKeys, Plans, PortError, Prices, Senders, Subscriptions};
use otp_core::pricing::{PriceChange, PriceKey};
use otp_core::sealing::Sealed;
use otp_core::subscription::Subscription;
use otp_core::time::Timestamp;

use super::{MemoryStore, State, conflict};

impl State {
    pub(super) fn require_account(&self, id: AccountId) -> Result<(), PortError> {
        let known = self.accounts.iter().any(|account| account.id == id);
        if known {
            Ok(())
        } else {
            Err(conflict("no account has that id"))
        }
    }

    pub(super) fn require_plan(&self, id: PlanId) -> Result<(), PortError> {
        if self.plans.iter().any(|plan| plan.id == id) {
            Ok(())
        } else {
            Err(conflict("no plan has that id"))
        }
    }

    /// Adds a subscription with its entry of the ledger, or nothing.
    pub(super) fn grant(
        &mut self,
        subscription: &Subscription,
        grant: &LedgerEntry,
    ) -> Result<(), PortError> {
        self.require_account(subscription.account_id)?;
        subscription
            .plan_id
            .map_or(Ok(()), |id| self.require_plan(id))?;
        if self
            .subscriptions
            .iter()
            .any(|row| row.id == subscription.id)
        {
            return Err(conflict("a subscription has that id"));
        }
        self.subscriptions.push(subscription.clone());
        self.ledger.push(grant.clone());
        self.report([subscription.activated()]);
        Ok(())
    }
}

fn apply(account: &mut Account, change: AccountChange) {
    let (contact, rules) = (&mut account.contact, &mut account.rules);
    replace(&mut contact.name, change.name);
    replace(&mut contact.email, change.email);
    replace(&mut contact.phone, change.phone);
    replace(&mut contact.company, change.company);
    replace(&mut contact.address, change.address);
    replace(&mut account.default_language, change.default_language);
    replace(&mut rules.low_balance, change.low_balance);
    replace(&mut rules.standing, change.standing);
    replace(&mut account.proof_subject, change.proof_subject);
    replace(&mut account.email_sender, change.email_sender);
    replace(&mut account.muted_topics, change.muted_topics);
}

/// Replaces a value if there is a new one.
fn replace<T>(value: &mut T, new: Option<T>) {
    if let Some(new) = new {
        *value = new;
    }
}

#[async_trait]
impl Accounts for MemoryStore {
    async fn create(
        &self,
        account: &Account,
        key: &WrappedKey,
        entry: &AuditEntry,
    ) -> Result<(), PortError> {
        let mut state = self.state();
        if let Some(of) = account.test_of {
            state.require_account(of)?;
            if state.accounts.iter().any(|row| row.test_of == Some(of)) {
                return Err(conflict("the account has a test account already"));
            }
        }
        let owner = KeyOwner::Account(account.id);
        state.keyring.insert(owner, key.clone());
        state.accounts.push(account.clone());
        state.append_audit(entry);
        Ok(())
    }

    async fn change(
        &self,
        changes: &BTreeMap<AccountId, AccountChange>,
        entry: &AuditEntry,
    ) -> Result<bool, PortError> {
        let mut state = self.state();
        let is_known = |id: &AccountId| state.accounts.iter().any(|account| account.id == *id);
        if !changes.keys().all(is_known) {
            return Ok(false);
        }
        for account in &mut state.accounts {
            if let Some(change) = changes.get(&account.id) {
                apply(account, change.clone());
            }
        }
        state.append_audit(entry);
        Ok(true)
    }

    async fn find_test_account(&self, of: AccountId) -> Result<Option<Account>, PortError> {
        let state = self.state();
        let test = state.accounts.iter().find(|row| row.test_of == Some(of));
        Ok(test.cloned())
    }

    async fn find(&self, id: AccountId) -> Result<Option<Account>, PortError> {
        Ok(self
            .state()
            .accounts
            .iter()
            .find(|account| account.id == id)
            .cloned())
    }

    async fn list_accounts(
        &self,
        before: PagePosition,
        limit: usize,
    ) -> Result<Vec<Account>, PortError> {
        let mut found = self.state().accounts.clone();
        found.retain(|account| account.test_of.is_none() && PagePosition::of(account) < before);
        found.sort_unstable_by_key(|account| Reverse(PagePosition::of(account)));
        found.truncate(limit);
        Ok(found)
    }

    async fn list(&self) -> Result<Vec<Account>, PortError> {
        Ok(self.state().accounts.clone())
    }
}

#[async_trait]
impl ApiKeys for MemoryStore {
    async fn create(&self, key: &ApiKey, entry: &AuditEntry) -> Result<(), PortError> {
        let mut state = self.state();
        state.require_account(key.account_id)?;
        state.api_keys.push(key.clone());
        state.append_audit(entry);
        Ok(())
    }

    async fn find(&self, id: ApiKeyId) -> Result<Option<ApiKey>, PortError> {
        Ok(self
            .state()
            .api_keys
            .iter()
            .find(|key| key.id == id)
            .cloned())
    }

    async fn list(&self, account: AccountId) -> Result<Vec<ApiKey>, PortError> {
        let state = self.state();
        Ok(state
            .api_keys
            .iter()
            .filter(|key| key.account_id == account)
            .cloned()
            .collect())
    }

    async fn list_expiring(
        &self,
        after: Timestamp,
        until: Timestamp,
    ) -> Result<Vec<ApiKey>, PortError> {
        let state = self.state();
        let expires = |key: &&ApiKey| key.expires_at.is_some_and(|at| at > after && at <= until);
        let keys = state.api_keys.iter().filter(expires);
        let mut keys: Vec<_> = keys
            .filter(|key| key.revoked_at.is_none())
            .cloned()
            .collect();
        keys.sort_by_key(|key| (key.expires_at, key.id));
        Ok(keys)
    }

    async fn revoke(
        &self,
        id: ApiKeyId,
        at: Timestamp,
        entry: &AuditEntry,
    ) -> Result<bool, PortError> {
        let mut state = self.state();
        let Some(key) = state.api_keys.iter_mut().find(|key| key.id == id) else {
            return Ok(false);
        };
        if key.revoked_at.is_none() {
            key.revoked_at = Some(at);
            state.append_audit(entry);
        }
        Ok(true)
    }

    async fn keep_uses(&self, uses: &[(ApiKeyId, Timestamp)]) -> Result<(), PortError> {
        let mut state = self.state();
        for (id, day) in uses {
            let key = state.api_keys.iter_mut().find(|key| key.id == *id);
            if let Some(key) = key {
                key.last_used_on = key.last_used_on.max(Some(*day));
            }
        }
        Ok(())
    }

    async fn replace(
        &self,
        old: ApiKeyId,
        old_expires_at: Timestamp,
        successor: &ApiKey,
        entry: &AuditEntry,
    ) -> Result<(), PortError> {
        let mut state = self.state();
        state.require_account(successor.account_id)?;
        let old = state.api_keys.iter_mut().find(|key| key.id == old);
        old.ok_or_else(|| conflict("no API key has that id"))?
            .expires_at = Some(old_expires_at);
        state.api_keys.push(successor.clone());
        state.append_audit(entry);
        Ok(())
    }
}

#[async_trait]
impl Plans for MemoryStore {
    async fn create(&self, plan: &Plan, entry: &AuditEntry) -> Result<(), PortError> {
        let mut state = self.state();
        if state.plans.iter().any(|row| row.name == plan.name) {
            return Err(conflict("a plan has that name"));
        }
        state.plans.push(plan.clone());
        state.append_audit(entry);
        Ok(())
    }

    async fn find(&self, id: PlanId) -> Result<Option<Plan>, PortError> {
        Ok(self
            .state()
            .plans
            .iter()
            .find(|plan| plan.id == id)
            .cloned())
    }

    async fn retire(
        &self,
        id: PlanId,
        at: Timestamp,
        entry: &AuditEntry,
    ) -> Result<bool, PortError> {
        let mut state = self.state();
        let Some(plan) = state.plans.iter_mut().find(|plan| plan.id == id) else {
            return Ok(false);
        };
        if plan.retired_at.is_none() {
            plan.retired_at = Some(at);
            state.append_audit(entry);
        }
        Ok(true)
    }

    async fn list(&self) -> Result<Vec<Plan>, PortError> {
        Ok(self.state().plans.clone())
    }
}

#[async_trait]
impl Prices for MemoryStore {
    async fn set(
        &self,
        prices: &[(PriceKey, Credits)],
        entry: &AuditEntry,
    ) -> Result<(), PortError> {
        let mut state = self.state();
        state.prices.extend(prices.iter().copied());
        if !prices.is_empty() {
            state.append_audit(entry);
        }
        Ok(())
    }

    async fn replace_prices(
        &self,
        changes: &[PriceChange],
        entry: &AuditEntry,
    ) -> Result<bool, PortError> {
        let mut state = self.state();
        let table = &state.prices;
        let is_as_seen = |change: &PriceChange| table.get(&change.key).copied() == change.before;
        if !changes.iter().all(is_as_seen) {
            return Ok(false);
        }
        let changed = changes.iter().filter(|change| change.is_change());
        let changed: Vec<_> = changed.map(|change| (change.key, change.after)).collect();
        if !changed.is_empty() {
            state.prices.extend(changed);
            state.append_audit(entry);
        }
        Ok(true)
    }

    async fn unset(&self, key: PriceKey, entry: &AuditEntry) -> Result<bool, PortError> {
        let mut state = self.state();
        let removed = state.prices.remove(&key).is_some();
        if removed {
            state.append_audit(entry);
        }
        Ok(removed)
    }

    async fn list(&self) -> Result<Vec<(PriceKey, Credits)>, PortError> {
        Ok(self
            .state()
            .prices
            .iter()
            .map(|(key, price)| (*key, *price))
            .collect())
    }
}

#[async_trait]
impl Senders for MemoryStore {
    async fn add(&self, sender: &Sender, entry: &AuditEntry) -> Result<(), PortError> {
        let mut state = self.state();
        state.require_account(sender.account_id)?;
        if state.senders.iter().any(|row| {
            row.account_id == sender.account_id && row.phone_number_id == sender.phone_number_id
        }) {
            return Err(conflict("the account has that number already"));
        }
        state.senders.push(sender.clone());
        state.append_audit(entry);
        Ok(())
    }

    async fn find(&self, id: SenderId) -> Result<Option<Sender>, PortError> {
        let state = self.state();
        Ok(state.senders.iter().find(|sender| sender.id == id).cloned())
    }

    async fn replace_token(
        &self,
        id: SenderId,
        token: &Sealed,
        entry: &AuditEntry,
    ) -> Result<bool, PortError> {
        let mut state = self.state();
        let Some(sender) = state.senders.iter_mut().find(|sender| sender.id == id) else {
            return Ok(false);
        };
        sender.access_token = token.clone();
        state.append_audit(entry);
        Ok(true)
    }

    async fn remove(
        &self,
        id: SenderId,
        _: Timestamp,
        entry: &AuditEntry,
    ) -> Result<bool, PortError> {
        let mut state = self.state();
        let Some(index) = state.senders.iter().position(|sender| sender.id == id) else {
            return Ok(false);
        };
        let mut sender = state.senders.remove(index);
        sender.access_token = Sealed(Vec::new());
        state.removed_senders.push(sender);
        state.sender_health.remove(&id);
        state.append_audit(entry);
        Ok(true)
    }

    async fn list(&self) -> Result<Vec<Sender>, PortError> {
        Ok(self.state().senders.clone())
    }
}

#[async_trait]
impl Subscriptions for MemoryStore {
    async fn grant(
        &self,
        subscription: &Subscription,
        grant: &LedgerEntry,
        entry: &AuditEntry,
    ) -> Result<(), PortError> {
        let mut state = self.state();
        state.grant(subscription, grant)?;
        state.append_audit(entry);
        Ok(())
    }

    async fn revoke_subscription(
        &self,
        id: SubscriptionId,
        at: Timestamp,
        entry: &AuditEntry,
    ) -> Result<Option<Subscription>, PortError> {
        let mut state = self.state();
        let Some(row) = state.subscriptions.iter_mut().find(|row| row.id == id) else {
            return Ok(None);
        };
        let was_revoked = row.revoked_at.is_some();
        let taken = row.revoke(at);
        let revoked = row.clone();
        state.ledger.extend(taken);
        if !was_revoked {
            state.append_audit(entry);
        }
        Ok(Some(revoked))
    }

    async fn list(&self, account: AccountId) -> Result<Vec<Subscription>, PortError> {
        let state = self.state();
        let mut found: Vec<_> = state
            .subscriptions
            .iter()
            .filter(|row| row.account_id == account)
            .cloned()
            .collect();
        found.sort_by_key(|row| std::cmp::Reverse((row.created_at, row.id)));
        Ok(found)
    }

    async fn ledger(&self, account: AccountId) -> Result<Vec<LedgerEntry>, PortError> {
        let state = self.state();
        Ok(state
            .ledger
            .iter()
            .filter(|entry| entry.account_id == account)
            .cloned()
            .collect())
    }

    async fn ledger_before(
        &self,
        account: AccountId,
        before: LedgerPosition,
        limit: usize,
    ) -> Result<Vec<LedgerLine>, PortError> {
        let state = self.state();
        let of_account = (0..).zip(&state.ledger);
        let of_account = of_account.filter(|(_, entry)| entry.account_id == account);
        let mut entries: Vec<_> = of_account
            .map(|(place, entry)| (LedgerPosition(place), entry.clone()))
            .filter(|(position, _)| *position < before)
            .collect();
        let balance = entries.iter().map(|(_, entry)| entry.signed_amount()).sum();
        entries.reverse();
        entries.truncate(limit);
        Ok(lines(entries, balance))
    }
}
