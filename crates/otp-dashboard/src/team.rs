//! `/dashboard/team`: who works in an account, in which role, and who is invited.

mod refusal;
mod remove;
mod samples;

use actix_web::HttpResponse;
use actix_web::web::{Path, Payload, ServiceConfig};
use askama::Template;
use otp_core::ids::{InvitationId, PersonId};
use otp_core::person::AccountRole;
use otp_core::person::permission::AccountAction;
use otp_core::time::Timestamp;
use otp_core::usecases::manage_team::{ListedInvitation, ListedMember, ManageTeamError};
use otp_core::usecases::resume_session::Viewer;
use otp_edge::resource_at;

use crate::answer;
use crate::error_page::Problem;
use crate::fields;
use crate::form::{Field, FieldKind, FormPage, Refused, read};
use crate::frame::{Frame, Place};
use crate::page::Page;
use crate::paths;
use crate::role_choice::RoleChoice;
use crate::visit::Visit;

use refusal::{refuse, refused_form};

#[cfg(test)]
pub(crate) use remove::KEYS;
pub(crate) use remove::RemoveMemberPage;

#[derive(Template)]
#[template(path = "team.html")]
pub(crate) struct TeamPage {
    page: Page,
    frame: Frame,
    members: Vec<ShownMember>,
    invitations: Vec<ShownInvitation>,
    /// Whether the viewer may change the team.
    may_manage: bool,
    /// Whether the page is shown because an invitation was sent a moment ago.
    is_sent: bool,
    email: Field,
    role: AccountRole,
    refused: Option<Refused>,
}

impl FormPage for TeamPage {
    fn fields(&self) -> Vec<&Field> {
        vec![&self.email]
    }

    fn refused(&self) -> Option<Refused> {
        self.refused
    }
}

/// A person in the team, as the page shows them.
#[derive(Debug, Clone)]
struct ShownMember {
    id: String,
    name: String,
    email: String,
    role: AccountRole,
    has_second_factor: bool,
    since: Timestamp,
    is_viewer: bool,
}

impl ShownMember {
    fn of(listed: ListedMember, viewer: PersonId) -> Self {
        Self {
            id: listed.membership.person_id.to_string(),
            name: listed.details.name.as_str().to_owned(),
            email: listed.details.email.as_str().to_owned(),
            role: listed.membership.role,
            has_second_factor: listed.has_second_factor,
            since: listed.membership.since,
            is_viewer: listed.membership.person_id == viewer,
        }
    }

    fn choices(&self, page: &Page) -> [RoleChoice; 4] {
        RoleChoice::in_account(page, self.role)
    }
}

/// An invitation that is open, as the page shows it.
#[derive(Debug, Clone)]
struct ShownInvitation {
    id: String,
    email: String,
    role: AccountRole,
    ends_at: Timestamp,
}

impl From<ListedInvitation> for ShownInvitation {
    fn from(listed: ListedInvitation) -> Self {
        Self {
            id: listed.id.to_string(),
            email: listed.email.as_str().to_owned(),
            role: listed.role,
            ends_at: listed.ends_at,
        }
    }
}

impl TeamPage {
    fn new(page: Page, frame: Frame, members: Vec<ShownMember>, may_manage: bool) -> Self {
        Self {
            page,
            frame,
            members,
            invitations: Vec::new(),
            may_manage,
            is_sent: false,
            email: Field::empty(FieldKind::InvitedEmail),
            role: AccountRole::Developer,
            refused: None,
        }
    }

    fn choices(&self) -> [RoleChoice; 4] {
        RoleChoice::in_account(&self.page, self.role)
    }

    fn role_path(&self, person: &ShownMember) -> String {
        format!("{}/{}/role", paths::TEAM, person.id)
    }
}

/// Mounts the page and its forms.
pub(crate) fn mount(pages: &mut ServiceConfig) {
    let withdraw = resource_at("/team/invitations/{id}/withdraw").post(withdraw);
    pages
        .service(resource_at("/team").get(show).post(invite).finish())
        .service(withdraw.finish())
        .service(resource_at("/team/{id}/role").post(change_role).finish())
        .service(remove::resource());
}

async fn show(visit: Visit) -> HttpResponse {
    shown(&visit).await.unwrap_or_else(|answer| answer)
}

async fn shown(visit: &Visit) -> Result<HttpResponse, HttpResponse> {
    let viewer = visit.viewer().await?;
    let page = TeamPage {
        is_sent: visit.parameter("sent") == "1",
        ..page_of(visit, &viewer).await?
    };
    Ok(page.answer())
}

/// Invites a person by mail.
async fn invite(visit: Visit, payload: Payload) -> HttpResponse {
    invited(&visit, payload)
        .await
        .unwrap_or_else(|answer| answer)
}

async fn invited(visit: &Visit, payload: Payload) -> Result<HttpResponse, HttpResponse> {
    let (viewer, typed) = visit.form_of_viewer(payload).await?;
    if viewer.account_for(AccountAction::ManageTeam).is_none() {
        return Err(refuse(visit, ManageTeamError::Forbidden));
    }
    let kind = FieldKind::InvitedEmail;
    let (email, address) = read(kind, typed.get(kind.name()), fields::email);
    let role = AccountRole::parse(typed.get("role")).unwrap_or(AccountRole::Viewer);
    let Some(address) = address else {
        return with_form(visit, &viewer, (email, role), None).await;
    };
    let (manage, of) = (visit.state.manage_team.clone(), viewer.clone());
    let language = visit.language();
    let invited = visit.run(async move { manage.invite(&of, (&address, role), language).await });
    match invited.await? {
        Ok(()) => Ok(answer::go_to(&format!("{}?sent=1", paths::TEAM))),
        Err(error) => match refused_form(&error) {
            Some(refused) => with_form(visit, &viewer, (email, role), Some(refused)).await,
            None => Err(refuse(visit, error)),
        },
    }
}

/// Gives a person in the team another role.
async fn change_role(visit: Visit, path: Path<String>, payload: Payload) -> HttpResponse {
    role_changed(&visit, &path, payload)
        .await
        .unwrap_or_else(|answer| answer)
}

async fn role_changed(
    visit: &Visit,
    path: &str,
    payload: Payload,
) -> Result<HttpResponse, HttpResponse> {
    let (viewer, typed) = visit.form_of_viewer(payload).await?;
    let id = PersonId(visit.id(path)?);
    let role = AccountRole::parse(typed.get("role"));
    let role = role.ok_or_else(|| visit.problem(Problem::NotFound))?;
    let (manage, of) = (visit.state.manage_team.clone(), viewer.clone());
    let changed = visit.run(async move { manage.change_role(&of, id, role).await });
    match changed.await? {
        Ok(()) => Ok(answer::go_to(paths::TEAM)),
        Err(error) => match refused_form(&error) {
            Some(refused) => {
                let page = TeamPage {
                    refused: Some(refused),
                    ..page_of(visit, &viewer).await?
                };
                Ok(page.answer())
            }
            None => Err(refuse(visit, error)),
        },
    }
}

/// Withdraws an invitation.
async fn withdraw(visit: Visit, path: Path<String>, payload: Payload) -> HttpResponse {
    withdrawn(&visit, &path, payload)
        .await
        .unwrap_or_else(|answer| answer)
}

async fn withdrawn(
    visit: &Visit,
    path: &str,
    payload: Payload,
) -> Result<HttpResponse, HttpResponse> {
    let (viewer, _) = visit.form_of_viewer(payload).await?;
    let id = InvitationId(visit.id(path)?);
    let manage = visit.state.manage_team.clone();
    let withdrawn = visit.run(async move { manage.withdraw(&viewer, id).await });
    withdrawn.await?.map_err(|error| refuse(visit, error))?;
    Ok(answer::go_to(paths::TEAM))
}

/// Returns the page with the team.
async fn page_of(visit: &Visit, viewer: &Viewer) -> Result<TeamPage, HttpResponse> {
    let (manage, of) = (visit.state.manage_team.clone(), viewer.clone());
    let listed = visit.run(async move { manage.list(&of).await });
    let team = listed.await?.map_err(|error| refuse(visit, error))?;
    let shown = |member| ShownMember::of(member, viewer.person.id);
    let invitations = team.invitations.into_iter();
    Ok(TeamPage {
        invitations: invitations.map(ShownInvitation::from).collect(),
        ..TeamPage::new(
            visit.page(),
            visit.frame(viewer, Place::Team),
            team.members.into_iter().map(shown).collect(),
            viewer.account_for(AccountAction::ManageTeam).is_some(),
        )
    })
}

/// Answers with the page, and the typed texts in its form.
async fn with_form(
    visit: &Visit,
    viewer: &Viewer,
    (email, role): (Field, AccountRole),
    refused: Option<Refused>,
) -> Result<HttpResponse, HttpResponse> {
    let page = TeamPage {
        email,
        role,
        refused,
        ..page_of(visit, viewer).await?
    };
    Ok(page.answer())
}
