//! Messages, insights, and the audit trail of who saw their recipients.

use otp_core::usecases::inspect_messages::InspectMessages;
use otp_core::usecases::list_audit_entries::ListAuditEntries;
use otp_core::usecases::list_messages::ListMessages;
use otp_core::usecases::show_insights::ShowInsights;
use otp_core::usecases::show_message::ShowMessage;
use otp_core::usecases::verify_audit_trail::VerifyAuditTrail;

use super::Administration;

impl Administration {
    pub(in crate::commands) fn inspect_messages(&self) -> anyhow::Result<InspectMessages> {
        Ok(InspectMessages {
            messages: self.storage.clone(),
            list: ListMessages {
                messages: self.storage.clone(),
                sealers: self.sealers()?,
            },
            show: ShowMessage {
                messages: self.storage.clone(),
                sealers: self.sealers()?,
            },
            audit: self.storage.clone(),
            clock: self.clock(),
            randomness: self.randomness(),
        })
    }

    pub(in crate::commands) fn show_insights(&self) -> ShowInsights {
        ShowInsights {
            insights: self.storage.clone(),
            clock: self.clock(),
        }
    }

    pub(in crate::commands) fn list_audit_entries(&self) -> ListAuditEntries {
        ListAuditEntries {
            audit: self.storage.clone(),
        }
    }

    pub(in crate::commands) fn verify_audit_trail(&self) -> VerifyAuditTrail {
        VerifyAuditTrail {
            audit: self.storage.clone(),
        }
    }
}
