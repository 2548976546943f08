//! Rows of senders' health.

use diesel::prelude::*;
use otp_core::channel::whatsapp::health::{Quality, SenderHealth, SenderStop, StoppedBy};
use otp_core::ids::SenderId;
use otp_core::message::Failure;
use otp_core::ports::{ProviderRefusal, RefusalScope};
use otp_core::time::Timestamp;

use crate::errors::StoreError;
use crate::rows::Id;
use crate::schema;

#[derive(Insertable, AsChangeset, Queryable, Selectable)]
#[diesel(table_name = schema::sender_health)]
#[diesel(primary_key(sender_id))]
#[diesel(treat_none_as_null = true)]
pub(crate) struct SenderHealthRow {
    sender_id: Id,
    stopped_at: Option<i64>,
    stopped_by: Option<i16>,
    stop_http_status: Option<i32>,
    stop_message: Option<String>,
    stop_code: Option<i32>,
    stop_title: Option<String>,
    stop_reason: Option<String>,
    quality: Option<i16>,
    messaging_limit: Option<String>,
    checked_at: Option<i64>,
    check_at: Option<i64>,
}

impl From<&SenderHealth> for SenderHealthRow {
    fn from(health: &SenderHealth) -> Self {
        let stop = health.stop.as_ref();
        let refusal = stop.map(|stop| &stop.refusal);
        let failure = refusal.map(|refusal| &refusal.failure);
        Self {
            sender_id: Id(health.sender_id.0),
            stopped_at: stop.map(|stop| stop.since).map(Timestamp::unix_millis),
            stopped_by: stop.map(|stop| stop.by.code()),
            stop_http_status: refusal
                .and_then(|refusal| refusal.http_status)
                .map(i32::from),
            stop_message: refusal.map(|refusal| refusal.message.clone()),
            stop_code: failure.and_then(|failure| failure.code),
            stop_title: failure.map(|failure| failure.title.clone()),
            stop_reason: failure.map(|failure| failure.reason.clone()),
            quality: health.quality.map(Quality::code),
            messaging_limit: health.messaging_limit.clone(),
            checked_at: health.checked_at.map(Timestamp::unix_millis),
            check_at: health.check_at.map(Timestamp::unix_millis),
        }
    }
}

impl TryFrom<SenderHealthRow> for SenderHealth {
    type Error = StoreError;
    fn try_from(row: SenderHealthRow) -> Result<Self, StoreError> {
        let unreadable = || StoreError::Unreadable("sender_health.stopped_by");
        let since = row.stopped_at.map(Timestamp::from_unix_millis);
        let said = row.stop_message.zip(row.stop_title).zip(row.stop_reason);
        let stop = match since.zip(row.stopped_by).zip(said) {
            Some(((since, by), ((message, title), reason))) => Some(SenderStop {
                since,
                by: StoppedBy::from_code(by).ok_or_else(unreadable)?,
                refusal: ProviderRefusal {
                    http_status: row
                        .stop_http_status
                        .and_then(|status| u16::try_from(status).ok()),
                    message,
                    failure: Failure {
                        code: row.stop_code,
                        title,
                        reason,
                    },
                    scope: RefusalScope::SenderUntilFixed,
                },
            }),
            None => None,
        };
        let quality = row.quality.map(|code| {
            Quality::from_code(code).ok_or(StoreError::Unreadable("sender_health.quality"))
        });
        Ok(Self {
            sender_id: SenderId(row.sender_id.0),
            stop,
            quality: quality.transpose()?,
            messaging_limit: row.messaging_limit,
            checked_at: row.checked_at.map(Timestamp::from_unix_millis),
            check_at: row.check_at.map(Timestamp::from_unix_millis),
        })
    }
}
