//! `/sign-in`: the page on which a person signs in.

use actix_web::http::StatusCode;
use actix_web::web::Payload;
use actix_web::{HttpResponse, Resource};
use askama::Template;
use otp_core::person::password::Password;
use otp_core::usecases::sign_in::{SignInError, SignInRequest};
use otp_edge::resource_at;

use crate::answer;
use crate::fields;
use crate::form::{Fault, Field, FieldKind, FormPage, Refused, read};
use crate::page::Page;
use crate::paths;
use crate::samples::Samples;
use crate::visit::Visit;

#[derive(Template)]
#[template(path = "sign_in.html")]
pub(crate) struct SignInPage {
    page: Page,
    email: Field,
    password: Field,
    /// The page to go on with.
    next: String,
    refused: Option<Refused>,
}

impl FormPage for SignInPage {
    fn fields(&self) -> Vec<&Field> {
        vec![&self.email, &self.password]
    }

    fn refused(&self) -> Option<Refused> {
        self.refused
    }
}

pub(crate) fn resource() -> Resource {
    resource_at("").get(show).post(submit).finish()
}

async fn show(visit: Visit) -> HttpResponse {
    let page = SignInPage {
        page: visit.page(),
        email: Field::empty(FieldKind::Email),
        password: Field::empty(FieldKind::Password),
        next: paths::local(&visit.parameter("next")).to_owned(),
        refused: None,
    };
    page.answer()
}

async fn submit(visit: Visit, payload: Payload) -> HttpResponse {
    let typed = match visit.typed(payload).await {
        Ok(typed) => typed,
        Err(answer) => return answer,
    };
    let (email, address) = read(FieldKind::Email, typed.get("email"), fields::email);
    let (password, secret) = read(FieldKind::Password, typed.get("password"), |text| {
        let is_there = (!text.is_empty()).then(|| Password::typed(text.to_owned()));
        is_there.ok_or(Fault::NoPassword)
    });
    let mut page = SignInPage {
        page: visit.page(),
        email,
        password,
        next: paths::local(typed.get("next")).to_owned(),
        refused: None,
    };
    let (Some(email), Some(password)) = (address, secret) else {
        return page.answer();
    };
    let request = SignInRequest {
        email,
        password,
        network: visit.network(),
        device: visit.device(),
        instead_of: visit.session_hash(),
    };
    let sign_in = visit.state.sign_in.clone();
    let signed_in = visit.run(async move { sign_in.execute(request).await });
    page.refused = Some(match signed_in.await {
        Ok(Ok(begun)) => return answer::begun(&begun, &page.next),
        Ok(Err(SignInError::Wrong)) => Refused::WrongPassword,
        Ok(Err(SignInError::TooMany { wait })) => Refused::ManyPasswords { wait },
        Ok(Err(SignInError::Port(error))) => return visit.failed(&error),
        Err(answer) => return answer,
    });
    page.answer()
}

impl Samples for SignInPage {
    const NAME: &'static str = "sign-in";

    fn samples(page: &Page) -> Vec<(&'static str, StatusCode, Self)> {
        let sample = |typed, faults: [Option<Fault>; 2], refused| Self {
            page: page.clone(),
            email: Field::new(FieldKind::Email, typed, faults[0]),
            password: Field::new(FieldKind::Password, "", faults[1]),
            next: paths::HOME.to_owned(),
            refused,
        };
        let faults = [Some(Fault::NoEmailAddress), Some(Fault::NoPassword)];
        let hostile = "\"><script>alert(1)</script>";
        let (ok, refused) = (StatusCode::OK, StatusCode::UNPROCESSABLE_ENTITY);
        let wrong = Some(Refused::WrongPassword);
        let wait = Some(Refused::ManyPasswords {
            wait: std::time::Duration::from_secs(90),
        });
        let address = "sara@example.com";
        vec![
            ("empty", ok, sample("", [None; 2], None)),
            ("faults", refused, sample(hostile, faults, None)),
            ("wrong", refused, sample(address, [None; 2], wrong)),
            (
                "wait",
                StatusCode::TOO_MANY_REQUESTS,
                sample(address, [None; 2], wait),
            ),
        ]
    }
}
