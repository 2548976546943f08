//! Notices as rows.

use diesel::prelude::*;
use otp_core::ids::{AccountId, NoticeId};
use otp_core::notice::{MailNotice, NoticeKind, NoticeState, QueuedNotice};
use otp_core::time::Timestamp;
use otp_core::ui_language::UiLanguage;

use super::Id;
use crate::errors::StoreError;
use crate::schema;

#[derive(Queryable, Selectable)]
#[diesel(table_name = schema::notices)]
pub(crate) struct NoticeRow {
    id: Id,
    account_id: Id,
    kind: i16,
    details: String,
    language: Option<i16>,
    created_at: i64,
    state: i16,
    due_at: i64,
    attempts: i32,
    failure: Option<String>,
}

impl TryFrom<NoticeRow> for QueuedNotice {
    type Error = StoreError;
    fn try_from(row: NoticeRow) -> Result<Self, StoreError> {
        let unreadable = StoreError::Unreadable;
        let language = row.language.map(|code| {
            UiLanguage::from_code(code).ok_or(StoreError::Unreadable("notices.language"))
        });
        Ok(Self {
            notice: MailNotice {
                id: NoticeId(row.id.0),
                account_id: AccountId(row.account_id.0),
                kind: NoticeKind::read(row.kind, &row.details)
                    .ok_or(unreadable("notices.details"))?,
                language: language.transpose()?,
                created_at: Timestamp::from_unix_millis(row.created_at),
            },
            state: NoticeState::from_code(row.state).ok_or(unreadable("notices.state"))?,
            attempts: u32::try_from(row.attempts).map_err(|_| unreadable("notices.attempts"))?,
            due_at: Timestamp::from_unix_millis(row.due_at),
            failure: row.failure,
        })
    }
}
