//! `/dashboard/team/{id}/remove`: asks before a person leaves a team, or is removed from it.

use actix_web::http::StatusCode;
use actix_web::web::{Path, Payload};
use actix_web::{HttpResponse, Resource};
use askama::Template;
use otp_core::ids::PersonId;
use otp_core::person::AccountRole;
use otp_core::person::permission::AccountAction;
use otp_core::usecases::resume_session::Viewer;
use otp_edge::resource_at;

use super::refusal::{refuse, refused_form};
use crate::answer;
use crate::error_page::Problem;
use crate::form::{Field, FormPage, Refused};
use crate::frame::{Frame, Place};
use crate::page::Page;
use crate::paths;
use crate::samples::Samples;
use crate::visit::Visit;

#[derive(Template)]
#[template(path = "remove_member.html")]
pub(crate) struct RemoveMemberPage {
    page: Page,
    frame: Frame,
    name: String,
    email: String,
    role: AccountRole,
    /// Whether the person is the viewer, who leaves.
    is_viewer: bool,
    refused: Option<Refused>,
}

impl FormPage for RemoveMemberPage {
    fn fields(&self) -> Vec<&Field> {
        Vec::new()
    }

    fn refused(&self) -> Option<Refused> {
        self.refused
    }
}

impl RemoveMemberPage {
    /// Returns the keys of the title, the text below it and the button.
    const fn keys(&self) -> [&'static str; 3] {
        match self.is_viewer {
            true => ["leave-team-title", "leave-team-about", "team-leave"],
            false => ["remove-member-title", "remove-member-about", "team-remove"],
        }
    }
}

/// Returns the keys of words that the template does not name.
#[cfg(test)]
pub(crate) const KEYS: [&str; 6] = [
    "leave-team-title",
    "leave-team-about",
    "team-leave",
    "remove-member-title",
    "remove-member-about",
    "team-remove",
];

pub(super) fn resource() -> Resource {
    resource_at("/team/{id}/remove")
        .get(show)
        .post(submit)
        .finish()
}

async fn show(visit: Visit, path: Path<String>) -> HttpResponse {
    asked(&visit, &path).await.unwrap_or_else(|answer| answer)
}

async fn asked(visit: &Visit, path: &str) -> Result<HttpResponse, HttpResponse> {
    let viewer = visit.viewer().await?;
    let id = PersonId(visit.id(path)?);
    Ok(page_of(visit, &viewer, id, None).await?.answer())
}

async fn submit(visit: Visit, path: Path<String>, payload: Payload) -> HttpResponse {
    removed(&visit, &path, payload)
        .await
        .unwrap_or_else(|answer| answer)
}

async fn removed(
    visit: &Visit,
    path: &str,
    payload: Payload,
) -> Result<HttpResponse, HttpResponse> {
    let (viewer, _) = visit.form_of_viewer(payload).await?;
    let id = PersonId(visit.id(path)?);
    let (manage, of) = (visit.state.manage_team.clone(), viewer.clone());
    let removed = visit.run(async move { manage.remove(&of, id).await });
    match removed.await? {
        Ok(()) if id == viewer.person.id => Ok(answer::go_to(paths::ACCOUNTS)),
        Ok(()) => Ok(answer::go_to(paths::TEAM)),
        Err(error) => match refused_form(&error) {
            Some(refused) => {
                let page = page_of(visit, &viewer, id, Some(refused)).await?;
                Ok(page.answer())
            }
            None => Err(refuse(visit, error)),
        },
    }
}

/// Returns the page about a person in the team.
async fn page_of(
    visit: &Visit,
    viewer: &Viewer,
    id: PersonId,
    refused: Option<Refused>,
) -> Result<RemoveMemberPage, HttpResponse> {
    let may = viewer.account_for(AccountAction::ManageTeam).is_some() || id == viewer.person.id;
    let (manage, of) = (visit.state.manage_team.clone(), viewer.clone());
    let listed = visit.run(async move { manage.list(&of).await });
    let team = listed.await?.map_err(|error| refuse(visit, error))?;
    let mut members = team.members.into_iter();
    let found = members.find(|member| member.membership.person_id == id);
    let found = found.filter(|_| may);
    let found = found.ok_or_else(|| visit.problem(Problem::NotFound))?;
    Ok(RemoveMemberPage {
        page: visit.page(),
        frame: visit.frame(viewer, Place::Team),
        name: found.details.name.as_str().to_owned(),
        email: found.details.email.as_str().to_owned(),
        role: found.membership.role,
        is_viewer: id == viewer.person.id,
        refused,
    })
}

impl Samples for RemoveMemberPage {
    const NAME: &'static str = "remove-member";

    fn samples(page: &Page) -> Vec<(&'static str, StatusCode, Self)> {
        let sample = |name: &str, is_viewer| Self {
            page: page.clone(),
            frame: Frame::sample(Place::Team),
            name: name.to_owned(),
            email: "omar@noor.example".to_owned(),
            role: AccountRole::Developer,
            is_viewer,
            refused: None,
        };
        let hostile = "<b>\"'&</b><script>alert(1)</script>".repeat(4);
        let last_owner = Self {
            role: AccountRole::Owner,
            refused: Some(Refused::LastOwner),
            ..sample("Sara Al-Harbi", true)
        };
        vec![
            ("asked", StatusCode::OK, sample("عمر السعدي", false)),
            ("leave", StatusCode::OK, sample("Sara Al-Harbi", true)),
            ("hostile", StatusCode::OK, sample(&hostile, false)),
            ("last-owner", StatusCode::UNPROCESSABLE_ENTITY, last_owner),
        ]
    }
}
