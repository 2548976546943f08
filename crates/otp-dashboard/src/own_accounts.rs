//! `/dashboard/accounts`: the accounts of a person, and the invitations to others.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Path, Payload, ServiceConfig};
use askama::Template;
use otp_core::account::ContactLine;
use otp_core::ids::{AccountId, InvitationId};
use otp_core::person::AccountRole;
use otp_core::ports::PortError;
use otp_core::time::Timestamp;
use otp_core::usecases::join_team::JoinTeamError;
use otp_core::usecases::resume_session::Viewer;
use otp_edge::resource_at;

use crate::answer;
use crate::error_page::Problem;
use crate::frame::{Frame, Place};
use crate::page::Page;
use crate::paths;
use crate::samples::Samples;
use crate::visit::Visit;

#[derive(Template)]
#[template(path = "own_accounts.html")]
pub(crate) struct OwnAccountsPage {
    page: Page,
    frame: Frame,
    accounts: Vec<ShownAccount>,
    invitations: Vec<Received>,
}

/// An account of the person.
#[derive(Debug, Clone)]
struct ShownAccount {
    id: String,
    company: String,
    role: AccountRole,
    /// Whether the person looks at it now.
    is_chosen: bool,
}

/// An invitation to the team of another account.
#[derive(Debug, Clone)]
struct Received {
    id: String,
    company: String,
    role: AccountRole,
    ends_at: Timestamp,
}

/// Mounts the page and its forms.
pub(crate) fn mount(pages: &mut ServiceConfig) {
    pages
        .service(resource_at("/accounts").get(show).finish())
        .service(resource_at("/accounts/{id}/choose").post(choose).finish())
        .service(
            resource_at("/invitations/{id}/accept")
                .post(accept)
                .finish(),
        )
        .service(
            resource_at("/invitations/{id}/decline")
                .post(decline)
                .finish(),
        );
}

async fn show(visit: Visit) -> HttpResponse {
    shown(&visit).await.unwrap_or_else(|answer| answer)
}

async fn shown(visit: &Visit) -> Result<HttpResponse, HttpResponse> {
    let viewer = visit.viewer().await?;
    let page = page_of(visit, &viewer).await?;
    Ok(answer::page(StatusCode::OK, &page))
}

/// Makes the person look at another of their accounts.
async fn choose(visit: Visit, path: Path<String>, payload: Payload) -> HttpResponse {
    chosen(&visit, &path, payload)
        .await
        .unwrap_or_else(|answer| answer)
}

async fn chosen(visit: &Visit, path: &str, payload: Payload) -> Result<HttpResponse, HttpResponse> {
    let (viewer, _) = visit.form_of_viewer(payload).await?;
    let id = AccountId(visit.id(path)?);
    let choose = visit.state.choose_account.clone();
    let chosen = visit.run(async move { choose.execute(&viewer, id).await });
    Ok(match chosen.await? {
        Ok(true) => answer::go_to(paths::HOME),
        Ok(false) => visit.problem(Problem::NotFound),
        Err(error) => visit.failed(&error),
    })
}

/// The reply to an invitation.
#[derive(Clone, Copy)]
enum Reply {
    Accept,
    Decline,
}

async fn accept(visit: Visit, path: Path<String>, payload: Payload) -> HttpResponse {
    replied(&visit, &path, payload, Reply::Accept)
        .await
        .unwrap_or_else(|answer| answer)
}

async fn decline(visit: Visit, path: Path<String>, payload: Payload) -> HttpResponse {
    replied(&visit, &path, payload, Reply::Decline)
        .await
        .unwrap_or_else(|answer| answer)
}

async fn replied(
    visit: &Visit,
    path: &str,
    payload: Payload,
    reply: Reply,
) -> Result<HttpResponse, HttpResponse> {
    let (viewer, _) = visit.form_of_viewer(payload).await?;
    let id = InvitationId(visit.id(path)?);
    let join = visit.state.join_team.clone();
    let replied = visit.run(async move {
        match reply {
            Reply::Accept => join.accept(&viewer, id).await,
            Reply::Decline => join.decline(&viewer, id).await,
        }
    });
    Ok(match (replied.await?, reply) {
        (Ok(()), Reply::Accept) => answer::go_to(paths::HOME),
        (Ok(()), Reply::Decline) => answer::go_to(paths::ACCOUNTS),
        (Err(JoinTeamError::Port(error)), _) => visit.failed(&error),
        (
            Err(
                JoinTeamError::NotOpen
                | JoinTeamError::NotInvited
                | JoinTeamError::AlreadyMember
                | JoinTeamError::AddressTaken
                | JoinTeamError::Password(_)
                | JoinTeamError::Proof(_),
            ),
            _,
        ) => visit.problem(Problem::NotFound),
    })
}

async fn page_of(visit: &Visit, viewer: &Viewer) -> Result<OwnAccountsPage, HttpResponse> {
    let (choose, join) = (
        visit.state.choose_account.clone(),
        visit.state.join_team.clone(),
    );
    let of = viewer.clone();
    let found = visit.run(async move {
        let accounts = choose.list(&of).await?;
        Ok((accounts, join.list(&of).await?))
    });
    let found: Result<_, PortError> = found.await?;
    let (accounts, invitations) = found.map_err(|error| visit.failed(&error))?;
    let chosen = viewer.account.as_ref().map(|account| account.id);
    let accounts = accounts.into_iter().map(|account| ShownAccount {
        id: account.id.to_string(),
        company: text_of(account.company),
        role: account.role,
        is_chosen: Some(account.id) == chosen,
    });
    let invitations = invitations.into_iter().map(|invitation| Received {
        id: invitation.id.to_string(),
        company: text_of(invitation.company),
        role: invitation.role,
        ends_at: invitation.ends_at,
    });
    Ok(OwnAccountsPage {
        page: visit.page(),
        frame: visit.frame(viewer, Place::Accounts),
        accounts: accounts.collect(),
        invitations: invitations.collect(),
    })
}

/// Returns the name of a business, which is empty once it is erased.
fn text_of(company: Option<ContactLine>) -> String {
    company.map_or_else(String::new, |company| company.as_str().to_owned())
}

impl Samples for OwnAccountsPage {
    const NAME: &'static str = "accounts";

    fn samples(page: &Page) -> Vec<(&'static str, StatusCode, Self)> {
        let id = |number: u8| format!("00000000-0000-7000-8000-0000000000{number:02}");
        let account = |number, company: &str, role| ShownAccount {
            id: id(number),
            company: company.to_owned(),
            role,
            is_chosen: number == 1,
        };
        let received = |number, company: &str, role| Received {
            id: id(number),
            company: company.to_owned(),
            role,
            ends_at: Timestamp::from_unix_millis(1_790_600_000_000),
        };
        let hostile = "<b>\"'&</b><script>alert(1)</script>".repeat(3);
        let accounts = vec![
            account(1, "Noor Retail", AccountRole::Owner),
            account(2, "متجر الفجر", AccountRole::Developer),
            account(3, &hostile, AccountRole::Viewer),
        ];
        let invitations = vec![
            received(7, "Amal & Söhne", AccountRole::Billing),
            received(8, &hostile, AccountRole::Owner),
        ];
        let sample = |accounts, invitations| Self {
            page: page.clone(),
            frame: Frame::sample(Place::Accounts),
            accounts,
            invitations,
        };
        let mut nothing = sample(vec![], vec![]);
        nothing.frame.company = None;
        let mut invited = sample(vec![], invitations.clone());
        invited.frame.company = None;
        vec![
            (
                "several",
                StatusCode::OK,
                sample(accounts.clone(), invitations),
            ),
            (
                "one",
                StatusCode::OK,
                sample(accounts.into_iter().take(1).collect(), vec![]),
            ),
            ("invited", StatusCode::OK, invited),
            ("nothing", StatusCode::OK, nothing),
        ]
    }
}
