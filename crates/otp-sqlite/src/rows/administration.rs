//! Rows of what operators administer: accounts, keys, plans, senders and templates.

use diesel::prelude::*;
use otp_core::account::{Account, SealedContact};
use otp_core::api_key::{ApiKey, ApiKeyHash};
use otp_core::channel::whatsapp::{ProviderId, Sender};
use otp_core::ids::{AccountId, ApiKeyId, PlanId, SenderId};
use otp_core::plan::{Currency, Money, Plan};
use otp_core::sealing::Sealed;
use otp_core::time::Timestamp;

use crate::errors::StoreError;
use crate::rows::{Id, read_credits, read_hash, read_language};
use crate::schema;

#[derive(Insertable, Queryable, Selectable)]
#[diesel(table_name = schema::accounts)]
pub(crate) struct AccountRow {
    id: Id,
    name: Vec<u8>,
    email: Vec<u8>,
    phone: Vec<u8>,
    company: Vec<u8>,
    address: Option<Vec<u8>>,
    default_language: String,
    created_at: i64,
}

impl From<&Account> for AccountRow {
    fn from(account: &Account) -> Self {
        let contact = account.contact.clone();
        Self {
            id: Id(account.id.0),
            name: contact.name.0,
            email: contact.email.0,
            phone: contact.phone.0,
            company: contact.company.0,
            address: contact.address.map(|address| address.0),
            default_language: account.default_language.as_str().to_owned(),
            created_at: account.created_at.unix_millis(),
        }
    }
}

impl TryFrom<AccountRow> for Account {
    type Error = StoreError;
    fn try_from(row: AccountRow) -> Result<Self, StoreError> {
        Ok(Self {
            id: AccountId(row.id.0),
            contact: SealedContact {
                name: Sealed(row.name),
                email: Sealed(row.email),
                phone: Sealed(row.phone),
                company: Sealed(row.company),
                address: row.address.map(Sealed),
            },
            default_language: read_language(&row.default_language, "accounts.default_language")?,
            created_at: Timestamp::from_unix_millis(row.created_at),
        })
    }
}

#[derive(Insertable, Queryable, Selectable)]
#[diesel(table_name = schema::api_keys)]
pub(crate) struct ApiKeyRow {
    id: Id,
    account_id: Id,
    name: String,
    hash: Vec<u8>,
    hint: String,
    created_at: i64,
    expires_at: Option<i64>,
    revoked_at: Option<i64>,
}

impl From<&ApiKey> for ApiKeyRow {
    fn from(key: &ApiKey) -> Self {
        Self {
            id: Id(key.id.0),
            account_id: Id(key.account_id.0),
            name: key.name.clone(),
            hash: key.hash.0.to_vec(),
            hint: key.hint.clone(),
            created_at: key.created_at.unix_millis(),
            expires_at: key.expires_at.map(Timestamp::unix_millis),
            revoked_at: key.revoked_at.map(Timestamp::unix_millis),
        }
    }
}

impl TryFrom<ApiKeyRow> for ApiKey {
    type Error = StoreError;
    fn try_from(row: ApiKeyRow) -> Result<Self, StoreError> {
        Ok(Self {
            id: ApiKeyId(row.id.0),
            account_id: AccountId(row.account_id.0),
            name: row.name,
            hash: ApiKeyHash(read_hash(&row.hash, "api_keys.hash")?),
            hint: row.hint,
            created_at: Timestamp::from_unix_millis(row.created_at),
            expires_at: row.expires_at.map(Timestamp::from_unix_millis),
            revoked_at: row.revoked_at.map(Timestamp::from_unix_millis),
        })
    }
}

#[derive(Insertable, Queryable, Selectable)]
#[diesel(table_name = schema::plans)]
pub(crate) struct PlanRow {
    id: Id,
    name: String,
    credits: i64,
    price_minor: Option<i64>,
    price_currency: Option<String>,
    created_at: i64,
}

impl From<&Plan> for PlanRow {
    fn from(plan: &Plan) -> Self {
        Self {
            id: Id(plan.id.0),
            name: plan.name.clone(),
            credits: plan.credits.get(),
            price_minor: plan.price.map(|price| price.minor_units),
            price_currency: plan.price.map(|price| price.currency.as_str().to_owned()),
            created_at: plan.created_at.unix_millis(),
        }
    }
}

impl TryFrom<PlanRow> for Plan {
    type Error = StoreError;
    fn try_from(row: PlanRow) -> Result<Self, StoreError> {
        let money = |(minor_units, currency): (i64, String)| {
            let currency = Currency::parse(&currency)
                .map_err(|_| StoreError::Unreadable("plans.price_currency"))?;
            Ok::<_, StoreError>(Money {
                minor_units,
                currency,
            })
        };
        Ok(Self {
            id: PlanId(row.id.0),
            name: row.name,
            credits: read_credits(row.credits, "plans.credits")?,
            price: row
                .price_minor
                .zip(row.price_currency)
                .map(money)
                .transpose()?,
            created_at: Timestamp::from_unix_millis(row.created_at),
        })
    }
}

#[derive(Insertable, Queryable, Selectable)]
#[diesel(table_name = schema::senders)]
pub(crate) struct SenderRow {
    id: Id,
    account_id: Id,
    phone_number_id: String,
    waba_id: String,
    phone: Vec<u8>,
    access_token: Vec<u8>,
    created_at: i64,
}

impl From<&Sender> for SenderRow {
    fn from(sender: &Sender) -> Self {
        Self {
            id: Id(sender.id.0),
            account_id: Id(sender.account_id.0),
            phone_number_id: sender.phone_number_id.as_str().to_owned(),
            waba_id: sender.waba_id.as_str().to_owned(),
            phone: sender.phone.0.clone(),
            access_token: sender.access_token.0.clone(),
            created_at: sender.created_at.unix_millis(),
        }
    }
}

impl TryFrom<SenderRow> for Sender {
    type Error = StoreError;
    fn try_from(row: SenderRow) -> Result<Self, StoreError> {
        let provider_id = |text: &str, column| {
            ProviderId::parse(text).map_err(|_| StoreError::Unreadable(column))
        };
        Ok(Self {
            id: SenderId(row.id.0),
            account_id: AccountId(row.account_id.0),
            phone_number_id: provider_id(&row.phone_number_id, "senders.phone_number_id")?,
            waba_id: provider_id(&row.waba_id, "senders.waba_id")?,
            phone: Sealed(row.phone),
            access_token: Sealed(row.access_token),
            created_at: Timestamp::from_unix_millis(row.created_at),
        })
    }
}
