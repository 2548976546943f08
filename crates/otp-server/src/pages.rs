//! The pages of a gateway for people: their use cases, and the account that verifies the addresses of people.

use std::sync::Arc;

use otp_core::account::{ContactLine, HOUSE_ACCOUNT, house_contact};
use otp_core::language::LanguageTag;
use otp_core::ports::PortError;
use otp_core::usecases::begin_session::BeginSession;
use otp_core::usecases::browse_messages::BrowseMessages;
use otp_core::usecases::browse_verifications::BrowseVerifications;
use otp_core::usecases::change_account::ChangeAccount;
use otp_core::usecases::change_order::ChangeOrder;
use otp_core::usecases::change_own_details::ChangeOwnDetails;
use otp_core::usecases::change_password::ChangePassword;
use otp_core::usecases::choose_account::ChooseAccount;
use otp_core::usecases::choose_notices::ChooseNotices;
use otp_core::usecases::create_account::{CreateAccount, NewAccount};
use otp_core::usecases::create_api_key::CreateApiKey;
use otp_core::usecases::create_plan::CreatePlan;
use otp_core::usecases::end_sessions::EndSessions;
use otp_core::usecases::explain_own_send::ExplainOwnSend;
use otp_core::usecases::find_senders::FindSenders;
use otp_core::usecases::grant_subscription::GrantSubscription;
use otp_core::usecases::handle_orders::HandleOrders;
use otp_core::usecases::inspect_accounts::InspectAccounts;
use otp_core::usecases::join_team::JoinTeam;
use otp_core::usecases::list_api_keys::ListApiKeys;
use otp_core::usecases::list_audit_entries::ListAuditEntries;
use otp_core::usecases::list_plans::ListPlans;
use otp_core::usecases::list_prices::ListPrices;
use otp_core::usecases::list_subscriptions::ListSubscriptions;
use otp_core::usecases::manage_own_keys::ManageOwnKeys;
use otp_core::usecases::manage_own_orders::ManageOwnOrders;
use otp_core::usecases::manage_own_webhooks::ManageOwnWebhooks;
use otp_core::usecases::manage_second_factor::ManageSecondFactor;
use otp_core::usecases::manage_staff::ManageStaff;
use otp_core::usecases::manage_team::ManageTeam;
use otp_core::usecases::name_actors::NameActors;
use otp_core::usecases::open_house_account::OpenHouseAccount;
use otp_core::usecases::open_test_account::OpenTestAccount;
use otp_core::usecases::own_accounts::OwnAccounts;
use otp_core::usecases::prove_address::ProveAddress;
use otp_core::usecases::prove_person::ProvePerson;
use otp_core::usecases::reset_password::ResetPassword;
use otp_core::usecases::resume_session::{NamedAccounts, ResumeSession};
use otp_core::usecases::retire_plan::RetirePlan;
use otp_core::usecases::revoke_api_key::RevokeApiKey;
use otp_core::usecases::rotate_api_key::RotateApiKey;
use otp_core::usecases::set_prices::SetPrices;
use otp_core::usecases::show_offer::ShowOffer;
use otp_core::usecases::show_overview::ShowOverview;
use otp_core::usecases::show_own_credits::ShowOwnCredits;
use otp_core::usecases::show_own_insights::ShowOwnInsights;
use otp_core::usecases::show_own_test_inbox::ShowOwnTestInbox;
use otp_core::usecases::show_test_inbox::ShowTestInbox;
use otp_core::usecases::sign_in::SignIn;
use otp_core::usecases::sign_in_by_link::SignInByLink;
use otp_core::usecases::sign_up::SignUp;
use otp_core::usecases::tell_person::TellPerson;
use otp_core::usecases::unset_price::UnsetPrice;
use otp_dashboard::{Dashboard, DashboardOptions, DashboardState, GuideError, GuideFacts};
use otp_edge::UseCaseRunner;

use crate::adapters::Adapters;
use crate::passwords::Argon2Passwords;
use crate::settings::Settings;
use crate::use_cases::UseCases;

/// The name in the mails of the house account, if `mail.from` has none.
const NAMELESS: &str = "OTP gateway";

/// Returns the pages, without their use cases.
pub(crate) fn dashboard(settings: &Settings) -> Dashboard {
    Dashboard::new(DashboardOptions {
        public_origin: settings.http.public_url.clone(),
        trusted_proxies: settings.http.trusted_proxies.clone(),
    })
}

/// Returns the use cases of the pages.
pub(crate) fn state(
    settings: &Settings,
    adapters: &Adapters,
    use_cases: &UseCases,
    runner: UseCaseRunner,
) -> DashboardState {
    let storage = || adapters.storage.clone();
    let installation = || Arc::clone(&adapters.keys.installation);
    let passwords = Arc::new(Argon2Passwords::new(Arc::clone(&adapters.randomness)));
    let own = OwnAccounts {
        accounts: storage(),
    };
    let names = NamedAccounts {
        accounts: storage(),
        sealers: adapters.sealers.clone(),
    };
    let tell = TellPerson {
        persons: storage(),
        accounts: storage(),
        house: settings.mail.is_some().then_some(HOUSE_ACCOUNT),
    };
    let begin_session = BeginSession {
        sessions: storage(),
        factors: storage(),
        tell: tell.clone(),
        clock: Arc::clone(&adapters.clock),
        randomness: Arc::clone(&adapters.randomness),
    };
    let open_test_account = OpenTestAccount {
        accounts: storage(),
        sealers: adapters.sealers.clone(),
        master_keys: Arc::clone(&adapters.keys.master_keys),
        clock: Arc::clone(&adapters.clock),
        randomness: Arc::clone(&adapters.randomness),
    };
    let prove = ProveAddress {
        create: use_cases.create_verification.clone(),
        resend: use_cases.resend_verification.clone(),
        check: use_cases.check_verification.clone(),
    };
    let prove_person = ProvePerson {
        sessions: storage(),
        persons: storage(),
        factors: storage(),
        attempts: storage(),
        passwords: passwords.clone(),
        installation: installation(),
        begin_session: begin_session.clone(),
    };
    let sign_in_by_link = SignInByLink {
        links: storage(),
        persons: storage(),
        begin_session: begin_session.clone(),
    };
    let change_account = ChangeAccount {
        accounts: storage(),
        sealers: adapters.sealers.clone(),
        clock: Arc::clone(&adapters.clock),
        randomness: Arc::clone(&adapters.randomness),
    };
    DashboardState {
        guide: guide_facts(),
        show_offer: ShowOffer {
            plans: storage(),
            prices: storage(),
        },
        choose_notices: ChooseNotices {
            change: change_account.clone(),
        },
        change_account,
        inspect_accounts: inspect_accounts(adapters),
        grant_subscription: GrantSubscription {
            subscriptions: storage(),
            plans: storage(),
            clock: Arc::clone(&adapters.clock),
            randomness: Arc::clone(&adapters.randomness),
        },
        change_own_details: ChangeOwnDetails {
            persons: storage(),
            installation: installation(),
            randomness: Arc::clone(&adapters.randomness),
        },
        change_password: ChangePassword {
            persons: storage(),
            prove: prove_person.clone(),
        },
        prove_person,
        manage_second_factor: ManageSecondFactor {
            factors: storage(),
            installation: installation(),
            issuer: company(settings).to_owned(),
            tell,
            clock: Arc::clone(&adapters.clock),
            randomness: Arc::clone(&adapters.randomness),
        },
        manage_staff: ManageStaff {
            staff: storage(),
            persons: storage(),
            factors: storage(),
            passwords: passwords.clone(),
            installation: installation(),
            links: sign_in_by_link.clone(),
        },
        manage_team: ManageTeam {
            teams: storage(),
            persons: storage(),
            factors: storage(),
            installation: installation(),
            sends_invitations: settings.mail.is_some() && settings.http.pages_url().is_some(),
            clock: Arc::clone(&adapters.clock),
            randomness: Arc::clone(&adapters.randomness),
        },
        join_team: JoinTeam {
            policy: settings.accounts.sign_up,
            teams: storage(),
            persons: storage(),
            sessions: storage(),
            names: names.clone(),
            prove: prove.clone(),
            passwords: passwords.clone(),
            installation: installation(),
            begin_session: begin_session.clone(),
        },
        choose_account: ChooseAccount {
            persons: storage(),
            names: names.clone(),
            sessions: storage(),
        },
        list_audit_entries: ListAuditEntries { audit: storage() },
        name_actors: NameActors {
            persons: storage(),
            installation: installation(),
        },
        manage_own_keys: ManageOwnKeys {
            list: ListApiKeys {
                keys: storage(),
                accounts: storage(),
            },
            create: CreateApiKey {
                keys: storage(),
                accounts: storage(),
                clock: Arc::clone(&adapters.clock),
                randomness: Arc::clone(&adapters.randomness),
            },
            open_test_account: open_test_account.clone(),
            rotate: RotateApiKey {
                keys: storage(),
                clock: Arc::clone(&adapters.clock),
                randomness: Arc::clone(&adapters.randomness),
            },
            revoke: RevokeApiKey {
                keys: storage(),
                clock: Arc::clone(&adapters.clock),
                randomness: Arc::clone(&adapters.randomness),
            },
        },
        manage_own_webhooks: ManageOwnWebhooks {
            endpoints: use_cases.manage_webhook_endpoints.clone(),
            deliveries: use_cases.inspect_webhook_deliveries.clone(),
            accounts: storage(),
            open_test_account,
        },
        manage_own_orders: ManageOwnOrders {
            plans: storage(),
            accounts: storage(),
            sealers: adapters.sealers.clone(),
            change: change_order(adapters),
            tells_operators: settings.accounts.orders_to.is_some(),
        },
        show_own_credits: ShowOwnCredits {
            subscriptions: storage(),
        },
        handle_orders: HandleOrders {
            accounts: storage(),
            subscriptions: storage(),
            sealers: adapters.sealers.clone(),
            audit: storage(),
            change: change_order(adapters),
        },
        list_plans: ListPlans { plans: storage() },
        create_plan: CreatePlan {
            plans: storage(),
            clock: Arc::clone(&adapters.clock),
            randomness: Arc::clone(&adapters.randomness),
        },
        retire_plan: RetirePlan {
            plans: storage(),
            clock: Arc::clone(&adapters.clock),
            randomness: Arc::clone(&adapters.randomness),
        },
        list_prices: ListPrices { prices: storage() },
        set_prices: SetPrices {
            prices: storage(),
            clock: Arc::clone(&adapters.clock),
            randomness: Arc::clone(&adapters.randomness),
        },
        unset_price: UnsetPrice {
            prices: storage(),
            clock: Arc::clone(&adapters.clock),
            randomness: Arc::clone(&adapters.randomness),
        },
        sign_up: SignUp {
            policy: settings.accounts.sign_up,
            prove: prove.clone(),
            create_account: create_account(adapters),
            rules: settings.new_account_rules,
            persons: storage(),
            passwords: passwords.clone(),
            installation: installation(),
            begin_session: begin_session.clone(),
        },
        sign_in: SignIn {
            persons: storage(),
            attempts: storage(),
            passwords: passwords.clone(),
            installation: installation(),
            begin_session: begin_session.clone(),
        },
        sign_in_by_link,
        reset_password: ResetPassword {
            prove,
            persons: storage(),
            passwords,
            installation: installation(),
            begin_session,
        },
        resume_session: ResumeSession {
            sessions: storage(),
            persons: storage(),
            names: names.clone(),
            staff: storage(),
            factors: storage(),
            installation: installation(),
            clock: Arc::clone(&adapters.clock),
        },
        show_own_test_inbox: ShowOwnTestInbox {
            show: ShowTestInbox {
                accounts: storage(),
                inbox: storage(),
                sealers: adapters.sealers.clone(),
            },
        },
        show_overview: ShowOverview {
            accounts: storage(),
            subscriptions: storage(),
            keys: storage(),
            directory: Arc::clone(&adapters.directory),
            list_messages: use_cases.list_messages.clone(),
            endpoints: use_cases.manage_webhook_endpoints.clone(),
            sealers: adapters.sealers.clone(),
            clock: Arc::clone(&adapters.clock),
        },
        show_own_insights: ShowOwnInsights {
            own: own.clone(),
            insights: storage(),
            rollups: storage(),
            clock: Arc::clone(&adapters.clock),
        },
        browse_messages: BrowseMessages {
            own: own.clone(),
            list: use_cases.list_messages.clone(),
            show: use_cases.show_message.clone(),
            clock: Arc::clone(&adapters.clock),
        },
        browse_verifications: BrowseVerifications {
            own: own.clone(),
            list: use_cases.list_verifications.clone(),
            show: use_cases.show_verification.clone(),
            clock: Arc::clone(&adapters.clock),
        },
        explain_own_send: ExplainOwnSend {
            own,
            explain: use_cases.explain_send.clone(),
        },
        end_sessions: EndSessions {
            sessions: storage(),
            clock: Arc::clone(&adapters.clock),
        },
        runner,
    }
}

/// Opens the account that verifies the addresses of people, if the gateway sends mail: without it, nobody can prove an
/// address.
pub(crate) async fn open_house_account(
    settings: &Settings,
    adapters: &Adapters,
) -> Result<(), PortError> {
    let Some(mail) = &settings.mail else {
        return Ok(());
    };
    let open = OpenHouseAccount {
        accounts: adapters.storage.clone(),
        create_account: create_account(adapters),
        subscriptions: adapters.storage.clone(),
    };
    let company = ContactLine::parse(company(settings)).or_else(|_| ContactLine::parse(NAMELESS));
    let company = company.map_err(|error| PortError::Backend(error.into()))?;
    let language = LanguageTag::parse("en").map_err(|error| PortError::Backend(error.into()))?;
    let new = NewAccount {
        contact: house_contact(company, mail.from.address().clone()),
        default_language: language,
        rules: settings.new_account_rules,
    };
    open.execute(new).await
}

/// Returns the name of the gateway in mails and in the apps of people.
fn company(settings: &Settings) -> &str {
    let mail = settings.mail.as_ref();
    mail.and_then(|mail| mail.from.name()).unwrap_or(NAMELESS)
}

fn inspect_accounts(adapters: &Adapters) -> InspectAccounts {
    let storage = || adapters.storage.clone();
    let master_keys = || Arc::clone(&adapters.keys.master_keys);
    InspectAccounts {
        accounts: storage(),
        keyring: storage(),
        master_keys: master_keys(),
        subscriptions: ListSubscriptions {
            subscriptions: storage(),
        },
        plans: storage(),
        api_keys: ListApiKeys {
            keys: storage(),
            accounts: storage(),
        },
        senders: FindSenders {
            senders: storage(),
            healths: storage(),
            keyring: storage(),
            master_keys: master_keys(),
        },
        audit: storage(),
        clock: Arc::clone(&adapters.clock),
        randomness: Arc::clone(&adapters.randomness),
    }
}

fn change_order(adapters: &Adapters) -> ChangeOrder {
    ChangeOrder {
        orders: adapters.storage.clone(),
        clock: Arc::clone(&adapters.clock),
        randomness: Arc::clone(&adapters.randomness),
    }
}

fn create_account(adapters: &Adapters) -> CreateAccount {
    CreateAccount {
        accounts: adapters.storage.clone(),
        master_keys: Arc::clone(&adapters.keys.master_keys),
        clock: Arc::clone(&adapters.clock),
        randomness: Arc::clone(&adapters.randomness),
    }
}

/// Returns what the guide says of the API.
fn guide_facts() -> GuideFacts {
    let errors = otp_http::error_entries().into_iter();
    let errors = errors.map(|entry| GuideError {
        code: entry.code,
        status: entry.status,
        english: entry.english,
        arabic: entry.arabic,
    });
    GuideFacts {
        errors: errors.collect(),
    }
}
