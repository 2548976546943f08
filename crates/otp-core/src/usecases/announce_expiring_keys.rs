//! Announce expiring keys: puts a notice into the outbox for each key that is about to expire.
//!
//! Every process may do this at any time, and as often as it likes: the same warning is the same notice.

use crate::notice::{FIRST_WARNING, MailNotice, expiring_key};
use crate::ports::{ApiKeys, Clock, NoticeOutbox, PortError};

/// One round.
pub async fn announce_expiring_keys(
    keys: &dyn ApiKeys,
    outbox: &dyn NoticeOutbox,
    clock: &dyn Clock,
) -> Result<(), PortError> {
    let now = clock.now();
    let keys = keys.list_expiring(now, now + FIRST_WARNING).await?;
    let due = keys.iter().filter_map(|key| expiring_key(key, now));
    let due: Vec<MailNotice> = due.collect();
    if due.is_empty() {
        return Ok(());
    }
    outbox.enqueue(&due).await
}
