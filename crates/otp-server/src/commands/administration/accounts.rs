//! Accounts.

use std::sync::Arc;

use otp_core::account::AccountRules;
use otp_core::usecases::change_account::ChangeAccount;
use otp_core::usecases::create_account::CreateAccount;
use otp_core::usecases::find_accounts::FindAccounts;
use otp_core::usecases::inspect_webhook_deliveries::InspectWebhookDeliveries;
use otp_core::usecases::manage_reviewer_numbers::ManageReviewerNumbers;
use otp_core::usecases::manage_webhook_endpoints::ManageWebhookEndpoints;
use otp_core::usecases::open_test_account::OpenTestAccount;
use otp_core::usecases::show_test_inbox::ShowTestInbox;

use super::Administration;

impl Administration {
    pub(in crate::commands) fn create_account(&self) -> anyhow::Result<CreateAccount> {
        Ok(CreateAccount {
            accounts: self.storage.clone(),
            master_keys: Arc::clone(&self.keys()?.master_keys),
            clock: self.clock(),
            randomness: self.randomness(),
        })
    }

    pub(in crate::commands) fn open_test_account(&self) -> anyhow::Result<OpenTestAccount> {
        Ok(OpenTestAccount {
            accounts: self.storage.clone(),
            sealers: self.sealers()?,
            master_keys: Arc::clone(&self.keys()?.master_keys),
            clock: self.clock(),
            randomness: self.randomness(),
        })
    }

    pub(in crate::commands) fn show_test_inbox(&self) -> anyhow::Result<ShowTestInbox> {
        Ok(ShowTestInbox {
            accounts: self.storage.clone(),
            inbox: self.storage.clone(),
            sealers: self.sealers()?,
        })
    }

    pub(in crate::commands) fn change_account(&self) -> anyhow::Result<ChangeAccount> {
        Ok(ChangeAccount {
            accounts: self.storage.clone(),
            sealers: self.sealers()?,
            clock: self.clock(),
            randomness: self.randomness(),
        })
    }

    pub(in crate::commands) fn manage_reviewer_numbers(
        &self,
    ) -> anyhow::Result<ManageReviewerNumbers> {
        Ok(ManageReviewerNumbers {
            numbers: self.storage.clone(),
            accounts: self.storage.clone(),
            sealers: self.sealers()?,
            clock: self.clock(),
            randomness: self.randomness(),
        })
    }

    pub(in crate::commands) fn manage_webhook_endpoints(
        &self,
    ) -> anyhow::Result<ManageWebhookEndpoints> {
        Ok(ManageWebhookEndpoints {
            endpoints: self.storage.clone(),
            sealers: self.sealers()?,
            clock: self.clock(),
            randomness: self.randomness(),
            private_targets: self.settings.webhooks.private_targets,
        })
    }

    pub(in crate::commands) fn inspect_webhook_deliveries(
        &self,
    ) -> anyhow::Result<InspectWebhookDeliveries> {
        Ok(InspectWebhookDeliveries {
            endpoints: self.storage.clone(),
            deliveries: self.storage.clone(),
            sealers: self.sealers()?,
            clock: self.clock(),
        })
    }

    /// Returns the rules of accounts that are created here.
    pub(in crate::commands) fn new_account_rules(&self) -> AccountRules {
        self.settings.new_account_rules
    }

    pub(in crate::commands) fn find_accounts(&self) -> anyhow::Result<FindAccounts> {
        Ok(FindAccounts {
            accounts: self.storage.clone(),
            keyring: self.storage.clone(),
            master_keys: Arc::clone(&self.keys()?.master_keys),
        })
    }
}
