//! The page of a request that no other page answers: what happened, and the way on.

use std::error::Error;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use askama::Template;
use otp_core::ports::PortError;
use otp_edge::{Refusal, Refusals, chain, retry_after};

use crate::answer;
use crate::assets::Assets;
use crate::page::Page;
use crate::samples::Samples;

/// The reason that there is no other page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Problem {
    /// Nothing has this address, or nothing that the reader may see.
    NotFound,
    /// The address exists, but not for this method.
    MethodNotAllowed,
    /// The client sent too many requests.
    TooManyRequests,
    /// A form of another site was sent.
    ForeignForm,
    /// A form did not arrive whole, or is too long.
    UnreadableForm,
    /// The role of a person of the staff does not allow it.
    RoleForbids,
    /// Nobody may sign up.
    SignUpClosed,
    /// The gateway cannot do it at the moment.
    Unavailable,
    /// The gateway failed.
    Failed,
}

impl Problem {
    pub(crate) const ALL: [Self; 9] = [
        Self::NotFound,
        Self::MethodNotAllowed,
        Self::TooManyRequests,
        Self::ForeignForm,
        Self::UnreadableForm,
        Self::RoleForbids,
        Self::SignUpClosed,
        Self::Unavailable,
        Self::Failed,
    ];

    const fn status(self) -> StatusCode {
        match self {
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::TooManyRequests => StatusCode::TOO_MANY_REQUESTS,
            Self::ForeignForm | Self::RoleForbids | Self::SignUpClosed => StatusCode::FORBIDDEN,
            Self::UnreadableForm => StatusCode::BAD_REQUEST,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            Self::Failed => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    pub(crate) const fn title_key(self) -> &'static str {
        match self {
            Self::NotFound => "not-found-title",
            Self::MethodNotAllowed => "method-not-allowed-title",
            Self::TooManyRequests => "too-many-requests-title",
            Self::ForeignForm => "foreign-form-title",
            Self::UnreadableForm => "unreadable-form-title",
            Self::RoleForbids => "role-forbids-title",
            Self::SignUpClosed => "sign-up-closed-title",
            Self::Unavailable => "unavailable-title",
            Self::Failed => "failed-title",
        }
    }

    pub(crate) const fn text_key(self) -> &'static str {
        match self {
            Self::NotFound => "not-found-text",
            Self::MethodNotAllowed => "method-not-allowed-text",
            Self::TooManyRequests => "too-many-requests-text",
            Self::ForeignForm => "foreign-form-text",
            Self::UnreadableForm => "unreadable-form-text",
            Self::RoleForbids => "role-forbids-text",
            Self::SignUpClosed => "sign-up-closed-text",
            Self::Unavailable => "unavailable-text",
            Self::Failed => "failed-text",
        }
    }
}

impl From<&Refusal> for Problem {
    fn from(refusal: &Refusal) -> Self {
        match refusal {
            Refusal::TooManyRequests(_) => Self::TooManyRequests,
            Refusal::NotFound => Self::NotFound,
            Refusal::MethodNotAllowed { .. } => Self::MethodNotAllowed,
            Refusal::HandlerPanicked => Self::Failed,
        }
    }
}

#[derive(Template)]
#[template(path = "error.html")]
pub(crate) struct ErrorPage {
    page: Page,
    problem: Problem,
}

/// Answers with the page of a problem.
pub(crate) fn answer(page: Page, problem: Problem) -> HttpResponse {
    answer::page(problem.status(), &ErrorPage { page, problem })
}

/// Answers with the page of an internal fault, and logs it. The cause stays in the log: on a page it would help
/// attackers only.
pub(crate) fn failed(page: Page, error: &(dyn Error + 'static)) -> HttpResponse {
    let (request_id, cause) = (page.request_id(), chain(error));
    tracing::error!(request_id, cause, "request failed");
    let goes_by = matches!(
        error.downcast_ref(),
        Some(PortError::Unavailable(_) | PortError::Locked(_))
    );
    if !goes_by {
        return answer(page, Problem::Failed);
    }
    let mut answer = answer(page, Problem::Unavailable);
    let (name, value) = retry_after(1);
    answer.headers_mut().insert(name, value);
    answer
}

/// Answers refusals with pages.
pub(crate) fn refusals(assets: Data<Assets>) -> Refusals {
    Refusals::new(move |refusal, context| {
        let page = Page::new(context, assets.clone());
        let mut answer = answer(page, refusal.into());
        for (name, value) in refusal.headers() {
            answer.headers_mut().insert(name, value);
        }
        answer
    })
}

impl Samples for ErrorPage {
    const NAME: &'static str = "error";

    fn samples(page: &Page) -> Vec<(&'static str, StatusCode, Self)> {
        let sample = |problem: Problem| {
            let page = page.clone();
            let name = problem.title_key().trim_end_matches("-title");
            (name, problem.status(), Self { page, problem })
        };
        Problem::ALL.map(sample).into()
    }
}
