//! Verifications.

use otp_core::usecases::cancel_verification::CancelVerification;
use otp_core::usecases::list_verifications::ListVerifications;
use otp_core::usecases::show_verification::ShowVerification;

use super::Administration;

impl Administration {
    pub(in crate::commands) fn show_verification(&self) -> anyhow::Result<ShowVerification> {
        Ok(ShowVerification {
            verifications: self.storage.clone(),
            sealers: self.sealers()?,
            clock: self.clock(),
        })
    }

    pub(in crate::commands) fn list_verifications(&self) -> anyhow::Result<ListVerifications> {
        Ok(ListVerifications {
            verifications: self.storage.clone(),
            sealers: self.sealers()?,
            clock: self.clock(),
        })
    }

    pub(in crate::commands) fn cancel_verification(&self) -> anyhow::Result<CancelVerification> {
        Ok(CancelVerification {
            ledger: self.storage.clone(),
            show: self.show_verification()?,
            clock: self.clock(),
        })
    }
}
