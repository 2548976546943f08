//! Requests for what is not there: an unknown path, a method a path does not have.

use actix_web::{HttpRequest, HttpResponse, Resource, Route, guard, web};

use crate::context::RequestContext;
use crate::error::{ApiError, ErrorCode};

/// Answers a path that does not exist.
pub(crate) async fn not_found(request: HttpRequest) -> HttpResponse {
    ApiError::Plain(ErrorCode::NotFound).answer(&RequestContext::of(&request))
}

/// A resource that can only be posted to.
pub(crate) fn post_only(path: &str, route: impl FnOnce(Route) -> Route) -> Resource {
    web::resource(path)
        .route(route(web::post()))
        .default_service(method_not_allowed("POST"))
}

/// A resource that can only be read.
pub(crate) fn get_only(path: &str, route: impl FnOnce(Route) -> Route) -> Resource {
    let read = web::route().guard(guard::Any(guard::Get()).or(guard::Head()));
    web::resource(path)
        .route(route(read))
        .default_service(method_not_allowed("GET, HEAD"))
}

/// A resource that can be read and posted to.
pub(crate) fn get_and_post(path: &str, get: Route, post: Route) -> Resource {
    web::resource(path)
        .route(get.guard(guard::Get()))
        .route(post.guard(guard::Post()))
        .default_service(method_not_allowed("GET, POST"))
}

fn method_not_allowed(allow: &'static str) -> Route {
    web::to(move |request: HttpRequest| async move {
        ApiError::MethodNotAllowed { allow }.answer(&RequestContext::of(&request))
    })
}
