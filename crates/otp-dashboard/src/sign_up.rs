//! `/sign-up`: a person proves a mail address, and opens an account.
//!
//! The first step is the [address](crate::address_page). The second asks for the code in the mail together with all
//! details, and checks the details first, so that a fault costs no guess at the code.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Path, Payload, ServiceConfig};
use askama::Template;
use otp_core::ids::VerificationId;
use otp_core::person::password::Password;
use otp_core::usecases::prove_address::{ProofPurpose, SentCode};
use otp_core::usecases::sign_up::{SignUpError, SignUpRequest};
use otp_edge::resource_at;

use crate::address_page::{self, AddressPage, ProofFor, RefusablePage, Refusal};
use crate::answer;
use crate::error_page::Problem;
use crate::fields;
use crate::form::{Fault, Field, FieldKind, FormPage, Refused, read};
use crate::page::Page;
use crate::paths;
use crate::proof_path::ProofPath;
use crate::samples::Samples;
use crate::typed::Typed;
use crate::visit::Visit;

#[derive(Template)]
#[template(path = "sign_up.html")]
pub(crate) struct SignUpPage {
    page: Page,
    /// The path of the form.
    action: String,
    /// The address to which the code was sent, without its middle.
    masked: String,
    code: Field,
    name: Field,
    company: Field,
    phone: Field,
    address: Field,
    password: Field,
    refused: Option<Refused>,
    /// Whether the code was sent again a moment ago.
    sent_again: bool,
}

impl FormPage for SignUpPage {
    fn fields(&self) -> Vec<&Field> {
        vec![
            &self.code,
            &self.name,
            &self.company,
            &self.phone,
            &self.address,
            &self.password,
        ]
    }

    fn refused(&self) -> Option<Refused> {
        self.refused
    }
}

impl SignUpPage {
    fn new(page: Page, sent: &SentCode) -> Self {
        Self {
            page,
            action: ProofFor::SignUp.path_of(sent),
            masked: sent.address.masked(),
            code: Field::empty(FieldKind::Code),
            name: Field::empty(FieldKind::Name),
            company: Field::empty(FieldKind::Company),
            phone: Field::empty(FieldKind::Phone),
            address: Field::empty(FieldKind::Address),
            password: Field::empty(FieldKind::NewPassword),
            refused: None,
            sent_again: false,
        }
    }

    /// Returns the path that sends the code again.
    fn resend_action(&self) -> String {
        format!("{}/resend", self.action)
    }

    /// Fills in what was typed. The texts are not judged.
    fn fill_in(&mut self, typed: &Typed) {
        for field in [
            &mut self.code,
            &mut self.name,
            &mut self.company,
            &mut self.phone,
            &mut self.address,
        ] {
            let kind = field.kind();
            *field = Field::new(kind, typed.get(kind.name()), None);
        }
    }
}

impl RefusablePage for SignUpPage {
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
    if !visit.state.sign_up.is_open() {
        return visit.problem(Problem::SignUpClosed);
    }
    AddressPage::new(visit.page(), ProofFor::SignUp).answer()
}

async fn submit_address(visit: Visit, payload: Payload) -> HttpResponse {
    let (sign_up, language) = (visit.state.sign_up.clone(), visit.language());
    let begin = |address| async move { sign_up.begin(address, language).await };
    address_page::submit(&visit, payload, ProofFor::SignUp, begin).await
}

async fn show(visit: Visit, path: Path<ProofPath>) -> HttpResponse {
    match find(&visit, &path).await {
        Ok((_, page)) => page.answer(),
        Err(answer) => answer,
    }
}

async fn submit(visit: Visit, path: Path<ProofPath>, payload: Payload) -> HttpResponse {
    let (id, mut page) = match find(&visit, &path).await {
        Ok(found) => found,
        Err(answer) => return answer,
    };
    let typed = match visit.typed(payload).await {
        Ok(typed) => typed,
        Err(answer) => return answer,
    };
    let Some(request) = page.read(&visit, id, &typed) else {
        return page.answer();
    };
    let sign_up = visit.state.sign_up.clone();
    let signed_up = visit.run(async move { sign_up.execute(request).await });
    match signed_up.await {
        Ok(Ok(begun)) => answer::begun(&begun, paths::HOME),
        Ok(Err(error)) => Refusal::from(error).answer(&visit, page),
        Err(answer) => answer,
    }
}

/// Sends the code again. The form comes back with what was typed.
async fn resend(visit: Visit, path: Path<ProofPath>, payload: Payload) -> HttpResponse {
    let (id, mut page) = match find(&visit, &path).await {
        Ok(found) => found,
        Err(answer) => return answer,
    };
    match visit.typed(payload).await {
        Ok(typed) => page.fill_in(&typed),
        Err(answer) => return answer,
    }
    let prove = visit.state.sign_up.prove.clone();
    match visit
        .run(async move { prove.resend(id, ProofPurpose::SignUp).await })
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
) -> Result<(VerificationId, SignUpPage), HttpResponse> {
    let sent = path.find(visit, &visit.state.sign_up.prove, ProofPurpose::SignUp);
    let sent = sent.await?;
    Ok((sent.id, SignUpPage::new(visit.page(), &sent)))
}

impl SignUpPage {
    /// Reads the form: every fault at once, or the request.
    fn read(
        &mut self,
        visit: &Visit,
        verification: VerificationId,
        typed: &Typed,
    ) -> Option<SignUpRequest> {
        let text = |kind: FieldKind| typed.get(kind.name());
        let (code, guess) = read(FieldKind::Code, text(FieldKind::Code), fields::code);
        let (name, named) = read(FieldKind::Name, text(FieldKind::Name), fields::name);
        let (company, business) = read(
            FieldKind::Company,
            text(FieldKind::Company),
            fields::company,
        );
        let (phone, number) = read(FieldKind::Phone, text(FieldKind::Phone), fields::phone);
        let (address, line) = read(
            FieldKind::Address,
            text(FieldKind::Address),
            fields::address,
        );
        (self.code, self.name, self.company) = (code, name, company);
        (self.phone, self.address) = (phone, address);
        Some(SignUpRequest {
            verification,
            guess: guess?,
            name: named?,
            company: business?,
            phone: number?,
            address: line?,
            password: Password::typed(text(FieldKind::NewPassword).to_owned()),
            language: visit.language(),
            device: visit.device(),
            instead_of: visit.session_hash(),
        })
    }
}

impl From<SignUpError> for Refusal {
    fn from(error: SignUpError) -> Self {
        match error {
            SignUpError::NotOpen => Self::Problem(Problem::SignUpClosed),
            SignUpError::Password(refused) => Self::Field(refused.into()),
            SignUpError::Proof(error) => error.into(),
            SignUpError::AddressTaken => Self::Form(Refused::AddressTaken),
            SignUpError::Port(error) => Self::Failed(error.into()),
        }
    }
}

impl Samples for SignUpPage {
    const NAME: &'static str = "sign-up";

    fn samples(page: &Page) -> Vec<(&'static str, StatusCode, Self)> {
        let empty = || Self {
            page: page.clone(),
            action: "/sign-up/00000000-0000-7000-8000-000000000000".to_owned(),
            masked: "s•••@example.com".to_owned(),
            code: Field::empty(FieldKind::Code),
            name: Field::empty(FieldKind::Name),
            company: Field::empty(FieldKind::Company),
            phone: Field::empty(FieldKind::Phone),
            address: Field::empty(FieldKind::Address),
            password: Field::empty(FieldKind::NewPassword),
            refused: None,
            sent_again: false,
        };
        let hostile = "\"><script>alert(1)</script>";
        let faults = Self {
            code: Field::new(FieldKind::Code, "12", Some(Fault::WrongCode { left: 4 })),
            name: Field::new(FieldKind::Name, hostile, Some(Fault::NoName)),
            company: Field::new(FieldKind::Company, "", Some(Fault::NoCompany)),
            phone: Field::new(FieldKind::Phone, "0770", Some(Fault::NoPhoneNumber)),
            address: Field::new(FieldKind::Address, hostile, Some(Fault::LongAddress)),
            password: Field::new(
                FieldKind::NewPassword,
                "",
                Some(Fault::PasswordTooShort { least: 12 }),
            ),
            ..empty()
        };
        let sent_again = Self {
            sent_again: true,
            ..empty()
        };
        let refused = |refused| Self {
            refused: Some(refused),
            ..empty()
        };
        let unprocessable = StatusCode::UNPROCESSABLE_ENTITY;
        vec![
            ("empty", StatusCode::OK, empty()),
            ("faults", unprocessable, faults),
            ("sent-again", StatusCode::OK, sent_again),
            ("over", unprocessable, refused(Refused::CodeOver)),
            ("taken", unprocessable, refused(Refused::AddressTaken)),
        ]
    }
}
