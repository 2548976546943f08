//! Senders and their health.

use diesel::prelude::*;
use otp_core::channel::whatsapp::health::{Quality, SenderHealth, SenderStop, StoppedBy};
use otp_core::channel::whatsapp::{ProviderId, Sender};
use otp_core::ids::{AccountId, SenderId};
use otp_core::message::Failure;
use otp_core::ports::{ProviderRefusal, RefusalScope};
use otp_core::sealing::Sealed;
use otp_core::time::Timestamp;

use crate::Col;
use crate::schema::{sender_health, senders};

/// A sender.
#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = senders)]
pub struct SenderRow {
    id: Col<SenderId>,
    account_id: Col<AccountId>,
    phone_number_id: Col<ProviderId>,
    waba_id: Col<ProviderId>,
    phone: Col<Sealed>,
    access_token: Col<Sealed>,
    created_at: Col<Timestamp>,
}

impl From<&Sender> for SenderRow {
    fn from(sender: &Sender) -> Self {
        Self {
            id: Col(sender.id),
            account_id: Col(sender.account_id),
            phone_number_id: Col(sender.phone_number_id.clone()),
            waba_id: Col(sender.waba_id.clone()),
            phone: Col(sender.phone.clone()),
            access_token: Col(sender.access_token.clone()),
            created_at: Col(sender.created_at),
        }
    }
}

impl From<SenderRow> for Sender {
    fn from(row: SenderRow) -> Self {
        Self {
            id: row.id.0,
            account_id: row.account_id.0,
            phone_number_id: row.phone_number_id.0,
            waba_id: row.waba_id.0,
            phone: row.phone.0,
            access_token: row.access_token.0,
            created_at: row.created_at.0,
        }
    }
}

/// The access token of a sender that was removed.
pub const NO_TOKEN: Sealed = Sealed(Vec::new());

/// The health of a sender.
#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = sender_health, primary_key(sender_id))]
pub struct SenderHealthRow {
    sender_id: Col<SenderId>,
    stopped_at: Col<Option<Timestamp>>,
    stopped_by: Col<Option<StoppedBy>>,
    stop_http_status: Col<Option<u16>>,
    stop_message: Col<Option<String>>,
    stop_code: Col<Option<i32>>,
    stop_title: Col<Option<String>>,
    stop_reason: Col<Option<String>>,
    quality: Col<Option<Quality>>,
    messaging_limit: Col<Option<String>>,
    checked_at: Col<Option<Timestamp>>,
    check_at: Col<Option<Timestamp>>,
}

impl From<&SenderHealth> for SenderHealthRow {
    fn from(health: &SenderHealth) -> Self {
        let stop = health.stop.as_ref();
        let refusal = stop.map(|stop| &stop.refusal);
        let failure = refusal.map(|refusal| &refusal.failure);
        Self {
            sender_id: Col(health.sender_id),
            stopped_at: Col(stop.map(|stop| stop.since)),
            stopped_by: Col(stop.map(|stop| stop.by)),
            stop_http_status: Col(refusal.and_then(|refusal| refusal.http_status)),
            stop_message: Col(refusal.map(|refusal| refusal.message.clone())),
            stop_code: Col(failure.and_then(|failure| failure.code)),
            stop_title: Col(failure.map(|failure| failure.title.clone())),
            stop_reason: Col(failure.map(|failure| failure.reason.clone())),
            quality: Col(health.quality),
            messaging_limit: Col(health.messaging_limit.clone()),
            checked_at: Col(health.checked_at),
            check_at: Col(health.check_at),
        }
    }
}

impl From<SenderHealthRow> for SenderHealth {
    fn from(row: SenderHealthRow) -> Self {
        Self {
            sender_id: row.sender_id.0,
            quality: row.quality.0,
            messaging_limit: row.messaging_limit.0.clone(),
            checked_at: row.checked_at.0,
            check_at: row.check_at.0,
            stop: row.into_stop(),
        }
    }
}

impl SenderHealthRow {
    /// The stop; a `CHECK` of the table keeps its parts together.
    fn into_stop(self) -> Option<SenderStop> {
        Some(SenderStop {
            since: self.stopped_at.0?,
            by: self.stopped_by.0?,
            refusal: ProviderRefusal {
                http_status: self.stop_http_status.0,
                message: self.stop_message.0?,
                failure: Failure {
                    code: self.stop_code.0,
                    title: self.stop_title.0?,
                    reason: self.stop_reason.0?,
                },
                scope: RefusalScope::SenderUntilFixed,
            },
        })
    }
}

/// A sender with its health, which is absent until it is first checked.
#[derive(Queryable, Selectable)]
#[diesel(table_name = senders)]
pub struct CheckedSenderRow {
    #[diesel(embed)]
    sender: SenderRow,
    #[diesel(embed)]
    health: Option<SenderHealthRow>,
}

/// A sender, and why it is stopped, if it is.
impl From<CheckedSenderRow> for (Sender, Option<SenderStop>) {
    fn from(row: CheckedSenderRow) -> Self {
        let stop = row.health.and_then(SenderHealthRow::into_stop);
        (row.sender.into(), stop)
    }
}
