//! `/admin/people`: who is staff, and in which role.

mod refusal;
mod remove;
mod samples;

use actix_web::HttpResponse;
use actix_web::web::{Path, Payload, ServiceConfig};
use askama::Template;
use otp_core::ids::{PersonId, parse_uuid};
use otp_core::person::permission::StaffAction;
use otp_core::person::session::SessionToken;
use otp_core::person::staff::{StaffRefusal, StaffRole};
use otp_core::time::Timestamp;
use otp_core::usecases::manage_staff::{Invitation, ListedStaff, ManageStaffError};
use otp_core::usecases::resume_session::Viewer;
use otp_core::usecases::staff_actor::StaffActor;
use otp_edge::resource_at;

use crate::answer;
use crate::error_page::Problem;
use crate::fields;
use crate::form::{Field, FieldKind, FormPage, Refused, read};
use crate::frame::{Frame, Place};
use crate::link_page;
use crate::markup::Markup;
use crate::page::Page;
use crate::paths;
use crate::role_choice::RoleChoice;
use crate::value::Value;
use crate::visit::Visit;

use refusal::refuse;

pub(crate) use remove::RemoveStaffPage;

#[derive(Template)]
#[template(path = "staff_list.html")]
pub(crate) struct StaffListPage {
    page: Page,
    frame: Frame,
    staff: Vec<ShownStaff>,
    /// The person who was just invited, with the link. It is shown once.
    invited: Option<Invited>,
    /// Whether the viewer may change who is staff.
    may_manage: bool,
    email: Field,
    name: Field,
    role: StaffRole,
    refused: Option<Refused>,
}

impl FormPage for StaffListPage {
    fn fields(&self) -> Vec<&Field> {
        vec![&self.email, &self.name]
    }

    fn refused(&self) -> Option<Refused> {
        self.refused
    }
}

/// A person of the staff, as the page shows them.
#[derive(Debug, Clone)]
struct ShownStaff {
    id: String,
    name: String,
    email: String,
    role: StaffRole,
    has_second_factor: bool,
    since: Timestamp,
    is_viewer: bool,
}

impl ShownStaff {
    fn of(listed: ListedStaff, viewer: PersonId) -> Self {
        Self {
            id: listed.member.person_id.to_string(),
            name: listed.details.name.as_str().to_owned(),
            email: listed.details.email.as_str().to_owned(),
            role: listed.member.role,
            has_second_factor: listed.has_second_factor,
            since: listed.member.since,
            is_viewer: listed.member.person_id == viewer,
        }
    }

    fn choices(&self, page: &Page) -> [RoleChoice; 4] {
        RoleChoice::of_staff(page, self.role)
    }
}

/// A person who was just invited.
struct Invited {
    email: String,
    link: String,
}

impl Invited {
    fn words(&self, page: &Page) -> Markup {
        page.say_all("invited-about", &[("email", Value::Name(&self.email))])
    }
}

impl StaffListPage {
    fn new(page: Page, frame: Frame, staff: Vec<ShownStaff>, may_manage: bool) -> Self {
        Self {
            page,
            frame,
            staff,
            invited: None,
            may_manage,
            email: Field::empty(FieldKind::InvitedEmail),
            name: Field::empty(FieldKind::InvitedName),
            role: StaffRole::Support,
            refused: None,
        }
    }

    fn choices(&self) -> [RoleChoice; 4] {
        RoleChoice::of_staff(&self.page, self.role)
    }

    fn role_path(&self, person: &ShownStaff) -> String {
        format!("{}/{}/role", paths::STAFF_LIST, person.id)
    }
}

/// Mounts the page and its forms.
pub(crate) fn mount(pages: &mut ServiceConfig) {
    pages
        .service(resource_at("/people").get(show).post(invite).finish())
        .service(resource_at("/people/{id}/role").post(change_role).finish())
        .service(remove::resource());
}

async fn show(visit: Visit) -> HttpResponse {
    let viewer = match visit.staff(StaffAction::LookAtStaff).await {
        Ok(viewer) => viewer,
        Err(answer) => return answer,
    };
    match page_of(&visit, &viewer).await {
        Ok(page) => page.answer(),
        Err(answer) => answer,
    }
}

/// Invites a person, and shows the link once.
async fn invite(visit: Visit, payload: Payload) -> HttpResponse {
    let (viewer, typed) = match visit.form_of_staff(StaffAction::ManageStaff, payload).await {
        Ok(sent) => sent,
        Err(answer) => return answer,
    };
    let kind = FieldKind::InvitedEmail;
    let (email, address) = read(kind, typed.get(kind.name()), fields::email);
    let kind = FieldKind::InvitedName;
    let (name, named) = read(kind, typed.get(kind.name()), fields::optional_name);
    let role = StaffRole::parse(typed.get("role")).unwrap_or(StaffRole::Support);
    let (Some(address), Some(named)) = (address, named) else {
        return match page_of(&visit, &viewer).await {
            Ok(mut page) => {
                (page.email, page.name, page.role) = (email, name, role);
                page.answer()
            }
            Err(answer) => answer,
        };
    };
    let invited = Invitation {
        email: address.clone(),
        name: named,
        language: visit.language(),
        role,
    };
    let (manage, of) = (visit.state.manage_staff.clone(), viewer.clone());
    let made = visit.run(async move { manage.invite(StaffActor::Viewer(&of), invited).await });
    match made.await {
        Ok(Ok(token)) => with_link(&visit, &viewer, address.as_str(), &token).await,
        Ok(Err(error)) => refused(&visit, &viewer, error).await,
        Err(answer) => answer,
    }
}

/// Gives a person of the staff another role.
async fn change_role(visit: Visit, path: Path<String>, payload: Payload) -> HttpResponse {
    let (viewer, typed) = match visit.form_of_staff(StaffAction::ManageStaff, payload).await {
        Ok(sent) => sent,
        Err(answer) => return answer,
    };
    let (Ok(id), Some(role)) = (parse_uuid(&path), StaffRole::parse(typed.get("role"))) else {
        return visit.problem(Problem::NotFound);
    };
    let (manage, of) = (visit.state.manage_staff.clone(), viewer.clone());
    let changed = visit.run(async move {
        let by = StaffActor::Viewer(&of);
        manage.change_role(by, PersonId(id), role).await
    });
    match changed.await {
        Ok(Ok(())) => answer::go_to(paths::STAFF_LIST),
        Ok(Err(error)) => refused(&visit, &viewer, error).await,
        Err(answer) => answer,
    }
}

async fn with_link(
    visit: &Visit,
    viewer: &Viewer,
    email: &str,
    token: &SessionToken,
) -> HttpResponse {
    match page_of(visit, viewer).await {
        Ok(mut page) => {
            page.invited = Some(Invited {
                email: email.to_owned(),
                link: format!("{}{}", visit.gateway(), link_page::path(token)),
            });
            page.answer()
        }
        Err(answer) => answer,
    }
}

/// Returns the page with everybody who is staff.
async fn page_of(visit: &Visit, viewer: &Viewer) -> Result<StaffListPage, HttpResponse> {
    let (manage, of) = (visit.state.manage_staff.clone(), viewer.clone());
    let listed = visit.run(async move { manage.list(StaffActor::Viewer(&of)).await });
    match listed.await? {
        Ok(staff) => {
            let shown = |staff| ShownStaff::of(staff, viewer.person.id);
            Ok(StaffListPage::new(
                visit.page(),
                visit.frame(viewer, Place::Staff),
                staff.into_iter().map(shown).collect(),
                viewer.may_as_staff(StaffAction::ManageStaff),
            ))
        }
        Err(error) => Err(refuse(visit, error)),
    }
}

/// Answers a refusal: that of the last admin on the page itself.
async fn refused(visit: &Visit, viewer: &Viewer, error: ManageStaffError) -> HttpResponse {
    let ManageStaffError::Refused(StaffRefusal::LastAdmin) = error else {
        return refuse(visit, error);
    };
    match page_of(visit, viewer).await {
        Ok(mut page) => {
            page.refused = Some(Refused::LastAdmin);
            page.answer()
        }
        Err(answer) => answer,
    }
}
