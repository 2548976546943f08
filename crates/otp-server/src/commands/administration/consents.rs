//! Consent of recipients.

use otp_core::usecases::enter_consent::EnterConsent;
use otp_core::usecases::show_consent::ShowConsent;

use super::Administration;

impl Administration {
    pub(in crate::commands) fn enter_consent(&self) -> anyhow::Result<EnterConsent> {
        Ok(EnterConsent {
            opt_outs: self.storage.clone(),
            sealers: self.sealers()?,
            clock: self.clock(),
        })
    }

    pub(in crate::commands) fn show_consent(&self) -> anyhow::Result<ShowConsent> {
        Ok(ShowConsent {
            opt_outs: self.storage.clone(),
            sealers: self.sealers()?,
        })
    }
}
