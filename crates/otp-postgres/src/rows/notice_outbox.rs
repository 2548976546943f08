//! Notices as rows.

use diesel::prelude::*;
use otp_core::ids::{AccountId, NoticeId};
use otp_core::notice::{MailNotice, NoticeKind, NoticeState, QueuedNotice};
use otp_core::ui_language::UiLanguage;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::errors::Unreadable;
use crate::schema::notices;

#[derive(Queryable, Selectable)]
#[diesel(table_name = notices, check_for_backend(diesel::pg::Pg))]
pub(crate) struct NoticeRow {
    id: Uuid,
    account_id: Uuid,
    kind: i16,
    details: String,
    language: Option<i16>,
    created_at: OffsetDateTime,
    state: i16,
    due_at: OffsetDateTime,
    attempts: i32,
    failure: Option<String>,
}

impl TryFrom<NoticeRow> for QueuedNotice {
    type Error = Unreadable;

    fn try_from(row: NoticeRow) -> Result<Self, Unreadable> {
        let language = row
            .language
            .map(|code| UiLanguage::from_code(code).ok_or(Unreadable("notices.language")));
        Ok(Self {
            notice: MailNotice {
                id: NoticeId(row.id),
                account_id: AccountId(row.account_id),
                kind: NoticeKind::read(row.kind, &row.details)
                    .ok_or(Unreadable("notices.details"))?,
                language: language.transpose()?,
                created_at: row.created_at.into(),
            },
            state: NoticeState::from_code(row.state).ok_or(Unreadable("notices.state"))?,
            attempts: u32::try_from(row.attempts).map_err(|_| Unreadable("notices.attempts"))?,
            due_at: row.due_at.into(),
            failure: row.failure,
        })
    }
}
