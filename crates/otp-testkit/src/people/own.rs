//! The use cases of what people have of their own: details, webhook endpoints and test inboxes.

use std::sync::Arc;

use otp_core::usecases::change_account::ChangeAccount;
use otp_core::usecases::change_own_details::ChangeOwnDetails;
use otp_core::usecases::choose_notices::ChooseNotices;
use otp_core::usecases::inspect_webhook_deliveries::InspectWebhookDeliveries;
use otp_core::usecases::manage_own_webhooks::ManageOwnWebhooks;
use otp_core::usecases::name_actors::NameActors;
use otp_core::usecases::open_test_account::OpenTestAccount;
use otp_core::usecases::own_accounts::OwnAccounts;
use otp_core::usecases::roll_up_insights::RollUpInsights;
use otp_core::usecases::show_own_insights::ShowOwnInsights;
use otp_core::usecases::show_own_test_inbox::ShowOwnTestInbox;
use otp_core::usecases::show_test_inbox::ShowTestInbox;

use super::{People, show_overview};

impl People {
    /// Finds the names of people in the audit trail.
    pub fn name_actors(&self) -> NameActors {
        NameActors {
            persons: self.world.fixture.store.clone(),
            installation: self.world.fixture.installation.clone(),
        }
    }

    /// Chooses what is mailed to accounts.
    pub fn choose_notices(&self) -> ChooseNotices {
        let fixture = &self.world.fixture;
        ChooseNotices {
            change: ChangeAccount {
                accounts: fixture.store.clone(),
                sealers: fixture.sealers(),
                clock: fixture.clock.clone(),
                randomness: fixture.randomness.clone(),
            },
        }
    }

    /// Changes the details of people.
    pub fn change_own_details(&self) -> ChangeOwnDetails {
        let fixture = &self.world.fixture;
        ChangeOwnDetails {
            persons: fixture.store.clone(),
            installation: Arc::clone(&fixture.installation),
            randomness: fixture.randomness.clone(),
        }
    }

    /// Shows the test inboxes of people's accounts.
    pub fn show_own_test_inbox(&self) -> ShowOwnTestInbox {
        let fixture = &self.world.fixture;
        ShowOwnTestInbox {
            show: ShowTestInbox {
                accounts: fixture.store.clone(),
                inbox: fixture.store.clone(),
                sealers: fixture.sealers(),
            },
        }
    }

    /// Manages the webhook endpoints of people's accounts.
    pub fn manage_own_webhooks(&self) -> ManageOwnWebhooks {
        let fixture = &self.world.fixture;
        let store = || fixture.store.clone();
        ManageOwnWebhooks {
            endpoints: show_overview(fixture).endpoints,
            deliveries: InspectWebhookDeliveries {
                endpoints: store(),
                deliveries: store(),
                sealers: fixture.sealers(),
                clock: fixture.clock.clone(),
            },
            accounts: store(),
            open_test_account: OpenTestAccount {
                accounts: store(),
                sealers: fixture.sealers(),
                master_keys: Arc::clone(&fixture.master_keys),
                clock: fixture.clock.clone(),
                randomness: fixture.randomness.clone(),
            },
        }
    }

    /// Shows the insights of people's accounts.
    pub fn show_own_insights(&self) -> ShowOwnInsights {
        let fixture = &self.world.fixture;
        let store = || fixture.store.clone();
        ShowOwnInsights {
            own: OwnAccounts { accounts: store() },
            insights: store(),
            rollups: store(),
            clock: fixture.clock.clone(),
        }
    }

    /// Counts what the insights show.
    pub fn roll_up_insights(&self) -> RollUpInsights {
        let fixture = &self.world.fixture;
        RollUpInsights {
            insights: fixture.store.clone(),
            rollups: fixture.store.clone(),
            clock: fixture.clock.clone(),
        }
    }
}
