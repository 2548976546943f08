//! Resources: handlers by method, and the answer to any other method or path.

use actix_web::guard::{self, Guard};
use actix_web::http::header::HeaderValue;
use actix_web::{FromRequest, Handler, HttpRequest, HttpResponse, Resource, Responder, web};

use crate::refusal::{Refusal, Refusals};
use crate::request_context::RequestContext;

/// Begins a resource at this path. Methods without a handler are answered with
/// [`Refusal::MethodNotAllowed`].
pub fn resource_at(path: &str) -> ResourceBuilder {
    ResourceBuilder {
        resource: web::resource(path),
        allow: Vec::new(),
    }
}

/// A resource that is given its handlers.
pub struct ResourceBuilder {
    resource: Resource,
    allow: Vec<&'static str>,
}

impl ResourceBuilder {
    /// Answers `GET`, and `HEAD` without the body.
    #[must_use]
    pub fn get<H, A>(mut self, handler: H) -> Self
    where
        H: Handler<A>,
        H::Output: Responder + 'static,
        A: FromRequest + 'static,
    {
        self.allow.extend(["GET", "HEAD"]);
        self.route(guard::Any(guard::Get()).or(guard::Head()), handler)
    }

    /// Answers `GET` and leaves `HEAD` refused.
    #[must_use]
    pub fn get_without_head<H, A>(mut self, handler: H) -> Self
    where
        H: Handler<A>,
        H::Output: Responder + 'static,
        A: FromRequest + 'static,
    {
        self.allow.push("GET");
        self.route(guard::Get(), handler)
    }

    /// Answers `POST`.
    #[must_use]
    pub fn post<H, A>(mut self, handler: H) -> Self
    where
        H: Handler<A>,
        H::Output: Responder + 'static,
        A: FromRequest + 'static,
    {
        self.allow.push("POST");
        self.route(guard::Post(), handler)
    }

    /// Answers `PATCH`.
    #[must_use]
    pub fn patch<H, A>(mut self, handler: H) -> Self
    where
        H: Handler<A>,
        H::Output: Responder + 'static,
        A: FromRequest + 'static,
    {
        self.allow.push("PATCH");
        self.route(guard::Patch(), handler)
    }

    /// Answers `DELETE`.
    #[must_use]
    pub fn delete<H, A>(mut self, handler: H) -> Self
    where
        H: Handler<A>,
        H::Output: Responder + 'static,
        A: FromRequest + 'static,
    {
        self.allow.push("DELETE");
        self.route(guard::Delete(), handler)
    }

    /// Returns the resource.
    pub fn finish(self) -> Resource {
        let allow = HeaderValue::from_str(&self.allow.join(", "));
        let allow = allow.unwrap_or_else(|_| HeaderValue::from_static(""));
        self.resource
            .default_service(web::to(move |request: HttpRequest| {
                let refusal = Refusal::MethodNotAllowed {
                    allow: allow.clone(),
                };
                async move { refuse(&request, &refusal) }
            }))
    }

    fn route<H, A>(mut self, guard: impl Guard + 'static, handler: H) -> Self
    where
        H: Handler<A>,
        H::Output: Responder + 'static,
        A: FromRequest + 'static,
    {
        let route = web::route().guard(guard).to(handler);
        self.resource = self.resource.route(route);
        self
    }
}

/// Handler of the paths that do not exist.
pub async fn not_found(request: HttpRequest) -> HttpResponse {
    refuse(&request, &Refusal::NotFound)
}

fn refuse(request: &HttpRequest, refusal: &Refusal) -> HttpResponse {
    Refusals::of(request).answer(refusal, &RequestContext::of(request))
}
