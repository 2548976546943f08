//! Accounts and their API keys.

use diesel::prelude::*;
use otp_core::account::{Account, AccountChange, AccountRules, AccountStanding, SealedContact};
use otp_core::api_key::{ApiKey, ApiKeyHash};
use otp_core::ids::{AccountId, ApiKeyId};
use otp_core::language::LanguageTag;
use otp_core::notice::{LowBalance, MutedTopics};
use otp_core::proof::ProofSubject;
use otp_core::sealing::Sealed;
use otp_core::time::Timestamp;
use otp_core::webhook::WantedEvents;

use crate::Col;
use crate::schema::{accounts, api_keys};

/// An account.
#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = accounts)]
pub struct AccountRow {
    id: Col<AccountId>,
    test_of: Col<Option<AccountId>>,
    name: Col<Sealed>,
    email: Col<Sealed>,
    phone: Col<Sealed>,
    company: Col<Sealed>,
    address: Col<Option<Sealed>>,
    default_language: Col<LanguageTag>,
    low_balance_percent: Col<LowBalance>,
    standing: Col<AccountStanding>,
    proof_subject: Col<ProofSubject>,
    email_sender: Col<Option<Sealed>>,
    muted_topics: Col<MutedTopics>,
    webhook_events: Col<WantedEvents>,
    created_at: Col<Timestamp>,
}

impl From<&Account> for AccountRow {
    fn from(account: &Account) -> Self {
        let contact = account.contact.clone();
        Self {
            id: Col(account.id),
            test_of: Col(account.test_of),
            name: Col(contact.name),
            email: Col(contact.email),
            phone: Col(contact.phone),
            company: Col(contact.company),
            address: Col(contact.address),
            default_language: Col(account.default_language.clone()),
            low_balance_percent: Col(account.rules.low_balance),
            standing: Col(account.rules.standing),
            proof_subject: Col(account.proof_subject),
            email_sender: Col(account.email_sender.clone()),
            muted_topics: Col(account.muted_topics),
            webhook_events: Col(account.rules.wanted_events),
            created_at: Col(account.created_at),
        }
    }
}

impl From<AccountRow> for Account {
    fn from(row: AccountRow) -> Self {
        Self {
            id: row.id.0,
            test_of: row.test_of.0,
            contact: SealedContact {
                name: row.name.0,
                email: row.email.0,
                phone: row.phone.0,
                company: row.company.0,
                address: row.address.0,
            },
            default_language: row.default_language.0,
            rules: AccountRules {
                low_balance: row.low_balance_percent.0,
                standing: row.standing.0,
                wanted_events: row.webhook_events.0,
            },
            proof_subject: row.proof_subject.0,
            email_sender: row.email_sender.0,
            muted_topics: row.muted_topics.0,
            created_at: row.created_at.0,
        }
    }
}

/// A change of an account. What is `None` is not written, and what is `Some(None)` is removed.
#[derive(AsChangeset)]
#[diesel(table_name = accounts)]
pub struct AccountChangeRow {
    name: Option<Col<Sealed>>,
    email: Option<Col<Sealed>>,
    phone: Option<Col<Sealed>>,
    company: Option<Col<Sealed>>,
    address: Option<Col<Option<Sealed>>>,
    default_language: Option<Col<LanguageTag>>,
    low_balance_percent: Option<Col<LowBalance>>,
    standing: Option<Col<AccountStanding>>,
    proof_subject: Option<Col<ProofSubject>>,
    email_sender: Option<Col<Option<Sealed>>>,
    muted_topics: Option<Col<MutedTopics>>,
}

impl AccountChangeRow {
    /// Returns the change; `None` if it replaces nothing.
    pub fn of(change: &AccountChange) -> Option<Self> {
        if *change == AccountChange::default() {
            return None;
        }
        let change = change.clone();
        Some(Self {
            name: change.name.map(Col),
            email: change.email.map(Col),
            phone: change.phone.map(Col),
            company: change.company.map(Col),
            address: change.address.map(Col),
            default_language: change.default_language.map(Col),
            low_balance_percent: change.low_balance.map(Col),
            standing: change.standing.map(Col),
            proof_subject: change.proof_subject.map(Col),
            email_sender: change.email_sender.map(Col),
            muted_topics: change.muted_topics.map(Col),
        })
    }
}

/// An API key.
#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = api_keys)]
pub struct ApiKeyRow {
    id: Col<ApiKeyId>,
    account_id: Col<AccountId>,
    name: Col<String>,
    hash: Col<ApiKeyHash>,
    hint: Col<String>,
    created_at: Col<Timestamp>,
    expires_at: Col<Option<Timestamp>>,
    revoked_at: Col<Option<Timestamp>>,
    last_used_on: Col<Option<Timestamp>>,
}

impl From<&ApiKey> for ApiKeyRow {
    fn from(key: &ApiKey) -> Self {
        Self {
            id: Col(key.id),
            account_id: Col(key.account_id),
            name: Col(key.name.clone()),
            hash: Col(key.hash),
            hint: Col(key.hint.clone()),
            created_at: Col(key.created_at),
            expires_at: Col(key.expires_at),
            revoked_at: Col(key.revoked_at),
            last_used_on: Col(key.last_used_on),
        }
    }
}

impl From<ApiKeyRow> for ApiKey {
    fn from(row: ApiKeyRow) -> Self {
        Self {
            id: row.id.0,
            account_id: row.account_id.0,
            name: row.name.0,
            hash: row.hash.0,
            hint: row.hint.0,
            created_at: row.created_at.0,
            expires_at: row.expires_at.0,
            revoked_at: row.revoked_at.0,
            last_used_on: row.last_used_on.0,
        }
    }
}
