//! `/admin/accounts`: the accounts, newest first, and the search for one.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, Resource};
use askama::Template;
use otp_core::account::{AccountStanding, HOUSE_ACCOUNT};
use otp_core::ids::AccountId;
use otp_core::page::{Cursor, PageSize};
use otp_core::person::permission::StaffAction;
use otp_core::time::Timestamp;
use otp_core::usecases::inspect_accounts::{
    FoundAccounts, InspectAccountsError, InspectedAccount, ListedAccount, MAX_FOUND, MAX_SEARCHED,
};
use otp_core::usecases::resume_session::Viewer;
use otp_core::usecases::staff_actor::StaffActor;
use otp_edge::resource_at;

use crate::answer;
use crate::error_page::Problem;
use crate::frame::{Frame, Place};
use crate::markup::Markup;
use crate::page::Page;
use crate::samples::Samples;
use crate::value::Value;
use crate::visit::Visit;

/// The parameter with what is sought.
const SOUGHT: &str = "q";

#[derive(Template)]
#[template(path = "staff_accounts.html")]
pub(crate) struct StaffAccountsPage {
    page: Page,
    frame: Frame,
    accounts: Vec<ShownAccount>,
    /// The text that is sought, as typed; the empty text if the list is shown.
    sought: String,
    /// Whether the search did not reach all accounts.
    may_have_more: bool,
    /// The start of the next page, if there is one.
    next: Option<String>,
}

/// An account in the list.
#[derive(Debug, Clone)]
struct ShownAccount {
    id: String,
    /// The business; `None` once it is erased.
    company: Option<String>,
    standing: ShownStanding,
    since: Timestamp,
}

/// Whether an account may send, as a page shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ShownStanding(pub(crate) AccountStanding);

impl ShownStanding {
    /// Returns the key of its words.
    pub(crate) const fn key(&self) -> &'static str {
        match self.0 {
            AccountStanding::Open => "standing-open",
            AccountStanding::Restricted => "standing-restricted",
            AccountStanding::Closed => "standing-closed",
        }
    }

    /// Returns the class of its sign.
    pub(crate) const fn badge(&self) -> &'static str {
        match self.0 {
            AccountStanding::Open => "is-good",
            AccountStanding::Restricted => "is-warn",
            AccountStanding::Closed => "is-off",
        }
    }

    /// Returns whether the account has ended.
    pub(crate) fn is_closed(&self) -> bool {
        self.0 == AccountStanding::Closed
    }
}

impl From<&ListedAccount> for ShownAccount {
    fn from(listed: &ListedAccount) -> Self {
        let company = listed.company.as_ref();
        Self {
            id: listed.account.id.to_string(),
            company: company.map(|company| company.as_str().to_owned()),
            standing: ShownStanding(listed.account.rules.standing),
            since: listed.account.created_at,
        }
    }
}

impl StaffAccountsPage {
    fn is_search(&self) -> bool {
        !self.sought.is_empty()
    }

    /// Returns the words for the limits of the search.
    fn limit_words(&self) -> Markup {
        let values = [
            ("searched", Value::count(MAX_SEARCHED)),
            ("found", Value::count(MAX_FOUND)),
        ];
        self.page.say_all("accounts-limit", &values)
    }

    fn sought_words(&self) -> Markup {
        let values = [("sought", Value::Name(&self.sought))];
        self.page.say_all("accounts-not-found", &values)
    }
}

pub(crate) fn resource() -> Resource {
    resource_at("/accounts").get(show).finish()
}

async fn show(visit: Visit) -> HttpResponse {
    let viewer = match visit.staff(StaffAction::LookAtAccounts).await {
        Ok(viewer) => viewer,
        Err(answer) => return answer,
    };
    let frame = visit.frame(&viewer, Place::CustomerAccounts);
    let sought = visit.parameter(SOUGHT).trim().to_owned();
    let cursor = Cursor::parse(&visit.parameter("after")).ok();
    let (inspect, text) = (visit.state.inspect_accounts.clone(), sought.clone());
    let found = visit.run(async move {
        let by = StaffActor::Viewer(&viewer);
        if text.is_empty() {
            let page = inspect.list(by, cursor, PageSize::default()).await?;
            let found = FoundAccounts {
                accounts: page.items,
                may_have_more: false,
            };
            return Ok((found, page.next));
        }
        Ok((inspect.search(by, &text).await?, None))
    });
    match found.await {
        Ok(Ok((found, next))) => {
            let page = StaffAccountsPage {
                page: visit.page(),
                frame,
                accounts: found.accounts.iter().map(ShownAccount::from).collect(),
                sought,
                may_have_more: found.may_have_more,
                next: next.map(|next| next.to_string()),
            };
            answer::page(StatusCode::OK, &page)
        }
        Ok(Err(error)) => refuse(&visit, error),
        Err(answer) => answer,
    }
}

/// Returns the path of an account.
pub(crate) fn path_of(id: AccountId) -> String {
    format!("{}/{id}", Place::CustomerAccounts.path())
}

/// Returns an account with what it has.
pub(crate) async fn inspected(
    visit: &Visit,
    viewer: &Viewer,
    id: &str,
) -> Result<InspectedAccount, HttpResponse> {
    let id = AccountId(visit.id(id)?);
    let (inspect, of) = (visit.state.inspect_accounts.clone(), viewer.clone());
    let found = visit.run(async move { inspect.show(StaffActor::Viewer(&of), id).await });
    found.await?.map_err(|error| refuse(visit, error))
}

/// Returns whether the viewer may restrict, close and reopen the account. Without the house account, nobody can sign up.
pub(crate) fn may_manage(viewer: &Viewer, inspected: &InspectedAccount) -> bool {
    let may = viewer.may_as_staff(StaffAction::ManageAccounts);
    may && inspected.holder.is_some() && inspected.account.id != HOUSE_ACCOUNT
}

/// Answers with the page of a refusal.
pub(crate) fn refuse(visit: &Visit, error: InspectAccountsError) -> HttpResponse {
    match error {
        InspectAccountsError::Forbidden => visit.problem(Problem::RoleForbids),
        InspectAccountsError::NotFound => visit.problem(Problem::NotFound),
        InspectAccountsError::Contact(error) => visit.failed(&error),
        InspectAccountsError::Senders(error) => visit.failed(&error),
        InspectAccountsError::Port(error) => visit.failed(&error),
    }
}

impl Samples for StaffAccountsPage {
    const NAME: &'static str = "staff-accounts";

    fn samples(page: &Page) -> Vec<(&'static str, StatusCode, Self)> {
        let account = |number: u8, company: Option<&str>, standing| ShownAccount {
            id: format!("00000000-0000-7000-8000-0000000000{number:02}"),
            company: company.map(str::to_owned),
            standing: ShownStanding(standing),
            since: Timestamp::from_unix_millis(1_795_874_531_000),
        };
        let hostile = "<b>\"'&</b><script>alert(1)</script>";
        let accounts = vec![
            account(1, Some("Noor Retail"), AccountStanding::Open),
            account(2, Some("صيدليات دجلة"), AccountStanding::Restricted),
            account(3, Some(&"Wide ".repeat(40)), AccountStanding::Open),
            account(4, Some(hostile), AccountStanding::Closed),
            account(5, None, AccountStanding::Closed),
        ];
        let sample = |accounts: &[ShownAccount], sought: &str, next: Option<&str>| Self {
            page: page.clone(),
            frame: Frame::sample(Place::CustomerAccounts),
            accounts: accounts.to_vec(),
            sought: sought.to_owned(),
            may_have_more: false,
            next: next.map(str::to_owned),
        };
        let searched = Self {
            may_have_more: true,
            ..sample(&accounts[1..2], "صيدليات", None)
        };
        vec![
            ("empty", StatusCode::OK, sample(&[], "", None)),
            (
                "full",
                StatusCode::OK,
                sample(&accounts, "", Some("AQAAAZ")),
            ),
            ("found", StatusCode::OK, searched),
            ("not-found", StatusCode::OK, sample(&[], hostile, None)),
        ]
    }
}

/// Returns the keys of words that the templates do not name.
#[cfg(test)]
pub(crate) fn keys() -> Vec<&'static str> {
    let standings = AccountStanding::ALL.map(|standing| ShownStanding(standing).key());
    let others = ["accounts-limit", "accounts-not-found"];
    standings.into_iter().chain(others).collect()
}
