//! `/sign-in/link/{token}`: a link that an operator's command prints. Opening it changes nothing, because programs that
//! check links open them too; its button signs in.

use actix_web::http::StatusCode;
use actix_web::web::Path;
use actix_web::{HttpResponse, Resource};
use askama::Template;
use otp_core::person::session::SessionToken;
use otp_core::usecases::sign_in_by_link::SignInByLinkError;
use otp_edge::resource_at;

use crate::answer;
use crate::page::Page;
use crate::paths;
use crate::samples::Samples;
use crate::visit::Visit;

#[derive(Template)]
#[template(path = "link.html")]
pub(crate) struct LinkPage {
    page: Page,
    /// Whether the link is used, or too old.
    is_over: bool,
}

impl LinkPage {
    fn answer(&self) -> HttpResponse {
        let status = if self.is_over {
            StatusCode::GONE
        } else {
            StatusCode::OK
        };
        answer::page(status, self)
    }
}

/// Returns the path of a page that signs a person in by this token.
pub fn path(token: &SessionToken) -> String {
    format!("/sign-in/link/{}", &*token.expose())
}

pub(crate) fn resource() -> Resource {
    resource_at("/link/{token}").get(show).post(submit).finish()
}

async fn show(visit: Visit) -> HttpResponse {
    let page = visit.page();
    LinkPage {
        page,
        is_over: false,
    }
    .answer()
}

async fn submit(visit: Visit, token: Path<String>) -> HttpResponse {
    let over = || LinkPage {
        page: visit.page(),
        is_over: true,
    };
    let Ok(token) = SessionToken::parse(&token) else {
        return over().answer();
    };
    let (device, instead_of) = (visit.device(), visit.session_hash());
    let sign_in = visit.state.sign_in_by_link.clone();
    let signed_in = visit.run(async move { sign_in.execute(&token, device, instead_of).await });
    match signed_in.await {
        Ok(Ok(begun)) => answer::begun(&begun, paths::HOME),
        Ok(Err(SignInByLinkError::NotFound)) => over().answer(),
        Ok(Err(SignInByLinkError::Port(error))) => visit.failed(&error),
        Err(answer) => answer,
    }
}

impl Samples for LinkPage {
    const NAME: &'static str = "sign-in-link";

    fn samples(page: &Page) -> Vec<(&'static str, StatusCode, Self)> {
        let sample = |is_over| Self {
            page: page.clone(),
            is_over,
        };
        vec![
            ("asked", StatusCode::OK, sample(false)),
            ("over", StatusCode::GONE, sample(true)),
        ]
    }
}
