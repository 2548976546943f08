//! `/dashboard/settings/password`: a new password, after a fresh proof of the person.

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
use crate::form::{Fault, Field, FieldKind, Refused};
use crate::frame::{Frame, Place};
use crate::page::Page;
use crate::prove_page;
use crate::samples::Samples;
use crate::settings;
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
    password: Field,
}

impl PasswordPage {
    fn of(visit: &Visit, viewer: &Viewer) -> Self {
        Self {
            page: visit.page(),
            frame: visit.frame(viewer, Place::Settings),
            email: viewer.details.email.as_str().to_owned(),
            password: Field::empty(FieldKind::NewPassword),
        }
    }

    fn fields(&self) -> [&Field; 1] {
        [&self.password]
    }

    /// There is no reason to refuse the form as a whole.
    const fn refused(&self) -> Option<Refused> {
        None
    }

    fn has_problem(&self) -> bool {
        self.password.fault().is_some()
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
    if !visit.state.change_password.may_change(&viewer) {
        return prove_page::first(PATH);
    }
    answer::page(StatusCode::OK, &PasswordPage::of(&visit, &viewer))
}

async fn submit(visit: Visit, payload: Payload) -> HttpResponse {
    let typed = match visit.signed_form(payload).await {
        Ok((_, typed)) => typed,
        Err(answer) => return answer,
    };
    let viewer = match visit.viewer().await {
        Ok(viewer) => viewer,
        Err(answer) => return answer,
    };
    let mut page = PasswordPage::of(&visit, &viewer);
    let change = visit.state.change_password.clone();
    let password = Password::typed(typed.get(FieldKind::NewPassword.name()).to_owned());
    let changed = visit.run(async move { change.execute(&viewer, &password).await });
    match changed.await {
        Ok(Ok(())) => answer::go_to(settings::PATH),
        Ok(Err(error)) => match error {
            ChangePasswordError::NotFresh => prove_page::first(PATH),
            ChangePasswordError::Password(refused) => {
                page.password.refuse(refused.into());
                answer::page(StatusCode::UNPROCESSABLE_ENTITY, &page)
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
        let sample = |fault| Self {
            page: page.clone(),
            frame: Frame::sample(Place::Settings),
            email: "sara@example.com".to_owned(),
            password: Field::new(FieldKind::NewPassword, "", fault),
        };
        let guessable = Some(Fault::PasswordGuessable);
        vec![
            ("empty", StatusCode::OK, sample(None)),
            ("fault", StatusCode::UNPROCESSABLE_ENTITY, sample(guessable)),
        ]
    }
}
