//! Notices to account holders.

use otp_core::usecases::list_unsent_notices::ListUnsentNotices;

use super::Administration;

impl Administration {
    pub(in crate::commands) fn list_unsent_notices(&self) -> ListUnsentNotices {
        ListUnsentNotices {
            outbox: self.storage.clone(),
        }
    }
}
