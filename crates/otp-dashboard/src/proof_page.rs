//! Pages that prove a mail address: the [address](crate::address_page) first, then a form that asks for the code in the
//! mail together with all details.
//!
//! The details are checked first, so that a fault costs no guess at the code.

mod samples;

use actix_web::HttpResponse;
use actix_web::web::{Data, Path, Payload, ServiceConfig};
use askama::Template;
use otp_core::ids::VerificationId;
use otp_core::recipient::EmailAddress;
use otp_core::ui_language::UiLanguage;
use otp_core::usecases::begin_session::BegunSession;
use otp_core::usecases::prove_address::{ProveAddress, ProveAddressError, SentCode};
use otp_edge::resource_at;

use crate::address_page::{self, AddressPage, ProofFor, RefusablePage, Refusal};
use crate::answer;
use crate::error_page::Problem;
use crate::form::{Fault, Field, FieldKind, FormPage, Refused, read};
use crate::page::Page;
use crate::paths;
use crate::state::DashboardState;
use crate::typed::Typed;
use crate::visit::Visit;

/// The form with the code.
#[derive(Template)]
#[template(path = "proof.html")]
pub(crate) struct ProofPage {
    page: Page,
    proof_for: ProofFor,
    /// The path of the form.
    action: String,
    /// The address to which the code was sent, without its middle.
    masked: String,
    fields: Vec<Field>,
    refused: Option<Refused>,
    /// Whether the code was sent again a moment ago.
    sent_again: bool,
}

impl FormPage for ProofPage {
    fn fields(&self) -> Vec<&Field> {
        self.fields.iter().collect()
    }

    fn refused(&self) -> Option<Refused> {
        self.refused
    }
}

impl RefusablePage for ProofPage {
    fn refuse_form(&mut self, refused: Refused) {
        self.refused = Some(refused);
    }

    fn refuse_field(&mut self, fault: Fault) {
        let kind = match fault.is_of_code() {
            true => FieldKind::Code,
            false => FieldKind::NewPassword,
        };
        let mut fields = self.fields.iter_mut();
        if let Some(field) = fields.find(|field| field.kind() == kind) {
            field.refuse(fault);
        }
    }
}

impl ProofPage {
    fn new(page: Page, proof_for: ProofFor, sent: &SentCode) -> Self {
        let (action, masked) = (proof_for.path_of(sent), sent.address.masked());
        Self::empty(page, proof_for, action, masked)
    }

    fn empty(page: Page, proof_for: ProofFor, action: String, masked: String) -> Self {
        let fields = proof_for.fields().iter().copied();
        Self {
            page,
            proof_for,
            action,
            masked,
            fields: fields.map(Field::empty).collect(),
            refused: None,
            sent_again: false,
        }
    }

    /// Returns the path that sends the code again.
    fn resend_action(&self) -> String {
        format!("{}/resend", self.action)
    }

    /// Reads a field, and keeps it with its fault.
    pub(crate) fn read<T>(
        &mut self,
        kind: FieldKind,
        typed: &Typed,
        parse: impl FnOnce(&str) -> Result<T, Fault>,
    ) -> Option<T> {
        let (field, value) = read(kind, typed.get(kind.name()), parse);
        self.set(field);
        value
    }

    /// Fills in the typed texts without judging them.
    fn fill_in(&mut self, typed: &Typed) {
        for field in &mut self.fields {
            let kind = field.kind();
            *field = Field::new(kind, typed.get(kind.name()), None);
        }
    }

    fn set(&mut self, field: Field) {
        let mut fields = self.fields.iter_mut();
        if let Some(kept) = fields.find(|kept| kept.kind() == field.kind()) {
            *kept = field;
        }
    }
}

/// A purpose of these pages: its use case, and how its form is read.
pub(crate) trait ProofForm: 'static {
    /// The purpose.
    const FOR: ProofFor;

    /// The form, read.
    type Request: Send + 'static;

    /// The reason that the use case refuses.
    type Error: Into<Refusal> + Send + 'static;

    /// Returns whether there is such a page.
    fn is_open(_: &DashboardState) -> bool {
        true
    }

    /// Returns what proves the address.
    fn prove(state: &DashboardState) -> &ProveAddress;

    /// Sends the code.
    fn begin(
        state: Data<DashboardState>,
        address: EmailAddress,
        language: UiLanguage,
    ) -> impl Future<Output = Result<SentCode, Self::Error>> + Send + 'static;

    /// Reads the form: every fault at once, or the request.
    fn read(
        visit: &Visit,
        verification: VerificationId,
        typed: &Typed,
        page: &mut ProofPage,
    ) -> Option<Self::Request>;

    /// Does what the form asks for, and signs the person in.
    fn execute(
        state: Data<DashboardState>,
        request: Self::Request,
    ) -> impl Future<Output = Result<BegunSession, Self::Error>> + Send + 'static;
}

/// Mounts both steps.
pub(crate) fn mount<P: ProofForm>(pages: &mut ServiceConfig) {
    let address = resource_at("").get(show_address::<P>);
    let form = resource_at("/{id}").get(show::<P>).post(submit::<P>);
    pages
        .service(address.post(submit_address::<P>).finish())
        .service(form.finish())
        .service(resource_at("/{id}/resend").post(resend::<P>).finish());
}

async fn show_address<P: ProofForm>(visit: Visit) -> HttpResponse {
    if P::is_open(&visit.state) {
        AddressPage::new(visit.page(), P::FOR).answer()
    } else {
        visit.problem(Problem::SignUpClosed)
    }
}

async fn submit_address<P: ProofForm>(visit: Visit, payload: Payload) -> HttpResponse {
    let (state, language) = (visit.state.clone(), visit.language());
    let begin = |address| P::begin(state, address, language);
    address_page::submit(&visit, payload, P::FOR, begin).await
}

async fn show<P: ProofForm>(visit: Visit, path: Path<String>) -> HttpResponse {
    match find::<P>(&visit, &path).await {
        Ok((_, page)) => page.answer(),
        Err(answer) => answer,
    }
}

async fn submit<P: ProofForm>(visit: Visit, path: Path<String>, payload: Payload) -> HttpResponse {
    submitted::<P>(&visit, &path, payload)
        .await
        .unwrap_or_else(|answer| answer)
}

async fn submitted<P: ProofForm>(
    visit: &Visit,
    path: &str,
    payload: Payload,
) -> Result<HttpResponse, HttpResponse> {
    let (id, mut page) = find::<P>(visit, path).await?;
    let typed = visit.typed(payload).await?;
    let Some(request) = P::read(visit, id, &typed, &mut page) else {
        return Ok(page.answer());
    };
    let done = visit.run(P::execute(visit.state.clone(), request));
    Ok(match done.await? {
        Ok(begun) => answer::begun(&begun, paths::HOME),
        Err(error) => error.into().answer(visit, page),
    })
}

async fn resend<P: ProofForm>(visit: Visit, path: Path<String>, payload: Payload) -> HttpResponse {
    resent::<P>(&visit, &path, payload)
        .await
        .unwrap_or_else(|answer| answer)
}

/// Sends the code again, and shows the form with the typed texts.
async fn resent<P: ProofForm>(
    visit: &Visit,
    path: &str,
    payload: Payload,
) -> Result<HttpResponse, HttpResponse> {
    let (id, mut page) = find::<P>(visit, path).await?;
    page.fill_in(&visit.typed(payload).await?);
    let prove = P::prove(&visit.state).clone();
    let resent = visit.run(async move { prove.resend(id, P::FOR.purpose()).await });
    Ok(match resent.await? {
        Ok(_) => {
            page.sent_again = true;
            page.answer()
        }
        Err(error) => Refusal::from(error).answer(visit, page),
    })
}

/// Finds the code that was sent under this id; the page of a problem if there is none.
async fn find<P: ProofForm>(
    visit: &Visit,
    path: &str,
) -> Result<(VerificationId, ProofPage), HttpResponse> {
    let id = VerificationId(visit.id(path)?);
    let prove = P::prove(&visit.state).clone();
    let found = visit.run(async move { prove.find(id, P::FOR.purpose()).await });
    let sent = found.await?.map_err(|error| match error {
        ProveAddressError::NotFound => visit.problem(Problem::NotFound),
        ProveAddressError::Port(error) => visit.failed(&error),
        ProveAddressError::CoolingDown { .. }
        | ProveAddressError::TooManyAttempts { .. }
        | ProveAddressError::Incorrect { .. }
        | ProveAddressError::Over(_)
        | ProveAddressError::NoMailServer
        | ProveAddressError::Failed(_) => visit.failed(&error),
    })?;
    let page = ProofPage::new(visit.page(), P::FOR, &sent);
    Ok((sent.id, page))
}
