//! Reviewer numbers.

use diesel::prelude::*;
use otp_core::ids::{AccountId, ReviewerNumberId};
use otp_core::reviewer::ReviewerNumber;
use otp_core::sealing::{RecipientIndex, Sealed};
use otp_core::time::Timestamp;

use crate::Col;
use crate::schema::reviewer_numbers;

/// A reviewer number of an account.
#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = reviewer_numbers)]
pub struct ReviewerNumberRow {
    id: Col<ReviewerNumberId>,
    account_id: Col<AccountId>,
    recipient_index: Col<RecipientIndex>,
    recipient: Col<Sealed>,
    code: Col<Sealed>,
    created_at: Col<Timestamp>,
    expires_at: Col<Timestamp>,
}

impl From<&ReviewerNumber> for ReviewerNumberRow {
    fn from(number: &ReviewerNumber) -> Self {
        Self {
            id: Col(number.id),
            account_id: Col(number.account_id),
            recipient_index: Col(number.recipient_index),
            recipient: Col(number.recipient.clone()),
            code: Col(number.code.clone()),
            created_at: Col(number.created_at),
            expires_at: Col(number.expires_at),
        }
    }
}

impl From<ReviewerNumberRow> for ReviewerNumber {
    fn from(row: ReviewerNumberRow) -> Self {
        Self {
            id: row.id.0,
            account_id: row.account_id.0,
            recipient_index: row.recipient_index.0,
            recipient: row.recipient.0,
            code: row.code.0,
            created_at: row.created_at.0,
            expires_at: row.expires_at.0,
        }
    }
}
