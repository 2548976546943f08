//! `/join`: a person who is invited to a team proves the mail address, and signs up.
//!
//! Whoever signs in with the address already finds the invitation [among their accounts](crate::own_accounts).

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Path, Payload, ServiceConfig};
use askama::Template;
use otp_core::ids::VerificationId;
use otp_core::person::password::Password;
use otp_core::usecases::join_team::{JoinTeamError, JoinTeamRequest};
use otp_core::usecases::prove_address::{ProofPurpose, SentCode};
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
#[template(path = "join.html")]
pub(crate) struct JoinPage {
    page: Page,
    /// The path of the form.
    action: String,
    /// The address to which the code was sent, without its middle.
    masked: String,
    code: Field,
    name: Field,
    password: Field,
    refused: Option<Refused>,
    /// Whether the code was sent again a moment ago.
    sent_again: bool,
}

impl FormPage for JoinPage {
    fn fields(&self) -> Vec<&Field> {
        vec![&self.code, &self.name, &self.password]
    }

    fn refused(&self) -> Option<Refused> {
        self.refused
    }
}

impl RefusablePage for JoinPage {
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

impl JoinPage {
    fn new(page: Page, action: String, masked: String) -> Self {
        Self {
            page,
            action,
            masked,
            code: Field::empty(FieldKind::Code),
            name: Field::empty(FieldKind::Name),
            password: Field::empty(FieldKind::NewPassword),
            refused: None,
            sent_again: false,
        }
    }

    /// Returns the path that sends the code again.
    fn resend_action(&self) -> String {
        format!("{}/resend", self.action)
    }

    /// Reads the form: every fault at once, or the request.
    fn read(
        &mut self,
        visit: &Visit,
        verification: VerificationId,
        typed: &Typed,
    ) -> Option<JoinTeamRequest> {
        let text = |kind: FieldKind| typed.get(kind.name());
        let (code, guess) = read(FieldKind::Code, text(FieldKind::Code), fields::code);
        let (name, named) = read(FieldKind::Name, text(FieldKind::Name), fields::name);
        (self.code, self.name) = (code, name);
        Some(JoinTeamRequest {
            verification,
            guess: guess?,
            name: named?,
            password: Password::typed(text(FieldKind::NewPassword).to_owned()),
            language: visit.language(),
            device: visit.device(),
            instead_of: visit.session_hash(),
        })
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
    if !visit.state.join_team.is_open() {
        return visit.problem(Problem::SignUpClosed);
    }
    AddressPage::new(visit.page(), ProofFor::Team).answer()
}

async fn submit_address(visit: Visit, payload: Payload) -> HttpResponse {
    let (join, language) = (visit.state.join_team.clone(), visit.language());
    let begin = |address| async move { join.begin(address, language).await };
    address_page::submit(&visit, payload, ProofFor::Team, begin).await
}

async fn show(visit: Visit, path: Path<ProofPath>) -> HttpResponse {
    match find(&visit, &path).await {
        Ok((_, page)) => page.answer(),
        Err(answer) => answer,
    }
}

async fn submit(visit: Visit, path: Path<ProofPath>, payload: Payload) -> HttpResponse {
    let (sent, mut page) = match find(&visit, &path).await {
        Ok(found) => found,
        Err(answer) => return answer,
    };
    let typed = match visit.typed(payload).await {
        Ok(typed) => typed,
        Err(answer) => return answer,
    };
    let Some(request) = page.read(&visit, sent.id, &typed) else {
        return page.answer();
    };
    let join = visit.state.join_team.clone();
    match visit.run(async move { join.execute(request).await }).await {
        Ok(Ok(begun)) => answer::begun(&begun, paths::HOME),
        Ok(Err(error)) => Refusal::from(error).answer(&visit, page),
        Err(answer) => answer,
    }
}

/// Sends the code again. The form comes back with what was typed.
async fn resend(visit: Visit, path: Path<ProofPath>, payload: Payload) -> HttpResponse {
    let (sent, mut page) = match find(&visit, &path).await {
        Ok(found) => found,
        Err(answer) => return answer,
    };
    let typed = match visit.typed(payload).await {
        Ok(typed) => typed,
        Err(answer) => return answer,
    };
    for field in [&mut page.code, &mut page.name] {
        let kind = field.kind();
        *field = Field::new(kind, typed.get(kind.name()), None);
    }
    let prove = visit.state.join_team.prove.clone();
    let resent = visit.run(async move { prove.resend(sent.id, ProofPurpose::JoinTeam).await });
    match resent.await {
        Ok(Ok(_)) => {
            page.sent_again = true;
            page.answer()
        }
        Ok(Err(error)) => Refusal::from(error).answer(&visit, page),
        Err(answer) => answer,
    }
}

/// Finds the code that was sent under this id; another page if there is none.
async fn find(visit: &Visit, path: &ProofPath) -> Result<(SentCode, JoinPage), HttpResponse> {
    let sent = path.find(visit, &visit.state.join_team.prove, ProofPurpose::JoinTeam);
    let sent = sent.await?;
    let action = ProofFor::Team.path_of(&sent);
    let page = JoinPage::new(visit.page(), action, sent.address.masked());
    Ok((sent, page))
}

impl From<JoinTeamError> for Refusal {
    fn from(error: JoinTeamError) -> Self {
        match error {
            JoinTeamError::NotOpen => Self::Problem(Problem::SignUpClosed),
            JoinTeamError::NotInvited => Self::Form(Refused::NotInvited),
            JoinTeamError::AlreadyMember | JoinTeamError::AddressTaken => {
                Self::Form(Refused::AddressTaken)
            }
            JoinTeamError::Password(refused) => Self::Field(refused.into()),
            JoinTeamError::Proof(error) => error.into(),
            JoinTeamError::Port(error) => Self::Failed(error.into()),
        }
    }
}

impl Samples for JoinPage {
    const NAME: &'static str = "join";

    fn samples(page: &Page) -> Vec<(&'static str, StatusCode, Self)> {
        let action = "/join/00000000-0000-7000-8000-000000000000";
        let masked = "s•••@example.com";
        let empty = || Self::new(page.clone(), action.to_owned(), masked.to_owned());
        let hostile = "\"><script>alert(1)</script>";
        let too_short = Fault::PasswordTooShort { least: 12 };
        let faults = Self {
            code: Field::new(FieldKind::Code, "12", Some(Fault::WrongCode { left: 4 })),
            name: Field::new(FieldKind::Name, hostile, Some(Fault::NoName)),
            password: Field::new(FieldKind::NewPassword, "", Some(too_short)),
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
            ("not-invited", unprocessable, refused(Refused::NotInvited)),
            ("taken", unprocessable, refused(Refused::AddressTaken)),
        ]
    }
}
