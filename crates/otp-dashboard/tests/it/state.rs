//! The use cases behind the pages, over a store in memory.

use otp_core::usecases::show_offer::ShowOffer;
use otp_dashboard::{DashboardState, GuideError, GuideFacts};
use otp_edge::UseCaseRunner;
use otp_testkit::people::{browse_messages, browse_verifications, explain_own_send, show_overview};
use tokio_util::task::TaskTracker;

use super::*;

/// The state of the pages of a gateway where people sign up.
pub(super) fn state(people: &People) -> DashboardState {
    DashboardState {
        guide: GuideFacts {
            errors: vec![GuideError {
                code: "InsufficientBalance",
                status: 400,
                english: "No credits.".to_owned(),
                arabic: "لا رصيد.".to_owned(),
            }],
        },
        show_offer: ShowOffer {
            plans: people.world.fixture.store.clone(),
            prices: people.world.fixture.store.clone(),
        },
        sign_up: people.sign_up(),
        sign_in: people.sign_in(),
        sign_in_by_link: people.sign_in_by_link(),
        reset_password: people.reset_password(),
        resume_session: people.resume_session(),
        prove_person: people.prove_person(),
        manage_second_factor: people.manage_second_factor(),
        manage_own_keys: people.manage_own_keys(),
        manage_own_orders: people.manage_own_orders(),
        show_own_credits: people.show_own_credits(),
        show_own_insights: people.show_own_insights(),
        handle_orders: people.handle_orders(),
        inspect_accounts: people.inspect_accounts(),
        change_account: people.change_account(),
        grant_subscription: people.grant_subscription(),
        list_plans: people.list_plans(),
        create_plan: people.create_plan(),
        retire_plan: people.retire_plan(),
        list_prices: people.list_prices(),
        set_prices: people.set_prices(),
        unset_price: people.unset_price(),
        manage_staff: people.manage_staff(),
        manage_team: people.manage_team(),
        join_team: people.join_team(),
        choose_account: people.choose_account(),
        list_audit_entries: people.list_audit_entries(),
        name_actors: people.name_actors(),
        manage_own_webhooks: people.manage_own_webhooks(),
        change_own_details: people.change_own_details(),
        choose_notices: people.choose_notices(),
        change_password: people.change_password(),
        show_own_test_inbox: people.show_own_test_inbox(),
        show_overview: show_overview(&people.world.fixture),
        browse_messages: browse_messages(&people.world.fixture),
        browse_verifications: browse_verifications(&people.world.fixture),
        explain_own_send: explain_own_send(&people.world),
        end_sessions: people.end_sessions(),
        runner: UseCaseRunner {
            runtime: tokio::runtime::Handle::current(),
            tasks: TaskTracker::new(),
        },
    }
}
