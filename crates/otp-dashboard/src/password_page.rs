//! `/dashboard/settings/password`: a new password, for a person who knows the old one.

use actix_web::http::StatusCode;
use actix_web::web::Payload;
use actix_web::{HttpResponse, Resource};
use askama::Template;
use otp_core::person::password::Password;
use otp_core::usecases::change_password::ChangePasswordError;
use otp_core::usecases::resume_session::Viewer;
use otp_edge::resource_at;

use crate::answer;
use crate::error_page::Problem;
use crate::form::{Fault, Field, FieldKind, FormPage, Refused};
use crate::frame::{Frame, Place};
use crate::page::Page;
use crate::paths;
use crate::prove_page;
use crate::samples::Samples;
use crate::visit::Visit;

/// The path of the page.
const PATH: &str = "/dashboard/settings/password";

#[derive(Template)]
#[template(path = "password.html")]
pub(crate) struct PasswordPage {
    page: Page,
    frame: Frame,
    /// The person's mail address.
    email: String,
    old: Field,
    password: Field,
    refused: Option<Refused>,
}

impl FormPage for PasswordPage {
    fn fields(&self) -> Vec<&Field> {
        vec![&self.old, &self.password]
    }

    fn refused(&self) -> Option<Refused> {
        self.refused
    }
}

impl PasswordPage {
    fn of(visit: &Visit, viewer: &Viewer) -> Self {
        Self {
            page: visit.page(),
            frame: visit.frame(viewer, Place::Settings),
            email: viewer.details.email.as_str().to_owned(),
            old: Field::empty(FieldKind::Password),
            password: Field::empty(FieldKind::NewPassword),
            refused: None,
        }
    }
}

pub(crate) fn resource() -> Resource {
    resource_at("/settings/password")
        .get(show)
        .post(submit)
        .finish()
}

async fn show(visit: Visit) -> HttpResponse {
    let viewer = match visit.viewer().await {
        Ok(viewer) => viewer,
        Err(answer) => return answer,
    };
    let page = PasswordPage::of(&visit, &viewer);
    let change = visit.state.change_password.clone();
    match visit
        .run(async move { change.may_change(&viewer).await })
        .await
    {
        Ok(Ok(true)) => page.answer(),
        Ok(Ok(false)) => prove_page::first(PATH),
        Ok(Err(error)) => visit.failed(&error),
        Err(answer) => answer,
    }
}

async fn submit(visit: Visit, payload: Payload) -> HttpResponse {
    let (viewer, typed) = match visit.form_of_viewer(payload).await {
        Ok(sent) => sent,
        Err(answer) => return answer,
    };
    let mut page = PasswordPage::of(&visit, &viewer);
    let text = |kind: FieldKind| typed.get(kind.name()).to_owned();
    let old = text(FieldKind::Password);
    if old.is_empty() {
        page.old.refuse(Fault::NoPassword);
        return page.answer();
    }
    let (old, new) = (
        Password::typed(old),
        Password::typed(text(FieldKind::NewPassword)),
    );
    let change = visit.state.change_password.clone();
    let changed = visit.run(async move { change.execute(&viewer, &old, &new).await });
    match changed.await {
        Ok(Ok(())) => answer::go_to(paths::SETTINGS),
        Ok(Err(error)) => match error {
            ChangePasswordError::NotFresh => prove_page::first(PATH),
            ChangePasswordError::Password(refused) => {
                page.password.refuse(refused.into());
                page.answer()
            }
            ChangePasswordError::Wrong => {
                page.old.refuse(Fault::WrongPassword);
                page.answer()
            }
            ChangePasswordError::TooMany { wait } => {
                page.refused = Some(Refused::ManyPasswords { wait });
                page.answer()
            }
            ChangePasswordError::NotFound => visit.problem(Problem::NotFound),
            ChangePasswordError::Port(error) => visit.failed(&error),
        },
        Err(answer) => answer,
    }
}

impl Samples for PasswordPage {
    const NAME: &'static str = "password";

    fn samples(page: &Page) -> Vec<(&'static str, StatusCode, Self)> {
        let sample = |faults: [Option<Fault>; 2], refused| Self {
            page: page.clone(),
            frame: Frame::sample(Place::Settings),
            email: "sara@example.com".to_owned(),
            old: Field::new(FieldKind::Password, "", faults[0]),
            password: Field::new(FieldKind::NewPassword, "", faults[1]),
            refused,
        };
        let faults = [Some(Fault::WrongPassword), Some(Fault::PasswordGuessable)];
        let wait = std::time::Duration::from_secs(90);
        let many = Some(Refused::ManyPasswords { wait });
        let unprocessable = StatusCode::UNPROCESSABLE_ENTITY;
        vec![
            ("empty", StatusCode::OK, sample([None; 2], None)),
            ("faults", unprocessable, sample(faults, None)),
            (
                "wait",
                StatusCode::TOO_MANY_REQUESTS,
                sample([None; 2], many),
            ),
        ]
    }
}
