//! `/dashboard/settings/second-factor`: turns the second factor on, and off again.

mod qr;
mod samples;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Payload, ServiceConfig};
use askama::Template;
use otp_core::person::second_factor::RecoveryCode;
use otp_core::usecases::manage_second_factor::{Enrolment, ManageSecondFactorError};
use otp_core::usecases::resume_session::Viewer;
use otp_edge::resource_at;

use crate::answer;
use crate::error_page::Problem;
use crate::form::{Fault, Field, FieldKind, FormPage};
use crate::frame::{Frame, Place};
use crate::markup::Markup;
use crate::page::Page;
use crate::paths;
use crate::prove_page;
use crate::value::Value;
use crate::visit::Visit;
use qr::QrCode;

#[derive(Template)]
#[template(path = "second_factor.html")]
pub(crate) struct SecondFactorPage {
    page: Page,
    frame: Frame,
    /// The secret to enter into the app; `None` before the person asks for it.
    secret: Option<ShownSecret>,
    code: Field,
}

impl FormPage for SecondFactorPage {
    fn fields(&self) -> Vec<&Field> {
        vec![&self.code]
    }
}

/// A secret, as a person sees it.
struct ShownSecret {
    qr: QrCode,
    /// The secret in groups of four characters, to type it.
    text: String,
}

impl ShownSecret {
    fn of(enrolment: &Enrolment) -> Self {
        let groups: Vec<_> = enrolment
            .secret
            .as_bytes()
            .chunks(4)
            .map(String::from_utf8_lossy)
            .collect();
        Self {
            qr: QrCode::of(&enrolment.url),
            text: groups.join(" "),
        }
    }

    /// Returns the words around the secret. It may be broken between its groups, because a phone is narrower.
    fn words(&self, page: &Page) -> Markup {
        page.say_all("second-factor-type", &[("secret", Value::Name(&self.text))])
    }
}

impl SecondFactorPage {
    fn new(page: Page, frame: Frame, secret: Option<ShownSecret>) -> Self {
        Self {
            page,
            frame,
            secret,
            code: Field::empty(FieldKind::AppCode),
        }
    }
}

/// The recovery codes, which are shown once.
#[derive(Template)]
#[template(path = "recovery_codes.html")]
pub(crate) struct RecoveryCodesPage {
    page: Page,
    frame: Frame,
    codes: Vec<String>,
}

/// Mounts the page and its forms.
pub(crate) fn mount(pages: &mut ServiceConfig) {
    let page = resource_at("/settings/second-factor").get(show).post(enrol);
    let confirmation = resource_at("/settings/second-factor/confirm").post(confirm);
    let removal = resource_at("/settings/second-factor/remove").post(remove);
    pages
        .service(page.finish())
        .service(confirmation.finish())
        .service(removal.finish());
}

async fn show(visit: Visit) -> HttpResponse {
    let viewer = match visit.viewer().await {
        Ok(viewer) => viewer,
        Err(answer) => return answer,
    };
    match waiting(&visit, &viewer).await {
        Ok(page) => page.answer(),
        Err(answer) => answer,
    }
}

/// Makes a secret, and shows it.
async fn enrol(visit: Visit, payload: Payload) -> HttpResponse {
    let (viewer, _) = match visit.form_of_viewer(payload).await {
        Ok(sent) => sent,
        Err(answer) => return answer,
    };
    let manage = visit.state.manage_second_factor.clone();
    match visit.run(async move { manage.enrol(&viewer).await }).await {
        Ok(Ok(_)) => answer::go_to(paths::SECOND_FACTOR),
        Ok(Err(error)) => refuse(&visit, error, paths::SECOND_FACTOR),
        Err(answer) => answer,
    }
}

/// Turns the factor on by a first code, and shows the recovery codes.
async fn confirm(visit: Visit, payload: Payload) -> HttpResponse {
    let (viewer, typed) = match visit.form_of_viewer(payload).await {
        Ok(sent) => sent,
        Err(answer) => return answer,
    };
    let frame = visit.frame(&viewer, Place::Settings);
    let manage = visit.state.manage_second_factor.clone();
    let code = typed.get(FieldKind::AppCode.name()).to_owned();
    let of = viewer.clone();
    let confirmed = visit.run(async move { manage.confirm(&of, &code).await });
    match confirmed.await {
        Ok(Ok(codes)) => answer::page(
            StatusCode::OK,
            &RecoveryCodesPage {
                page: visit.page(),
                frame,
                codes: codes.iter().map(grouped).collect(),
            },
        ),
        Ok(Err(ManageSecondFactorError::Incorrect)) => match waiting(&visit, &viewer).await {
            Ok(mut page) => {
                page.code.refuse(Fault::WrongAppCode);
                page.answer()
            }
            Err(answer) => answer,
        },
        Ok(Err(error)) => refuse(&visit, error, paths::SECOND_FACTOR),
        Err(answer) => answer,
    }
}

/// Turns the factor off.
async fn remove(visit: Visit, payload: Payload) -> HttpResponse {
    let (viewer, _) = match visit.form_of_viewer(payload).await {
        Ok(sent) => sent,
        Err(answer) => return answer,
    };
    let manage = visit.state.manage_second_factor.clone();
    match visit.run(async move { manage.remove(&viewer).await }).await {
        Ok(Ok(())) => answer::go_to(paths::SETTINGS),
        Ok(Err(error)) => refuse(&visit, error, paths::SETTINGS),
        Err(answer) => answer,
    }
}

/// Returns the page with the secret that waits for a first code, if there is one.
async fn waiting(visit: &Visit, viewer: &Viewer) -> Result<SecondFactorPage, HttpResponse> {
    let manage = visit.state.manage_second_factor.clone();
    let of = viewer.clone();
    let enrolment = visit
        .run(async move { manage.enrolment(&of).await })
        .await?;
    let secret = match enrolment {
        Ok(enrolment) => Some(ShownSecret::of(&enrolment)),
        Err(ManageSecondFactorError::NotFound) => None,
        Err(error) => return Err(refuse(visit, error, paths::SECOND_FACTOR)),
    };
    let frame = visit.frame(viewer, Place::Settings);
    Ok(SecondFactorPage::new(visit.page(), frame, secret))
}

/// Answers a refusal. A person whose last proof is too old comes back to `next` after another one.
fn refuse(visit: &Visit, error: ManageSecondFactorError, next: &str) -> HttpResponse {
    match error {
        ManageSecondFactorError::NotFresh => prove_page::first(next),
        ManageSecondFactorError::IsOn | ManageSecondFactorError::IsStaff => {
            answer::go_to(paths::SETTINGS)
        }
        ManageSecondFactorError::NotFound | ManageSecondFactorError::Incorrect => {
            visit.problem(Problem::NotFound)
        }
        ManageSecondFactorError::Port(error) => visit.failed(&error),
    }
}

fn grouped(code: &RecoveryCode) -> String {
    code.grouped().to_string()
}
