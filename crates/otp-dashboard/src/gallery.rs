//! The gallery: every page in every state, without a database. It is for those who draw and check pages.
//!
//! A page brings its states along, in its own file.

use std::io;
use std::net::TcpListener;

use actix_web::dev::Server;
use actix_web::http::StatusCode;
use actix_web::middleware::from_fn;
use actix_web::web::{Data, Path, ServiceConfig};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer};
use askama::Template;
use otp_edge::{RequestContext, envelope, not_found, resource_at};

use crate::address_page::AddressPage;
use crate::answer;
use crate::audit::AuditPage;
use crate::code_page::CodePage;
use crate::confirm_order::ConfirmOrderPage;
use crate::credits::CreditsPage;
use crate::dashboard::Dashboard;
use crate::error_page::ErrorPage;
use crate::explain::ExplainPage;
use crate::guide::GuidePage;
use crate::home::HomePage;
use crate::insights::InsightsPage;
use crate::keys::{KeysPage, RevokePage};
use crate::link_page::LinkPage;
use crate::message_page::MessagePage;
use crate::messages::MessagesPage;
use crate::notices::NoticesPage;
use crate::order_page::OrderPage;
use crate::overview::OverviewPage;
use crate::own_accounts::OwnAccountsPage;
use crate::page::Page;
use crate::password_page::PasswordPage;
use crate::proof_page::ProofPage;
use crate::prove_page::ProvePage;
use crate::purchase::PurchasePage;
use crate::samples::Samples;
use crate::second_factor::{RecoveryCodesPage, SecondFactorPage};
use crate::settings::SettingsPage;
use crate::sign_in::SignInPage;
use crate::staff_account::{StaffAccountPage, StandingPage};
use crate::staff_accounts::StaffAccountsPage;
use crate::staff_list::{RemoveStaffPage, StaffListPage};
use crate::staff_order::{DeclinePage, StaffOrderPage};
use crate::staff_orders::StaffOrdersPage;
use crate::staff_plans::{RetirePlanPage, StaffPlansPage};
use crate::staff_prices::{ImportPricesPage, PriceDifferencePage, StaffPricesPage};
use crate::subscriptions::SubscriptionsPage;
use crate::team::{RemoveMemberPage, TeamPage};
use crate::test_inbox::TestInboxPage;
use crate::verification_page::VerificationPage;
use crate::verifications::VerificationsPage;
use crate::webhooks::{
    DeliveryPage, EditWebhookPage, RecoverPage, RemoveWebhookPage, WebhookPage, WebhooksPage,
};

/// The path of the list of all states.
const GALLERY: &str = "/gallery";

/// Returns the paths of all states, in the order of the list.
pub fn paths(dashboard: &Dashboard) -> Vec<String> {
    let context = RequestContext {
        request_id: String::new(),
        preferred_language: None,
        problem_json: false,
        error_help: None,
    };
    let page = Page::new(&context, dashboard.assets());
    let paths = EXHIBITS.iter().flat_map(|exhibit| {
        let states = (exhibit.states)(&page).into_iter();
        states.map(|state| format!("{GALLERY}/{}/{state}", exhibit.name))
    });
    paths.collect()
}

/// Returns a function that mounts the gallery and the assets of its pages.
pub fn configure(dashboard: &Dashboard) -> impl Fn(&mut ServiceConfig) + Clone + Send + 'static {
    let dashboard = dashboard.clone();
    move |app| {
        dashboard.mount_assets(app);
        dashboard.mount(app, GALLERY, |pages| {
            pages
                .app_data(Data::new(dashboard.clone()))
                .service(resource_at("").get(list).finish())
                .service(resource_at("/{page}/{state}").get(show).finish());
        });
    }
}

/// Serves the gallery, until the returned server is stopped or dropped. Signals are left to the caller.
pub fn serve(dashboard: Dashboard, listener: TcpListener) -> io::Result<Server> {
    let app = move || {
        let pages = configure(&dashboard);
        App::new().wrap(from_fn(envelope)).configure(pages)
    };
    let server = HttpServer::new(app).workers(1).disable_signals();
    Ok(server.listen(listener)?.run())
}

/// A page of the gallery.
struct Exhibit {
    name: &'static str,
    /// Returns the names of its states.
    states: fn(&Page) -> Vec<&'static str>,
    /// Returns the answer that is one of its states.
    show: fn(&Page, &str) -> Option<HttpResponse>,
}

impl Exhibit {
    const fn of<P: Samples>() -> Self {
        Self {
            name: P::NAME,
            states: |page| {
                let samples = P::samples(page).into_iter();
                samples.map(|(state, _, _)| state).collect()
            },
            show: |page, wanted| {
                let mut samples = P::samples(page).into_iter();
                let (_, status, sample) = samples.find(|(state, _, _)| *state == wanted)?;
                Some(answer::page(status, &sample))
            },
        }
    }
}

/// All pages.
const EXHIBITS: &[Exhibit] = &[
    Exhibit::of::<HomePage>(),
    Exhibit::of::<GuidePage>(),
    Exhibit::of::<SignInPage>(),
    Exhibit::of::<AddressPage>(),
    Exhibit::of::<ProofPage>(),
    Exhibit::of::<CodePage>(),
    Exhibit::of::<LinkPage>(),
    Exhibit::of::<OverviewPage>(),
    Exhibit::of::<MessagesPage>(),
    Exhibit::of::<MessagePage>(),
    Exhibit::of::<ExplainPage>(),
    Exhibit::of::<VerificationsPage>(),
    Exhibit::of::<VerificationPage>(),
    Exhibit::of::<InsightsPage>(),
    Exhibit::of::<KeysPage>(),
    Exhibit::of::<RevokePage>(),
    Exhibit::of::<WebhooksPage>(),
    Exhibit::of::<EditWebhookPage>(),
    Exhibit::of::<WebhookPage>(),
    Exhibit::of::<DeliveryPage>(),
    Exhibit::of::<RecoverPage>(),
    Exhibit::of::<RemoveWebhookPage>(),
    Exhibit::of::<TestInboxPage>(),
    Exhibit::of::<SubscriptionsPage>(),
    Exhibit::of::<PurchasePage>(),
    Exhibit::of::<ConfirmOrderPage>(),
    Exhibit::of::<OrderPage>(),
    Exhibit::of::<CreditsPage>(),
    Exhibit::of::<TeamPage>(),
    Exhibit::of::<RemoveMemberPage>(),
    Exhibit::of::<OwnAccountsPage>(),
    Exhibit::of::<SettingsPage>(),
    Exhibit::of::<NoticesPage>(),
    Exhibit::of::<PasswordPage>(),
    Exhibit::of::<SecondFactorPage>(),
    Exhibit::of::<RecoveryCodesPage>(),
    Exhibit::of::<ProvePage>(),
    Exhibit::of::<StaffOrdersPage>(),
    Exhibit::of::<StaffOrderPage>(),
    Exhibit::of::<DeclinePage>(),
    Exhibit::of::<StaffAccountsPage>(),
    Exhibit::of::<StaffAccountPage>(),
    Exhibit::of::<StandingPage>(),
    Exhibit::of::<StaffPlansPage>(),
    Exhibit::of::<RetirePlanPage>(),
    Exhibit::of::<StaffPricesPage>(),
    Exhibit::of::<ImportPricesPage>(),
    Exhibit::of::<PriceDifferencePage>(),
    Exhibit::of::<AuditPage>(),
    Exhibit::of::<StaffListPage>(),
    Exhibit::of::<RemoveStaffPage>(),
    Exhibit::of::<ErrorPage>(),
];

#[derive(Template)]
#[template(path = "gallery.html")]
struct Gallery {
    page: Page,
    paths: Vec<String>,
}

async fn list(request: HttpRequest, dashboard: Data<Dashboard>) -> HttpResponse {
    let page = Page::of(&request, dashboard.assets());
    let paths = paths(&dashboard);
    answer::page(StatusCode::OK, &Gallery { page, paths })
}

async fn show(
    request: HttpRequest,
    path: Path<(String, String)>,
    dashboard: Data<Dashboard>,
) -> HttpResponse {
    let (name, state) = path.into_inner();
    let page = Page::of(&request, dashboard.assets());
    let found = EXHIBITS.iter().find(|exhibit| exhibit.name == name);
    match found.and_then(|exhibit| (exhibit.show)(&page, &state)) {
        Some(answer) => answer,
        None => not_found(request).await,
    }
}
