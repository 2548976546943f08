//! How far messages got.

use diesel::prelude::*;
use otp_core::channel::Channel;
use otp_core::channel::whatsapp::template::TemplateName;
use otp_core::ids::{AccountId, MessageId, VerificationId};
use otp_core::insights::{MessageProgress, OfVerification, RollupState, Tallies};
use otp_core::message::{CodeOutcome, MessageStatus};
use otp_core::region::Region;
use otp_core::time::Timestamp;
use otp_core::verification::VerificationStatus;

use crate::column::by_name;
use crate::schema::{insight_progress, insight_rollups};
use crate::tallies;
use crate::{Col, Unreadable};

by_name! {
    /// A number of rows.
    pub struct CountRow {
        counted: Col<i64>,
    }
}

impl From<CountRow> for usize {
    fn from(row: CountRow) -> Self {
        usize::try_from(row.counted.0).unwrap_or(usize::MAX)
    }
}

by_name! {
    /// A message with what its events and its verification say.
    pub struct MessageProgressRow {
        id: Col<MessageId>,
        created_at: Col<Timestamp>,
        status: Col<MessageStatus>,
        channel: Col<Channel>,
        region: Col<Option<Region>>,
        template: Col<Option<TemplateName>>,
        was_sent: Col<bool>,
        delivered_at: Col<Option<Timestamp>>,
        was_read: Col<bool>,
        failure_code: Col<Option<i32>>,
        outcome: Col<Option<CodeOutcome>>,
        verification_id: Col<Option<VerificationId>>,
        verification_status: Col<Option<VerificationStatus>>,
    }
}

impl From<MessageProgressRow> for MessageProgress {
    fn from(row: MessageProgressRow) -> Self {
        let verification = row.verification_id.0.zip(row.verification_status.0);
        Self {
            id: row.id.0,
            created_at: row.created_at.0,
            status: row.status.0,
            channel: row.channel.0,
            region: row.region.0,
            template: row.template.0,
            was_sent: row.was_sent.0,
            delivered_at: row.delivered_at.0,
            was_read: row.was_read.0,
            failure_code: row.failure_code.0,
            outcome: row.outcome.0,
            verification: verification.map(|(id, status)| OfVerification { id, status }),
        }
    }
}

by_name! {
    /// How far the messages of an account are counted.
    pub struct RollupStateRow {
        account_id: Col<AccountId>,
        counted_until: Col<Option<Timestamp>>,
        settled_until: Col<Option<Timestamp>>,
        first_uncounted: Col<Option<Timestamp>>,
        first_unsettled: Col<Option<Timestamp>>,
    }
}

impl From<RollupStateRow> for RollupState {
    fn from(row: RollupStateRow) -> Self {
        Self {
            account_id: row.account_id.0,
            counted_until: row.counted_until.0,
            settled_until: row.settled_until.0,
            first_uncounted: row.first_uncounted.0,
            first_unsettled: row.first_unsettled.0,
        }
    }
}

/// The first progress of an account.
#[derive(Insertable)]
#[diesel(table_name = insight_progress)]
pub struct InsightProgressRow {
    /// The account.
    pub account_id: Col<AccountId>,
    /// Every slot before then is counted.
    pub counted_until: Col<Timestamp>,
}

/// The tallies of a slot or of a day.
#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = insight_rollups)]
pub struct RollupRow {
    account_id: Col<AccountId>,
    begins_at: Col<Timestamp>,
    is_day: Col<bool>,
    tallies: String,
}

impl RollupRow {
    /// The tallies of a slot.
    pub fn of_slot(account_id: AccountId, begins_at: Timestamp, counted: &Tallies) -> Self {
        Self {
            account_id: Col(account_id),
            begins_at: Col(begins_at),
            is_day: Col(false),
            tallies: tallies::write(counted),
        }
    }

    /// The tallies of a day.
    pub fn of_day(account_id: AccountId, begins_at: Timestamp, settled: &Tallies) -> Self {
        Self {
            is_day: Col(true),
            ..Self::of_slot(account_id, begins_at, settled)
        }
    }

    /// Returns the tallies.
    pub fn tallies(&self) -> Result<Tallies, Unreadable> {
        tallies::read(&self.tallies).ok_or(Unreadable::new("insight_rollups.tallies", "Tallies"))
    }
}

/// The tallies of periods, by their beginnings.
type PeriodTallies = Vec<(Timestamp, Tallies)>;

/// Reads tallies: those of days, and those of slots.
pub fn read_rollups(rows: &[RollupRow]) -> Result<(PeriodTallies, PeriodTallies), Unreadable> {
    let (mut days, mut slots) = (Vec::new(), Vec::new());
    for row in rows {
        let of_kind = if row.is_day.0 { &mut days } else { &mut slots };
        of_kind.push((row.begins_at.0, row.tallies()?));
    }
    Ok((days, slots))
}
