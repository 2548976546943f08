//! The rows: one struct for each kind of row, with its conversions to and from the core.

mod account;
mod audit;
mod consent;
mod credits;
mod fallback;
mod idempotent_request;
mod identity;
mod insights;
mod keyring;
mod message;
mod notice;
mod order;
mod person;
mod plan;
mod proof_key;
mod queued;
mod receipt;
mod reviewer_number;
mod send_facts;
mod sender;
mod session;
mod template;
mod test_message;
mod verification;
mod webhook_delivery;
mod webhook_endpoint;

pub use account::{AccountChangeRow, AccountRow, ApiKeyRow};
pub use audit::{AuditEntryRow, AuditHeadRow};
pub use consent::{
    ConsentRow, CurrentConsentRow, LoggedConsentRow, OptOutRow, UnresolvedConsentRow,
};
pub use credits::{
    LedgerEntryRow, PaymentCountRow, SubscriptionRow, SubscriptionSumsRow, read_entries,
    signed_amount,
};
pub use fallback::{
    ChargedMessageRow, DueFallbackRow, FallbackParts, FallbackRow, FallbackStepRow, wait_seconds,
};
pub use idempotent_request::{BegunRequestRow, StoredRequestRow};
pub use identity::{AnsweredMessageRow, ContactedRow, IdentityRow, NumberAccountRow, RecalledRow};
pub use insights::{
    CountRow, InsightProgressRow, MessageProgressRow, RollupRow, RollupStateRow, read_rollups,
};
pub use keyring::{KeyringRow, master_key_id};
pub use message::{
    ExaminedMessageRow, MessageEventRow, MessageOutcomeRow, MessageRecordRow, MessageRow,
};
pub use notice::NoticeRow;
pub use order::{OrderChangeRow, OrderRow, OrderStepRow, read_orders};
pub use person::{MembershipRow, PersonRow, StaffRow, TeamInvitationRow};
pub use plan::{PlanRow, PriceRow};
pub use proof_key::ProofKeyRow;
pub use queued::ClaimedMessageRow;
pub use receipt::{Located, LocatedRow, OurNumberRow, PendingMessageRow, UnmatchedReceiptRow};
pub use reviewer_number::ReviewerNumberRow;
pub use send_facts::{
    AccountRulesRow, BalanceRow, FirstAnswerRow, MessageStateRow, OptedOutRow, RecentSendRow,
};
pub use sender::{CheckedSenderRow, NO_TOKEN, SenderHealthRow, SenderRow};
pub use session::{
    RecoveryCodeRow, SecondFactorRow, SessionChangeRow, SessionRow, SignInFailuresRow,
    SignInLinkRow,
};
pub use template::{TemplateRow, TemplateStateRow};
pub use test_message::TestMessageRow;
pub use verification::{
    AnsweredGuessRow, CheckRow, CodeMessageRow, DueVerificationRow, OfMessageRow, RecordParts,
    RecordedTimeRow, VerificationRow, VerificationStateRow, WrongGuessRow,
};
pub use webhook_delivery::{
    ClaimedTurnRow, FailingEndpointRow, FirstDueRow, LoggedDeliveryRow, ReplayedRow,
    RoutingEndpointRow, StoredAttemptRow, WebhookBacklogRow, WebhookDeliveryRow, WebhookEventRow,
    WebhookTurnRow,
};
pub use webhook_endpoint::WebhookEndpointRow;

use crate::Unreadable;

/// Converts rows to values of the core; the first unreadable row is the error.
pub fn read_all<Row, T>(rows: Vec<Row>) -> Result<Vec<T>, Unreadable>
where
    T: TryFrom<Row>,
    Unreadable: From<T::Error>,
{
    rows.into_iter().map(read).collect()
}

/// Converts a row, if one was found.
pub fn read_found<Row, T>(row: Option<Row>) -> Result<Option<T>, Unreadable>
where
    T: TryFrom<Row>,
    Unreadable: From<T::Error>,
{
    row.map(read).transpose()
}

/// Converts a row.
pub fn read<Row, T>(row: Row) -> Result<T, Unreadable>
where
    T: TryFrom<Row>,
    Unreadable: From<T::Error>,
{
    Ok(T::try_from(row)?)
}
