//! Notices in the outbox.

use diesel::prelude::*;
use otp_core::ids::{AccountId, NoticeId};
use otp_core::notice::{MailNotice, NoticeKind, NoticeState, QueuedNotice};
use otp_core::time::Timestamp;
use otp_core::ui_language::UiLanguage;

use crate::column::by_name;
use crate::schema::notices;
use crate::{Col, Unreadable};

by_name! {
    /// A notice.
    #[derive(Queryable, Selectable)]
    #[diesel(table_name = notices)]
    pub struct NoticeRow {
        id: Col<NoticeId>,
        account_id: Col<AccountId>,
        kind: Col<i16>,
        details: Col<String>,
        language: Col<Option<UiLanguage>>,
        created_at: Col<Timestamp>,
        state: Col<NoticeState>,
        due_at: Col<Timestamp>,
        attempts: Col<u32>,
        failure: Col<Option<String>>,
    }
}

impl TryFrom<NoticeRow> for QueuedNotice {
    type Error = Unreadable;

    fn try_from(row: NoticeRow) -> Result<Self, Unreadable> {
        Ok(Self {
            notice: MailNotice {
                id: row.id.0,
                account_id: row.account_id.0,
                kind: NoticeKind::read(row.kind.0, &row.details.0)
                    .ok_or(Unreadable::new("notices.details", "NoticeKind"))?,
                language: row.language.0,
                created_at: row.created_at.0,
            },
            state: row.state.0,
            attempts: row.attempts.0,
            due_at: row.due_at.0,
            failure: row.failure.0,
        })
    }
}
