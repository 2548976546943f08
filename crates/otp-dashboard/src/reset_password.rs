//! `/password`: a person who has forgotten the password proves the mail address, and sets a new one.
//!
//! The first step is the [address](crate::address_page), the second the code in the mail and the new password.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Path, Payload, ServiceConfig};
use askama::Template;
use otp_core::ids::VerificationId;
use otp_core::person::password::Password;
use otp_core::usecases::prove_address::ProofPurpose;
use otp_core::usecases::reset_password::{ResetPasswordError, ResetPasswordRequest};
use otp_edge::resource_at;

use crate::address_page::{self, AddressPage, ProofFor, RefusablePage, Refusal};
use crate::answer;
use crate::fields;
use crate::form::{Fault, Field, FieldKind, FormPage, Refused, read};
use crate::page::Page;
use crate::paths;
use crate::proof_path::ProofPath;
use crate::samples::Samples;
use crate::visit::Visit;

#[derive(Template)]
#[template(path = "reset_password.html")]
pub(crate) struct ResetPasswordPage {
    page: Page,
    /// The path of the form.
    action: String,
    /// The address to which the code was sent, without its middle.
    masked: String,
    code: Field,
    password: Field,
    refused: Option<Refused>,
    /// Whether the code was sent again a moment ago.
    sent_again: bool,
}

impl FormPage for ResetPasswordPage {
    fn fields(&self) -> Vec<&Field> {
        vec![&self.code, &self.password]
    }

    fn refused(&self) -> Option<Refused> {
        self.refused
    }
}

impl ResetPasswordPage {
    fn new(page: Page, action: String, masked: String) -> Self {
        Self {
            page,
            action,
            masked,
            code: Field::empty(FieldKind::Code),
            password: Field::empty(FieldKind::NewPassword),
            refused: None,
            sent_again: false,
        }
    }

    /// Returns the path that sends the code again.
    fn resend_action(&self) -> String {
        format!("{}/resend", self.action)
    }
}

impl RefusablePage for ResetPasswordPage {
    fn refuse_form(&mut self, refused: Refused) {
        self.refused = Some(refused);
    }

    fn refuse_field(&mut self, fault: Fault) {
        if fault.is_of_code() {
            self.code.refuse(fault);
        } else {
            self.password.refuse(fault);
        }
    }
}

/// Mounts both steps.
pub(crate) fn mount(pages: &mut ServiceConfig) {
    let address = resource_at("").get(show_address).post(submit_address);
    pages
        .service(address.finish())
        .service(resource_at("/{id}").get(show).post(submit).finish())
        .service(resource_at("/{id}/resend").post(resend).finish());
}

async fn show_address(visit: Visit) -> HttpResponse {
    AddressPage::new(visit.page(), ProofFor::NewPassword).answer()
}

async fn submit_address(visit: Visit, payload: Payload) -> HttpResponse {
    let (reset, language) = (visit.state.reset_password.clone(), visit.language());
    let begin = |address| async move { reset.begin(address, language).await };
    address_page::submit(&visit, payload, ProofFor::NewPassword, begin).await
}

async fn show(visit: Visit, path: Path<ProofPath>) -> HttpResponse {
    match find(&visit, &path).await {
        Ok((_, page)) => page.answer(),
        Err(answer) => answer,
    }
}

async fn submit(visit: Visit, path: Path<ProofPath>, payload: Payload) -> HttpResponse {
    let (verification, mut page) = match find(&visit, &path).await {
        Ok(found) => found,
        Err(answer) => return answer,
    };
    let typed = match visit.typed(payload).await {
        Ok(typed) => typed,
        Err(answer) => return answer,
    };
    let (code, guess) = read(FieldKind::Code, typed.get("code"), fields::code);
    page.code = code;
    let Some(guess) = guess else {
        return page.answer();
    };
    let request = ResetPasswordRequest {
        verification,
        guess,
        password: Password::typed(typed.get("new-password").to_owned()),
        device: visit.device(),
        instead_of: visit.session_hash(),
    };
    let reset = visit.state.reset_password.clone();
    match visit.run(async move { reset.execute(request).await }).await {
        Ok(Ok(begun)) => answer::begun(&begun, paths::HOME),
        Ok(Err(error)) => Refusal::from(error).answer(&visit, page),
        Err(answer) => answer,
    }
}

/// Sends the code again.
async fn resend(visit: Visit, path: Path<ProofPath>) -> HttpResponse {
    let (id, mut page) = match find(&visit, &path).await {
        Ok(found) => found,
        Err(answer) => return answer,
    };
    let prove = visit.state.reset_password.prove.clone();
    match visit
        .run(async move { prove.resend(id, ProofPurpose::NewPassword).await })
        .await
    {
        Ok(Ok(_)) => {
            page.sent_again = true;
            page.answer()
        }
        Ok(Err(error)) => Refusal::from(error).answer(&visit, page),
        Err(answer) => answer,
    }
}

/// Finds the code that was sent under this id; another page if there is none.
async fn find(
    visit: &Visit,
    path: &ProofPath,
) -> Result<(VerificationId, ResetPasswordPage), HttpResponse> {
    let sent = path.find(
        visit,
        &visit.state.reset_password.prove,
        ProofPurpose::NewPassword,
    );
    let sent = sent.await?;
    let action = ProofFor::NewPassword.path_of(&sent);
    let page = ResetPasswordPage::new(visit.page(), action, sent.address.masked());
    Ok((sent.id, page))
}

impl From<ResetPasswordError> for Refusal {
    fn from(error: ResetPasswordError) -> Self {
        match error {
            ResetPasswordError::Password(refused) => Self::Field(refused.into()),
            ResetPasswordError::Proof(error) => error.into(),
            ResetPasswordError::NobodyHasAddress => Self::Form(Refused::NobodyHasAddress),
            ResetPasswordError::Port(error) => Self::Failed(error.into()),
        }
    }
}

impl Samples for ResetPasswordPage {
    const NAME: &'static str = "reset-password";

    fn samples(page: &Page) -> Vec<(&'static str, StatusCode, Self)> {
        let action = "/password/00000000-0000-7000-8000-000000000000";
        let masked = "s•••@example.com";
        let empty = || Self::new(page.clone(), action.to_owned(), masked.to_owned());
        let guessable = Some(Fault::PasswordGuessable);
        let faults = Self {
            code: Field::new(FieldKind::Code, "", Some(Fault::NoCode)),
            password: Field::new(FieldKind::NewPassword, "", guessable),
            ..empty()
        };
        let nobody = Self {
            refused: Some(Refused::NobodyHasAddress),
            ..empty()
        };
        let unprocessable = StatusCode::UNPROCESSABLE_ENTITY;
        vec![
            ("empty", StatusCode::OK, empty()),
            ("faults", unprocessable, faults),
            ("nobody", unprocessable, nobody),
        ]
    }
}
