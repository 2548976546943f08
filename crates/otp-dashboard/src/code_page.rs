//! `/sign-in/code`: the second factor of a person whose password was right.

use actix_web::http::StatusCode;
use actix_web::web::Payload;
use actix_web::{HttpResponse, Resource};
use askama::Template;
use otp_core::usecases::prove_person::{PersonProof, ProvePersonError};
use otp_edge::resource_at;

use crate::answer;
use crate::form::{Fault, Field, FieldKind, FormPage, Refused};
use crate::page::Page;
use crate::paths;
use crate::samples::Samples;
use crate::visit::Visit;

#[derive(Template)]
#[template(path = "code.html")]
pub(crate) struct CodePage {
    page: Page,
    code: Field,
    /// The page to go on with.
    next: String,
    refused: Option<Refused>,
}

impl FormPage for CodePage {
    fn fields(&self) -> Vec<&Field> {
        vec![&self.code]
    }

    fn refused(&self) -> Option<Refused> {
        self.refused
    }
}

impl CodePage {
    fn new(page: Page, next: &str) -> Self {
        Self {
            page,
            code: Field::empty(FieldKind::AppCode),
            next: paths::local(next).to_owned(),
            refused: None,
        }
    }
}

pub(crate) fn resource() -> Resource {
    resource_at("/code").get(show).post(submit).finish()
}

async fn show(visit: Visit) -> HttpResponse {
    CodePage::new(visit.page(), &visit.parameter("next")).answer()
}

async fn submit(visit: Visit, payload: Payload) -> HttpResponse {
    let typed = match visit.typed(payload).await {
        Ok(typed) => typed,
        Err(answer) => return answer,
    };
    let mut page = CodePage::new(visit.page(), typed.get("next"));
    let code = typed.get(FieldKind::AppCode.name()).to_owned();
    if code.trim().is_empty() {
        page.code.refuse(Fault::NoAppCode);
        return page.answer();
    }
    let Some(token) = visit.token() else {
        return answer::go_to(&paths::before(paths::SIGN_IN, &page.next));
    };
    let prove = visit.state.prove_person.clone();
    let proof = PersonProof::Code(code);
    let proven = visit.run(async move { prove.execute(&token, proof).await });
    match proven.await {
        Ok(Ok(begun)) => answer::begun(&begun, &page.next),
        Ok(Err(error)) => match error {
            // The five minutes are over, so the password is asked for again.
            ProvePersonError::NoSession => {
                answer::go_to(&paths::before(paths::SIGN_IN, &page.next))
            }
            ProvePersonError::Wrong => {
                page.code.refuse(Fault::WrongAppCode);
                page.answer()
            }
            ProvePersonError::TooMany { wait } => {
                page.refused = Some(Refused::ManyCodes { wait });
                page.answer()
            }
            ProvePersonError::Port(error) => visit.failed(&error),
        },
        Err(answer) => answer,
    }
}

impl Samples for CodePage {
    const NAME: &'static str = "sign-in-code";

    fn samples(page: &Page) -> Vec<(&'static str, StatusCode, Self)> {
        let empty = || Self::new(page.clone(), paths::HOME);
        let wrong = Self {
            code: Field::new(FieldKind::AppCode, "", Some(Fault::WrongAppCode)),
            ..empty()
        };
        let wait = std::time::Duration::from_secs(60);
        let waits = Self {
            refused: Some(Refused::ManyCodes { wait }),
            ..empty()
        };
        vec![
            ("empty", StatusCode::OK, empty()),
            ("wrong", StatusCode::UNPROCESSABLE_ENTITY, wrong),
            ("wait", StatusCode::TOO_MANY_REQUESTS, waits),
        ]
    }
}
