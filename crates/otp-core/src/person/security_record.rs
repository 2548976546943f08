//! Security record: the traces that a change of a person's sign-in leaves.

use crate::audit::AuditEntry;
use crate::notice::MailNotice;

/// The entry of the audit trail and the mail to the person. They are stored with the change, or not at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecurityRecord {
    /// The entry.
    pub entry: AuditEntry,
    /// The mail; `None` if the gateway sends none.
    pub notice: Option<MailNotice>,
}

impl From<AuditEntry> for SecurityRecord {
    /// Makes a record without a mail.
    fn from(entry: AuditEntry) -> Self {
        Self {
            entry,
            notice: None,
        }
    }
}
