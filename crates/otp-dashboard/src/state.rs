//! The use cases behind the pages.

use otp_core::usecases::browse_messages::BrowseMessages;
use otp_core::usecases::browse_verifications::BrowseVerifications;
use otp_core::usecases::change_account::ChangeAccount;
use otp_core::usecases::change_own_details::ChangeOwnDetails;
use otp_core::usecases::change_password::ChangePassword;
use otp_core::usecases::choose_account::ChooseAccount;
use otp_core::usecases::choose_notices::ChooseNotices;
use otp_core::usecases::create_plan::CreatePlan;
use otp_core::usecases::end_sessions::EndSessions;
use otp_core::usecases::explain_own_send::ExplainOwnSend;
use otp_core::usecases::grant_subscription::GrantSubscription;
use otp_core::usecases::handle_orders::HandleOrders;
use otp_core::usecases::inspect_accounts::InspectAccounts;
use otp_core::usecases::join_team::JoinTeam;
use otp_core::usecases::list_audit_entries::ListAuditEntries;
use otp_core::usecases::list_plans::ListPlans;
use otp_core::usecases::list_prices::ListPrices;
use otp_core::usecases::manage_own_keys::ManageOwnKeys;
use otp_core::usecases::manage_own_orders::ManageOwnOrders;
use otp_core::usecases::manage_own_webhooks::ManageOwnWebhooks;
use otp_core::usecases::manage_second_factor::ManageSecondFactor;
use otp_core::usecases::manage_staff::ManageStaff;
use otp_core::usecases::manage_team::ManageTeam;
use otp_core::usecases::name_actors::NameActors;
use otp_core::usecases::prove_person::ProvePerson;
use otp_core::usecases::reset_password::ResetPassword;
use otp_core::usecases::resume_session::ResumeSession;
use otp_core::usecases::retire_plan::RetirePlan;
use otp_core::usecases::set_prices::SetPrices;
use otp_core::usecases::show_offer::ShowOffer;
use otp_core::usecases::show_overview::ShowOverview;
use otp_core::usecases::show_own_credits::ShowOwnCredits;
use otp_core::usecases::show_own_insights::ShowOwnInsights;
use otp_core::usecases::show_own_test_inbox::ShowOwnTestInbox;
use otp_core::usecases::sign_in::SignIn;
use otp_core::usecases::sign_in_by_link::SignInByLink;
use otp_core::usecases::sign_up::SignUp;
use otp_core::usecases::unset_price::UnsetPrice;
use otp_edge::UseCaseRunner;

use crate::guide::GuideFacts;

/// The use cases that the pages call, and what runs them.
#[derive(Clone)]
pub struct DashboardState {
    /// The facts of the API that the guide shows.
    pub guide: GuideFacts,
    /// Shows the plans and prices.
    pub show_offer: ShowOffer,
    /// Signs people up.
    pub sign_up: SignUp,
    /// Signs people in.
    pub sign_in: SignIn,
    /// Signs people in by links.
    pub sign_in_by_link: SignInByLink,
    /// Sets new passwords.
    pub reset_password: ResetPassword,
    /// Finds the person behind a request.
    pub resume_session: ResumeSession,
    /// Proves people by their second factor, or again by the password.
    pub prove_person: ProvePerson,
    /// Turns second factors on and off.
    pub manage_second_factor: ManageSecondFactor,
    /// Manages the keys of people's accounts.
    pub manage_own_keys: ManageOwnKeys,
    /// Manages who is staff.
    pub manage_staff: ManageStaff,
    /// Manages who is in the teams of accounts.
    pub manage_team: ManageTeam,
    /// Accepts and declines invitations to teams.
    pub join_team: JoinTeam,
    /// Chooses the accounts that people look at.
    pub choose_account: ChooseAccount,
    /// Chooses what is mailed to accounts.
    pub choose_notices: ChooseNotices,
    /// Lists the audit trail.
    pub list_audit_entries: ListAuditEntries,
    /// Finds the names of the people in the audit trail.
    pub name_actors: NameActors,
    /// Manages the webhook endpoints of people's accounts.
    pub manage_own_webhooks: ManageOwnWebhooks,
    /// Changes the names and languages of people.
    pub change_own_details: ChangeOwnDetails,
    /// Manages the orders of people's accounts.
    pub manage_own_orders: ManageOwnOrders,
    /// Shows the credits of people's accounts.
    pub show_own_credits: ShowOwnCredits,
    /// Handles the orders of all accounts.
    pub handle_orders: HandleOrders,
    /// Shows all accounts to staff.
    pub inspect_accounts: InspectAccounts,
    /// Changes accounts.
    pub change_account: ChangeAccount,
    /// Grants credits without an order.
    pub grant_subscription: GrantSubscription,
    /// Lists the plans.
    pub list_plans: ListPlans,
    /// Creates plans.
    pub create_plan: CreatePlan,
    /// Retires plans.
    pub retire_plan: RetirePlan,
    /// Lists the prices.
    pub list_prices: ListPrices,
    /// Sets prices.
    pub set_prices: SetPrices,
    /// Unsets prices.
    pub unset_price: UnsetPrice,
    /// Changes passwords.
    pub change_password: ChangePassword,
    /// Shows how far the messages of people's accounts got.
    pub show_own_insights: ShowOwnInsights,
    /// Shows the overview of an account.
    pub show_overview: ShowOverview,
    /// Shows the messages of an account.
    pub browse_messages: BrowseMessages,
    /// Shows the verifications of an account.
    pub browse_verifications: BrowseVerifications,
    /// Explains what a send of an account would answer.
    pub explain_own_send: ExplainOwnSend,
    /// Shows the messages of test keys.
    pub show_own_test_inbox: ShowOwnTestInbox,
    /// Signs people out.
    pub end_sessions: EndSessions,
    /// Runs them to their end.
    pub runner: UseCaseRunner,
}
