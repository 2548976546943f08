//! `/dashboard/prove`: another proof of the person, before an action that asks for a fresh one.

use actix_web::http::StatusCode;
use actix_web::web::Payload;
use actix_web::{HttpResponse, Resource};
use askama::Template;
use otp_core::person::password::Password;
use otp_core::usecases::prove_person::{AskedProof, PersonProof, ProvePersonError};
use otp_edge::resource_at;

use crate::answer;
use crate::error_page::Problem;
use crate::form::{Fault, Field, FieldKind, FormPage, Refused};
use crate::frame::{Frame, Place};
use crate::page::Page;
use crate::paths;
use crate::samples::Samples;
use crate::visit::Visit;

#[derive(Template)]
#[template(path = "prove.html")]
pub(crate) struct ProvePage {
    page: Page,
    frame: Frame,
    /// The person's mail address.
    email: String,
    proof: Field,
    /// The page to go on with.
    next: String,
    refused: Option<Refused>,
}

impl FormPage for ProvePage {
    fn fields(&self) -> Vec<&Field> {
        vec![&self.proof]
    }

    fn refused(&self) -> Option<Refused> {
        self.refused
    }
}

impl ProvePage {
    fn new((page, frame): (Page, Frame), email: String, asked: AskedProof, next: &str) -> Self {
        let kind = match asked {
            AskedProof::Code => FieldKind::AppCode,
            AskedProof::Password => FieldKind::Password,
        };
        Self {
            page,
            frame,
            email,
            proof: Field::empty(kind),
            next: paths::local(next).to_owned(),
            refused: None,
        }
    }
}

pub(crate) fn resource() -> Resource {
    resource_at("/prove").get(show).post(submit).finish()
}

/// Sends the browser to this page, and then back to `next`.
pub(crate) fn first(next: &str) -> HttpResponse {
    answer::go_to(&paths::before(paths::PROVE, next))
}

async fn show(visit: Visit) -> HttpResponse {
    match page_for(&visit, &visit.parameter("next")).await {
        Ok((page, _)) => page.answer(),
        Err(answer) => answer,
    }
}

async fn submit(visit: Visit, payload: Payload) -> HttpResponse {
    let (viewer_token, typed) = match visit.signed_form(payload).await {
        Ok(signed) => signed,
        Err(answer) => return answer,
    };
    let (mut page, asked) = match page_for(&visit, typed.get("next")).await {
        Ok(page) => page,
        Err(answer) => return answer,
    };
    let text = typed.get(page.proof.kind().name()).to_owned();
    if text.trim().is_empty() {
        page.proof.refuse(match asked {
            AskedProof::Code => Fault::NoAppCode,
            AskedProof::Password => Fault::NoPassword,
        });
        return page.answer();
    }
    let (proof, wrong) = match asked {
        AskedProof::Code => (PersonProof::Code(text), Fault::WrongAppCode),
        AskedProof::Password => {
            let password = Password::typed(text);
            (PersonProof::Password(password), Fault::WrongPassword)
        }
    };
    let prove = visit.state.prove_person.clone();
    let proven = visit.run(async move { prove.execute(&viewer_token, proof).await });
    match proven.await {
        Ok(Ok(begun)) => answer::begun(&begun, &page.next),
        Ok(Err(error)) => match error {
            ProvePersonError::NoSession => {
                answer::go_to(&paths::before(paths::SIGN_IN, &page.next))
            }
            ProvePersonError::Wrong => {
                page.proof.refuse(wrong);
                page.answer()
            }
            ProvePersonError::TooMany { wait } => {
                page.refused = Some(match asked {
                    AskedProof::Code => Refused::ManyCodes { wait },
                    AskedProof::Password => Refused::ManyPasswords { wait },
                });
                page.answer()
            }
            ProvePersonError::Port(error) => visit.failed(&error),
        },
        Err(answer) => answer,
    }
}

/// Returns the page with the field for the proof that this person is asked for.
async fn page_for(visit: &Visit, next: &str) -> Result<(ProvePage, AskedProof), HttpResponse> {
    let viewer = visit.viewer().await?;
    let token = visit
        .token()
        .ok_or_else(|| visit.problem(Problem::NotFound))?;
    let prove = visit.state.prove_person.clone();
    let asked = visit.run(async move { prove.asked(&token).await }).await?;
    let asked = asked.map_err(|error| visit.failed(&error))?;
    let frame = visit.frame(&viewer, Place::Settings);
    let email = viewer.details.email.as_str().to_owned();
    let page = ProvePage::new((visit.page(), frame), email, asked, next);
    Ok((page, asked))
}

impl Samples for ProvePage {
    const NAME: &'static str = "prove";

    fn samples(page: &Page) -> Vec<(&'static str, StatusCode, Self)> {
        let empty = |asked| {
            let frame = Frame::sample(Place::Settings);
            let email = "sara@example.com".to_owned();
            Self::new((page.clone(), frame), email, asked, paths::SETTINGS)
        };
        let wrong = Self {
            proof: Field::new(FieldKind::Password, "", Some(Fault::WrongPassword)),
            ..empty(AskedProof::Password)
        };
        vec![
            ("password", StatusCode::OK, empty(AskedProof::Password)),
            ("code", StatusCode::OK, empty(AskedProof::Code)),
            ("wrong", StatusCode::UNPROCESSABLE_ENTITY, wrong),
        ]
    }
}
