//! Senders.

use std::sync::Arc;

use otp_core::usecases::add_sender::AddSender;
use otp_core::usecases::examine_sender::ExamineSender;
use otp_core::usecases::find_senders::FindSenders;
use otp_core::usecases::remove_sender::RemoveSender;
use otp_core::usecases::replace_access_token::ReplaceAccessToken;
use otp_core::usecases::resume_sender::ResumeSender;
use otp_core::usecases::stop_sender::StopSender;

use super::Administration;
use crate::adapters;

impl Administration {
    pub(in crate::commands) fn add_sender(&self) -> anyhow::Result<AddSender> {
        Ok(AddSender {
            senders: self.storage.clone(),
            sealers: self.sealers()?,
            clock: self.clock(),
            randomness: self.randomness(),
        })
    }

    pub(in crate::commands) fn find_senders(&self) -> anyhow::Result<FindSenders> {
        Ok(FindSenders {
            senders: self.storage.clone(),
            healths: self.storage.clone(),
            keyring: self.storage.clone(),
            master_keys: Arc::clone(&self.keys()?.master_keys),
        })
    }

    pub(in crate::commands) fn examine_sender(&self) -> anyhow::Result<ExamineSender> {
        let examiner = adapters::sender_examiner(&self.settings, &self.overrides)?;
        let examiner = examiner
            .ok_or_else(|| anyhow::anyhow!("this program cannot ask its provider about senders"))?;
        Ok(ExamineSender {
            senders: self.storage.clone(),
            healths: self.storage.clone(),
            examiner,
            clock: self.clock(),
            sealers: self.sealers()?,
        })
    }

    pub(in crate::commands) fn replace_access_token(&self) -> anyhow::Result<ReplaceAccessToken> {
        Ok(ReplaceAccessToken {
            senders: self.storage.clone(),
            healths: self.storage.clone(),
            sealers: self.sealers()?,
            clock: self.clock(),
            randomness: self.randomness(),
        })
    }

    pub(in crate::commands) fn remove_sender(&self) -> RemoveSender {
        RemoveSender {
            senders: self.storage.clone(),
            clock: self.clock(),
            randomness: self.randomness(),
        }
    }

    pub(in crate::commands) fn stop_sender(&self) -> StopSender {
        StopSender {
            healths: self.storage.clone(),
            clock: self.clock(),
            randomness: self.randomness(),
        }
    }

    pub(in crate::commands) fn resume_sender(&self) -> ResumeSender {
        ResumeSender {
            healths: self.storage.clone(),
            clock: self.clock(),
            randomness: self.randomness(),
        }
    }
}
