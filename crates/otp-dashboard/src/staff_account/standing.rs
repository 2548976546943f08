//! `/admin/accounts/{id}/standing`: asks before an account is restricted, closed or opened again.

use actix_web::http::StatusCode;
use actix_web::web::{Path, Payload};
use actix_web::{HttpResponse, Resource};
use askama::Template;
use otp_core::account::AccountStanding;
use otp_core::person::permission::StaffAction;
use otp_core::usecases::change_account::{AccountEdit, ChangeAccountError};
use otp_core::usecases::resume_session::Viewer;
use otp_core::usecases::staff_actor::StaffActor;
use otp_edge::resource_at;

use crate::answer;
use crate::error_page::Problem;
use crate::frame::{Frame, Place};
use crate::page::Page;
use crate::prove_page;
use crate::samples::Samples;
use crate::staff_accounts::{ShownStanding, inspected, may_manage, path_of};
use crate::visit::Visit;

#[derive(Template)]
#[template(path = "account_standing.html")]
pub(crate) struct StandingPage {
    page: Page,
    frame: Frame,
    /// The path of the account.
    account: String,
    company: String,
    now: ShownStanding,
    to: AccountStanding,
}

impl StandingPage {
    /// Returns the keys of the title, of what happens then, and of the button.
    const fn row(&self) -> [&'static str; 3] {
        keys_of(self.to)
    }

    fn title_key(&self) -> &'static str {
        self.row()[0]
    }

    fn about_key(&self) -> &'static str {
        self.row()[1]
    }

    fn button_key(&self) -> &'static str {
        self.row()[2]
    }

    fn name(&self) -> &'static str {
        name_of(self.to)
    }

    fn is_opened(&self) -> bool {
        self.to == AccountStanding::Open
    }
}

const fn keys_of(to: AccountStanding) -> [&'static str; 3] {
    match to {
        AccountStanding::Open => ["reopen-title", "reopen-about", "account-reopen"],
        AccountStanding::Restricted => ["restrict-title", "restrict-about", "account-restrict"],
        AccountStanding::Closed => ["close-title", "close-about", "account-close"],
    }
}

/// Returns the name of a standing in an address.
const fn name_of(to: AccountStanding) -> &'static str {
    match to {
        AccountStanding::Open => "open",
        AccountStanding::Restricted => "restricted",
        AccountStanding::Closed => "closed",
    }
}

fn parse(name: &str) -> Option<AccountStanding> {
    let mut all = AccountStanding::ALL.into_iter();
    all.find(|standing| name_of(*standing) == name)
}

pub(super) fn resource() -> Resource {
    resource_at("/accounts/{id}/standing")
        .get(show)
        .post(submit)
        .finish()
}

async fn show(visit: Visit, path: Path<String>) -> HttpResponse {
    match visit.staff(StaffAction::ManageAccounts).await {
        Ok(viewer) => asked(&visit, &viewer, &path).await,
        Err(answer) => answer,
    }
}

async fn asked(visit: &Visit, viewer: &Viewer, id: &str) -> HttpResponse {
    let Some(to) = parse(&visit.parameter("to")) else {
        return visit.problem(Problem::NotFound);
    };
    let found = match inspected(visit, viewer, id).await {
        Ok(found) => found,
        Err(answer) => return answer,
    };
    let (id, is_managed) = (found.account.id, may_manage(viewer, &found));
    let Some(holder) = found.holder.filter(|_| is_managed) else {
        return visit.problem(Problem::NotFound);
    };
    let now = ShownStanding(found.account.rules.standing);
    if now.0 == to {
        return answer::go_to(&path_of(id));
    }
    let page = StandingPage {
        page: visit.page(),
        frame: visit.frame(viewer, Place::CustomerAccounts),
        account: path_of(id),
        company: holder.company.as_str().to_owned(),
        now,
        to,
    };
    answer::page(StatusCode::OK, &page)
}

async fn submit(visit: Visit, path: Path<String>, payload: Payload) -> HttpResponse {
    let sent = visit
        .form_of_staff(StaffAction::ManageAccounts, payload)
        .await;
    let (viewer, typed) = match sent {
        Ok(sent) => sent,
        Err(answer) => return answer,
    };
    let Some(to) = parse(typed.get("to")) else {
        return visit.problem(Problem::NotFound);
    };
    let id = match inspected(&visit, &viewer, &path).await {
        Ok(found) if may_manage(&viewer, &found) => found.account.id,
        Ok(_) => return visit.problem(Problem::NotFound),
        Err(answer) => return answer,
    };
    let edit = AccountEdit {
        standing: Some(to),
        ..AccountEdit::default()
    };
    let change = visit.state.change_account.clone();
    let done = visit.run(async move {
        let by = StaffActor::Viewer(&viewer);
        change.execute(id, edit, by).await
    });
    match done.await {
        Ok(Ok(())) => answer::go_to(&path_of(id)),
        Ok(Err(error)) => match error {
            ChangeAccountError::Forbidden => visit.problem(Problem::RoleForbids),
            ChangeAccountError::NotFresh => {
                let again = format!("{}/standing?to={}", path_of(id), name_of(to));
                prove_page::first(&again)
            }
            ChangeAccountError::NotFound(_) | ChangeAccountError::TestAccount { .. } => {
                visit.problem(Problem::NotFound)
            }
            ChangeAccountError::Port(error) => visit.failed(&error),
        },
        Err(answer) => answer,
    }
}

impl Samples for StandingPage {
    const NAME: &'static str = "account-standing";

    fn samples(page: &Page) -> Vec<(&'static str, StatusCode, Self)> {
        let sample = |company: &str, now, to| Self {
            page: page.clone(),
            frame: Frame::sample(Place::CustomerAccounts),
            account: "/admin/accounts/00000000-0000-7000-8000-000000000001".to_owned(),
            company: company.to_owned(),
            now: ShownStanding(now),
            to,
        };
        let hostile = "<b>\"'&</b><script>alert(1)</script>".repeat(4);
        let (open, restricted) = (AccountStanding::Open, AccountStanding::Restricted);
        let closed = AccountStanding::Closed;
        vec![
            ("restrict", StatusCode::OK, sample("Noor", open, restricted)),
            (
                "close",
                StatusCode::OK,
                sample(&hostile, restricted, closed),
            ),
            ("reopen", StatusCode::OK, sample("Noor", closed, open)),
        ]
    }
}

/// Returns the keys of words that the templates do not name.
#[cfg(test)]
pub(crate) fn keys() -> Vec<&'static str> {
    AccountStanding::ALL.into_iter().flat_map(keys_of).collect()
}
