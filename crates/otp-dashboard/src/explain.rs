//! `/dashboard/messages/explain`: what a send would answer, and why. Nothing is sent.

mod samples;
mod verdict;

use actix_web::web::Payload;
use actix_web::{HttpResponse, Resource};
use askama::Template;
use otp_core::language::LanguageTag;
use otp_core::recipient::PhoneNumber;
use otp_core::usecases::explain_own_send::ExplainOwnSendError;
use otp_core::usecases::explain_send::ExplainedSend;
use otp_core::usecases::send_message::SendMessageError;
use otp_edge::resource_at;

use crate::error_page::Problem;
use crate::fields;
use crate::form::{Fault, Field, FieldKind, FormPage, read};
use crate::frame::{Frame, Place};
use crate::markup::Markup;
use crate::page::Page;
use crate::value::Value;
use crate::visit::Visit;
use verdict::Verdict;

#[derive(Template)]
#[template(path = "explain.html")]
pub(crate) struct ExplainPage {
    page: Page,
    frame: Frame,
    number: Field,
    /// The typed tag of a language.
    language: String,
    explained: Option<Explained>,
}

impl FormPage for ExplainPage {
    fn fields(&self) -> Vec<&Field> {
        vec![&self.number]
    }
}

/// An explanation.
#[derive(Debug, Clone)]
struct Explained {
    verdict: Verdict,
    /// The number in canonical form, in full: the reader typed it.
    to: String,
    region: String,
    price: u64,
    balance: u64,
    /// The template and its language, and WhatsApp's id of the number that would send.
    route: Option<(String, String, String)>,
}

/// Mounts the page. It comes before that of a message, whose path it would be otherwise.
pub(crate) fn resource() -> Resource {
    resource_at("/messages/explain")
        .get(show)
        .post(explain)
        .finish()
}

async fn show(visit: Visit) -> HttpResponse {
    match visit.viewer().await {
        Ok(viewer) if viewer.account.is_some() => {
            let frame = visit.frame(&viewer, Place::Messages);
            ExplainPage::new(visit.page(), frame).answer()
        }
        Ok(_) => visit.problem(Problem::NotFound),
        Err(answer) => answer,
    }
}

async fn explain(visit: Visit, payload: Payload) -> HttpResponse {
    let (viewer, typed) = match visit.form_of_viewer(payload).await {
        Ok(sent) => sent,
        Err(answer) => return answer,
    };
    let (number, to) = read(FieldKind::Phone, typed.get("phone"), recipient);
    let language = typed.get("language").trim();
    let page = ExplainPage {
        number,
        language: language.to_owned(),
        ..ExplainPage::new(visit.page(), visit.frame(&viewer, Place::Messages))
    };
    let Some(to) = to else {
        return page.answer();
    };
    // As with a send: a text that is not a tag selects nothing.
    let language = LanguageTag::parse(language).ok();
    let explain = visit.state.explain_own_send.clone();
    let explained = visit.run(async move { explain.execute(&viewer, to, language).await });
    match explained.await {
        Ok(Ok(explained)) => match Explained::of(explained) {
            Ok(explained) => {
                let explained = Some(explained);
                ExplainPage { explained, ..page }.answer()
            }
            Err(error) => visit.failed(&error),
        },
        Ok(Err(ExplainOwnSendError::NotFound)) => visit.problem(Problem::NotFound),
        Ok(Err(ExplainOwnSendError::Port(error))) => visit.failed(&error),
        Ok(Err(error @ ExplainOwnSendError::Unreadable(_))) => visit.failed(&error),
        Err(answer) => answer,
    }
}

/// Reads the number of a recipient, which has to be one of its country.
fn recipient(text: &str) -> Result<PhoneNumber, Fault> {
    let number = fields::phone(text)?;
    PhoneNumber::parse(number.as_str()).map_err(|_| Fault::NoPhoneNumber)
}

impl Explained {
    fn of(explained: ExplainedSend) -> Result<Self, SendMessageError> {
        let route = explained.route.map(|route| {
            let (template, language) = (route.template.as_str(), route.language.as_str());
            let sender = route.phone_number_id.as_str();
            (template.to_owned(), language.to_owned(), sender.to_owned())
        });
        Ok(Self {
            verdict: Verdict::of(explained.foreseen)?,
            to: explained.to.e164().to_owned(),
            region: explained.region.as_str().to_owned(),
            price: explained.price.get().unsigned_abs(),
            balance: explained.balance.get().unsigned_abs(),
            route,
        })
    }

    fn credits(&self, page: &Page, credits: &u64) -> Markup {
        page.say_all("price-paid", &[("credits", Value::Number(*credits))])
    }
}

impl ExplainPage {
    fn new(page: Page, frame: Frame) -> Self {
        Self {
            page,
            frame,
            number: Field::empty(FieldKind::Phone),
            language: String::new(),
            explained: None,
        }
    }
}

/// Returns the keys of words that the template does not name.
#[cfg(test)]
pub(crate) fn keys() -> Vec<String> {
    verdict::keys()
}

/// Returns the names of icons that the template does not name.
#[cfg(test)]
pub(crate) fn icons() -> Vec<&'static str> {
    verdict::icons()
}
