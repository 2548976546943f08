//! List verifications: returns an account's verifications, newest first, page by page.

use std::sync::Arc;

use crate::ids::AccountId;
use crate::page::{Cursor, MAX_EXAMINED, Page, PagePosition, PageSize};
use crate::ports::{Clock, PortError, Verifications};
use crate::recipient::Recipient;
use crate::time::Timestamp;
use crate::usecases::account_sealers::{AccountSealers, UnreadableRecipient};
use crate::usecases::show_verification::ShownVerification;
use crate::verification::{VerificationQuery, VerificationStatus};

/// The account's verifications that match every filter given.
#[derive(Debug, Clone)]
pub struct ListVerificationsRequest {
    /// The account.
    pub account_id: AccountId,
    /// Only verifications in this status.
    pub status: Option<VerificationStatus>,
    /// Only verifications of this recipient.
    pub recipient: Option<Recipient>,
    /// Only verifications created then or later.
    pub from: Option<Timestamp>,
    /// Only verifications created before then.
    pub until: Option<Timestamp>,
    /// The end of the previous page, to continue after it.
    pub cursor: Option<Cursor>,
    /// At most this many verifications.
    pub size: PageSize,
}

/// The reason there is no page.
#[derive(Debug, thiserror::Error)]
pub enum ListVerificationsError {
    /// A stored recipient or the metadata does not open.
    #[error(transparent)]
    Unreadable(#[from] UnreadableRecipient),
    /// A port failed.
    #[error(transparent)]
    Port(#[from] PortError),
}

/// Lists verifications.
#[derive(Clone)]
pub struct ListVerifications {
    /// Finds the verifications.
    pub verifications: Arc<dyn Verifications>,
    /// Indexes and opens recipients.
    pub sealers: AccountSealers,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
}

impl ListVerifications {
    /// Returns one page of the account's verifications.
    ///
    /// A page may have fewer verifications than asked for, even none, and continue nevertheless: it looks at
    /// [`MAX_EXAMINED`] verifications at most.
    pub async fn execute(
        &self,
        request: ListVerificationsRequest,
    ) -> Result<Page<ShownVerification>, ListVerificationsError> {
        let now = self.clock.now();
        let sealer = self.sealers.find(request.account_id).await?;
        let sealer = sealer.as_deref();
        let recipient = match (&request.recipient, sealer) {
            (Some(recipient), Some(sealer)) => Some(sealer.recipient_index(recipient)),
            // The key that indexes recipients is deleted, so nothing can match.
            (Some(_), None) => return Ok(Page::EMPTY),
            (None, _) => None,
        };
        let limit = request.size.with_one_more();
        let query = VerificationQuery {
            account_id: request.account_id,
            recipient,
            status: request.status,
            since: request.from.unwrap_or(Timestamp::from_unix_millis(0)),
            before: PagePosition::start(request.cursor, request.until),
            limit,
            // Without a status every verification that is looked at matches.
            examine: request.status.map_or(limit, |_| MAX_EXAMINED),
            now,
        };
        let found = self.verifications.list_verifications(&query).await?;
        let page =
            Page::of_found(found.records, request.size).or_continued_after(found.examined_to);
        Ok(page.try_map(|record| ShownVerification::open(record, sealer, now))?)
    }
}
