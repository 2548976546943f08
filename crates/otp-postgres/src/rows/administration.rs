//! Rows of what operators administer: accounts, keys, plans, senders and templates.

use diesel::prelude::*;
use otp_core::account::{Account, SealedContact};
use otp_core::api_key::{ApiKey, ApiKeyHash};
use otp_core::channel::whatsapp::{ProviderId, Sender};
use otp_core::ids::{AccountId, ApiKeyId, PlanId, SenderId};
use otp_core::plan::{Currency, Money, Plan};
use otp_core::sealing::Sealed;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::errors::Unreadable;
use crate::rows::{read_credits, read_hash, read_language, read_optional, written_credits};
use crate::schema::{accounts, api_keys, plans, senders};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = accounts, check_for_backend(diesel::pg::Pg))]
pub(crate) struct AccountRow {
    id: Uuid,
    name: Vec<u8>,
    email: Vec<u8>,
    phone: Vec<u8>,
    company: Vec<u8>,
    address: Option<Vec<u8>>,
    default_language: String,
    created_at: OffsetDateTime,
}

impl From<&Account> for AccountRow {
    fn from(account: &Account) -> Self {
        let contact = account.contact.clone();
        Self {
            id: account.id.0,
            name: contact.name.0,
            email: contact.email.0,
            phone: contact.phone.0,
            company: contact.company.0,
            address: contact.address.map(|sealed| sealed.0),
            default_language: account.default_language.as_str().to_owned(),
            created_at: account.created_at.into(),
        }
    }
}

impl TryFrom<AccountRow> for Account {
    type Error = Unreadable;

    fn try_from(row: AccountRow) -> Result<Self, Unreadable> {
        Ok(Self {
            id: AccountId(row.id),
            contact: SealedContact {
                name: Sealed(row.name),
                email: Sealed(row.email),
                phone: Sealed(row.phone),
                company: Sealed(row.company),
                address: row.address.map(Sealed),
            },
            default_language: read_language(&row.default_language, "accounts.default_language")?,
            created_at: row.created_at.into(),
        })
    }
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = api_keys, check_for_backend(diesel::pg::Pg))]
pub(crate) struct ApiKeyRow {
    id: Uuid,
    account_id: Uuid,
    name: String,
    hash: Vec<u8>,
    hint: String,
    created_at: OffsetDateTime,
    expires_at: Option<OffsetDateTime>,
    revoked_at: Option<OffsetDateTime>,
}

impl From<&ApiKey> for ApiKeyRow {
    fn from(key: &ApiKey) -> Self {
        Self {
            id: key.id.0,
            account_id: key.account_id.0,
            name: key.name.clone(),
            hash: key.hash.0.to_vec(),
            hint: key.hint.clone(),
            created_at: key.created_at.into(),
            expires_at: key.expires_at.map(Into::into),
            revoked_at: key.revoked_at.map(Into::into),
        }
    }
}

impl TryFrom<ApiKeyRow> for ApiKey {
    type Error = Unreadable;

    fn try_from(row: ApiKeyRow) -> Result<Self, Unreadable> {
        Ok(Self {
            id: ApiKeyId(row.id),
            account_id: AccountId(row.account_id),
            name: row.name,
            hash: ApiKeyHash(read_hash(&row.hash, "api_keys.hash")?),
            hint: row.hint,
            created_at: row.created_at.into(),
            expires_at: read_optional(row.expires_at),
            revoked_at: read_optional(row.revoked_at),
        })
    }
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = plans, check_for_backend(diesel::pg::Pg))]
pub(crate) struct PlanRow {
    id: Uuid,
    name: String,
    credits: i32,
    price_minor: Option<i64>,
    price_currency: Option<String>,
    created_at: OffsetDateTime,
}

impl From<&Plan> for PlanRow {
    fn from(plan: &Plan) -> Self {
        Self {
            id: plan.id.0,
            name: plan.name.clone(),
            credits: written_credits(plan.credits),
            price_minor: plan.price.map(|price| price.minor_units),
            price_currency: plan.price.map(|price| price.currency.as_str().to_owned()),
            created_at: plan.created_at.into(),
        }
    }
}

impl TryFrom<PlanRow> for Plan {
    type Error = Unreadable;

    fn try_from(row: PlanRow) -> Result<Self, Unreadable> {
        let price = match (row.price_minor, row.price_currency) {
            (Some(minor_units), Some(currency)) => Some(Money {
                minor_units,
                currency: Currency::parse(&currency)
                    .map_err(|_| Unreadable("plans.price_currency"))?,
            }),
            (_, None) | (None, _) => None,
        };
        Ok(Self {
            id: PlanId(row.id),
            name: row.name,
            credits: read_credits(row.credits, "plans.credits")?,
            price,
            created_at: row.created_at.into(),
        })
    }
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = senders, check_for_backend(diesel::pg::Pg))]
pub(crate) struct SenderRow {
    id: Uuid,
    account_id: Uuid,
    phone_number_id: String,
    waba_id: String,
    phone: Vec<u8>,
    access_token: Vec<u8>,
    created_at: OffsetDateTime,
}

impl From<&Sender> for SenderRow {
    fn from(sender: &Sender) -> Self {
        Self {
            id: sender.id.0,
            account_id: sender.account_id.0,
            phone_number_id: sender.phone_number_id.as_str().to_owned(),
            waba_id: sender.waba_id.as_str().to_owned(),
            phone: sender.phone.0.clone(),
            access_token: sender.access_token.0.clone(),
            created_at: sender.created_at.into(),
        }
    }
}

impl TryFrom<SenderRow> for Sender {
    type Error = Unreadable;

    fn try_from(row: SenderRow) -> Result<Self, Unreadable> {
        let provider_id =
            |text: &str, column| ProviderId::parse(text).map_err(|_| Unreadable(column));
        Ok(Self {
            id: SenderId(row.id),
            account_id: AccountId(row.account_id),
            phone_number_id: provider_id(&row.phone_number_id, "senders.phone_number_id")?,
            waba_id: provider_id(&row.waba_id, "senders.waba_id")?,
            phone: Sealed(row.phone),
            access_token: Sealed(row.access_token),
            created_at: row.created_at.into(),
        })
    }
}
