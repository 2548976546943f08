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
use crate::insights::InsightsPage;
use crate::join::JoinPage;
use crate::keys::{KeysPage, RevokePage};
use crate::link_page::LinkPage;
use crate::message_page::MessagePage;
use crate::messages::MessagesPage;
use crate::order_page::OrderPage;
use crate::overview::OverviewPage;
use crate::own_accounts::OwnAccountsPage;
use crate::page::Page;
use crate::password_page::PasswordPage;
use crate::prove_page::ProvePage;
use crate::purchase::PurchasePage;
use crate::reset_password::ResetPasswordPage;
use crate::samples::Samples;
use crate::second_factor::{RecoveryCodesPage, SecondFactorPage};
use crate::settings::SettingsPage;
use crate::sign_in::SignInPage;
use crate::sign_up::SignUpPage;
use crate::staff_list::{RemoveStaffPage, StaffListPage};
use crate::staff_order::{DeclinePage, StaffOrderPage};
use crate::staff_orders::StaffOrdersPage;
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
    };
    let page = Page::new(&context, dashboard.assets());
    let states = all(&page).into_iter();
    states
        .map(|(path, _)| format!("{GALLERY}/{path}"))
        .collect()
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

/// Every state: its path, and its answer.
fn all(page: &Page) -> Vec<(String, HttpResponse)> {
    states::<SignInPage>(page)
        .chain(states::<AddressPage>(page))
        .chain(states::<SignUpPage>(page))
        .chain(states::<JoinPage>(page))
        .chain(states::<ResetPasswordPage>(page))
        .chain(states::<CodePage>(page))
        .chain(states::<LinkPage>(page))
        .chain(states::<OverviewPage>(page))
        .chain(states::<MessagesPage>(page))
        .chain(states::<MessagePage>(page))
        .chain(states::<ExplainPage>(page))
        .chain(states::<VerificationsPage>(page))
        .chain(states::<VerificationPage>(page))
        .chain(states::<InsightsPage>(page))
        .chain(states::<KeysPage>(page))
        .chain(states::<RevokePage>(page))
        .chain(states::<WebhooksPage>(page))
        .chain(states::<EditWebhookPage>(page))
        .chain(states::<WebhookPage>(page))
        .chain(states::<DeliveryPage>(page))
        .chain(states::<RecoverPage>(page))
        .chain(states::<RemoveWebhookPage>(page))
        .chain(states::<TestInboxPage>(page))
        .chain(states::<SubscriptionsPage>(page))
        .chain(states::<PurchasePage>(page))
        .chain(states::<ConfirmOrderPage>(page))
        .chain(states::<OrderPage>(page))
        .chain(states::<CreditsPage>(page))
        .chain(states::<TeamPage>(page))
        .chain(states::<RemoveMemberPage>(page))
        .chain(states::<OwnAccountsPage>(page))
        .chain(states::<SettingsPage>(page))
        .chain(states::<PasswordPage>(page))
        .chain(states::<SecondFactorPage>(page))
        .chain(states::<RecoveryCodesPage>(page))
        .chain(states::<ProvePage>(page))
        .chain(states::<StaffOrdersPage>(page))
        .chain(states::<StaffOrderPage>(page))
        .chain(states::<DeclinePage>(page))
        .chain(states::<AuditPage>(page))
        .chain(states::<StaffListPage>(page))
        .chain(states::<RemoveStaffPage>(page))
        .chain(states::<ErrorPage>(page))
        .collect()
}

fn states<P: Samples>(page: &Page) -> impl Iterator<Item = (String, HttpResponse)> {
    let samples = P::samples(page).into_iter();
    samples.map(|(state, status, sample)| {
        let answer = answer::page(status, &sample);
        (format!("{}/{state}", P::NAME), answer)
    })
}

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
    let (page, state) = path.into_inner();
    let wanted = format!("{page}/{state}");
    let page = Page::of(&request, dashboard.assets());
    let found = all(&page).into_iter().find(|(path, _)| *path == wanted);
    match found {
        Some((_, answer)) => answer,
        None => not_found(request).await,
    }
}
