//! The first step of sign-up, of a new password and of joining a team: a mail address, to which a code is sent.
//!
//! The code is sent to every address alike, so the page tells nobody whether a person has it.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Payload;
use askama::Template;
use otp_core::recipient::EmailAddress;
use otp_core::usecases::prove_address::{ProofPurpose, ProveAddressError, SentCode};

use crate::answer;
use crate::error_page::Problem;
use crate::fields;
use crate::form::{Fault, Field, FieldKind, FormPage, Refused, read};
use crate::page::Page;
use crate::samples::Samples;
use crate::visit::Visit;

/// The reason an address is proven.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ProofFor {
    /// A new account.
    SignUp,
    /// A new password.
    NewPassword,
    /// A place in a team.
    Team,
}

impl ProofFor {
    #[cfg(test)]
    pub(crate) const ALL: [Self; 3] = [Self::SignUp, Self::NewPassword, Self::Team];

    pub(crate) const fn title_key(self) -> &'static str {
        match self {
            Self::SignUp => "sign-up-title",
            Self::NewPassword => "forgot-title",
            Self::Team => "join-title",
        }
    }

    pub(crate) const fn about_key(self) -> &'static str {
        match self {
            Self::SignUp => "sign-up-about",
            Self::NewPassword => "forgot-about",
            Self::Team => "join-about",
        }
    }

    /// Returns the keys of the title and of the button of the second step.
    pub(crate) const fn form_keys(self) -> [&'static str; 2] {
        match self {
            Self::SignUp => ["details-title", "sign-up-button"],
            Self::NewPassword => ["reset-title", "reset-button"],
            Self::Team => ["join-title", "join-button"],
        }
    }

    /// Returns the fields of the second step, in order.
    pub(crate) const fn fields(self) -> &'static [FieldKind] {
        use FieldKind::{Address, Code, Company, Name, NewPassword, Phone};
        match self {
            Self::SignUp => &[Code, Name, Company, Phone, Address, NewPassword],
            Self::NewPassword => &[Code, NewPassword],
            Self::Team => &[Code, Name, NewPassword],
        }
    }

    /// Returns the purpose for which the code is accepted.
    pub(crate) const fn purpose(self) -> ProofPurpose {
        match self {
            Self::SignUp => ProofPurpose::SignUp,
            Self::NewPassword => ProofPurpose::NewPassword,
            Self::Team => ProofPurpose::JoinTeam,
        }
    }

    /// Returns the path of the first step.
    pub(crate) const fn path(self) -> &'static str {
        match self {
            Self::SignUp => "/sign-up",
            Self::NewPassword => "/password",
            Self::Team => "/join",
        }
    }

    /// Returns the path of the second step.
    pub(crate) fn path_of(self, sent: &SentCode) -> String {
        self.path_of_id(&sent.id.to_string())
    }

    pub(crate) fn path_of_id(self, id: &str) -> String {
        format!("{}/{id}", self.path())
    }
}

#[derive(Template)]
#[template(path = "address.html")]
pub(crate) struct AddressPage {
    page: Page,
    proof_for: ProofFor,
    email: Field,
    refused: Option<Refused>,
}

impl FormPage for AddressPage {
    fn fields(&self) -> Vec<&Field> {
        vec![&self.email]
    }

    fn refused(&self) -> Option<Refused> {
        self.refused
    }
}

impl AddressPage {
    pub(crate) fn new(page: Page, proof_for: ProofFor) -> Self {
        Self {
            page,
            proof_for,
            email: Field::empty(FieldKind::Email),
            refused: None,
        }
    }
}

/// Answers the form of the page: sends the code with `begin`, and leads to the second step.
pub(crate) async fn submit<E, F>(
    visit: &Visit,
    payload: Payload,
    proof_for: ProofFor,
    begin: impl FnOnce(EmailAddress) -> F,
) -> HttpResponse
where
    F: Future<Output = Result<SentCode, E>> + Send + 'static,
    E: Into<Refusal> + Send + 'static,
{
    let typed = match visit.typed(payload).await {
        Ok(typed) => typed,
        Err(answer) => return answer,
    };
    let (email, address) = read(FieldKind::Email, typed.get("email"), fields::email);
    let page = AddressPage {
        page: visit.page(),
        proof_for,
        email,
        refused: None,
    };
    let Some(address) = address else {
        return page.answer();
    };
    match visit.run(begin(address)).await {
        Ok(Ok(sent)) => answer::go_to(&proof_for.path_of(&sent)),
        Ok(Err(error)) => error.into().answer(visit, page),
        Err(answer) => answer,
    }
}

/// How a page answers the refusal of a use case.
pub(crate) enum Refusal {
    /// The form comes back with a reason.
    Form(Refused),
    /// The form comes back with a fault at a field: the code, or the new password.
    Field(Fault),
    /// Another page says why.
    Problem(Problem),
    /// It is the gateway's fault.
    Failed(Box<dyn std::error::Error + Send + Sync>),
}

/// A form that a use case may refuse.
pub(crate) trait RefusablePage: FormPage {
    /// Refuses the form as a whole.
    fn refuse_form(&mut self, refused: Refused);

    /// Refuses the field that the fault is of.
    fn refuse_field(&mut self, fault: Fault);
}

impl Refusal {
    /// Answers with the form and the refusal in it, or with another page if the form has no fault.
    pub(crate) fn answer(self, visit: &Visit, mut page: impl RefusablePage) -> HttpResponse {
        match self {
            Self::Form(refused) => page.refuse_form(refused),
            Self::Field(fault) => page.refuse_field(fault),
            Self::Problem(problem) => return visit.problem(problem),
            Self::Failed(error) => return visit.failed(&*error),
        }
        page.answer()
    }
}

impl RefusablePage for AddressPage {
    fn refuse_form(&mut self, refused: Refused) {
        self.refused = Some(refused);
    }

    fn refuse_field(&mut self, fault: Fault) {
        self.email.refuse(fault);
    }
}

impl From<ProveAddressError> for Refusal {
    fn from(error: ProveAddressError) -> Self {
        match error {
            ProveAddressError::CoolingDown { wait } => Self::Form(Refused::CodeSent { wait }),
            ProveAddressError::TooManyAttempts { wait } => Self::Form(Refused::ManyCodes { wait }),
            ProveAddressError::Incorrect { attempts_left } => Self::Field(Fault::WrongCode {
                left: attempts_left,
            }),
            ProveAddressError::Over(_) => Self::Form(Refused::CodeOver),
            ProveAddressError::NotFound => Self::Problem(Problem::NotFound),
            ProveAddressError::NoMailServer => Self::Form(Refused::NoMailServer),
            ProveAddressError::Failed(error) => Self::Failed(error),
            ProveAddressError::Port(error) => Self::Failed(error.into()),
        }
    }
}

impl Samples for AddressPage {
    const NAME: &'static str = "address";

    fn samples(page: &Page) -> Vec<(&'static str, StatusCode, Self)> {
        let empty = |proof_for| Self::new(page.clone(), proof_for);
        let email = |typed, fault| Field::new(FieldKind::Email, typed, fault);
        let faulty = Self {
            email: email("sara.noor", Some(Fault::NoEmailAddress)),
            ..empty(ProofFor::SignUp)
        };
        let refused = |refused| Self {
            email: email("sara@example.com", None),
            refused: Some(refused),
            ..empty(ProofFor::NewPassword)
        };
        let wait = std::time::Duration::from_secs(42);
        vec![
            ("sign-up", StatusCode::OK, empty(ProofFor::SignUp)),
            ("new-password", StatusCode::OK, empty(ProofFor::NewPassword)),
            ("team", StatusCode::OK, empty(ProofFor::Team)),
            ("fault", StatusCode::UNPROCESSABLE_ENTITY, faulty),
            (
                "sent",
                StatusCode::TOO_MANY_REQUESTS,
                refused(Refused::CodeSent { wait }),
            ),
            (
                "no-mail",
                StatusCode::SERVICE_UNAVAILABLE,
                refused(Refused::NoMailServer),
            ),
        ]
    }
}
