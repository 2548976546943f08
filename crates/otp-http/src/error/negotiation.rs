//! The form of errors below `/v1`: `application/problem+json` if the client asks for it.
//!
//! LightOTP's own paths have one form, whatever `Accept` says.

use actix_web::HttpMessage;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{Accept, Header, Quality};
use actix_web::middleware::Next;
use otp_edge::RequestContext;

use super::problem::PROBLEM_JSON;

/// The paths that offer problems begin with this.
pub(crate) const OFFERED_BELOW: &str = "/v1";

/// Middleware of the paths that offer problems. It is outside of every other one, so that their refusals
/// have the same form.
pub(crate) async fn negotiate_problems<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, actix_web::Error> {
    if Accept::parse(&request).is_ok_and(|accept| prefers_problem(&accept)) {
        let mut context = RequestContext::of(request.request());
        context.problem_json = true;
        request.extensions_mut().insert(context);
    }
    next.call(request).await
}

/// Returns whether the header names problems, and JSON not with a higher quality.
///
/// A range such as `*/*` does not ask for problems: clients that know nothing of them send it.
fn prefers_problem(accept: &Accept) -> bool {
    let quality = |name: &str| {
        let entry = accept.iter().find(|entry| entry.item.essence_str() == name);
        entry.map(|entry| entry.quality)
    };
    let mut ranges = ["application/json", "application/*", "*/*"].into_iter();
    let json = ranges.find_map(quality).unwrap_or(Quality::ZERO);
    quality(PROBLEM_JSON).is_some_and(|problem| problem > Quality::ZERO && problem >= json)
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    #[test]
    fn problems_have_to_be_named_and_not_less_welcome_than_json() {
        for (header, expected) in [
            ("application/problem+json", true),
            ("APPLICATION/Problem+JSON; charset=utf-8", true),
            ("application/json, application/problem+json", true),
            ("application/problem+json, application/json;q=0.9", true),
            ("application/problem+json, */*;q=0.8", true),
            (
                "application/problem+json;q=0.5, application/json;q=0.4, */*",
                true,
            ),
            ("application/json, application/problem+json;q=0.9", false),
            ("application/problem+json;q=0.5, application/*", false),
            ("application/problem+json;q=0.5, */*", false),
            ("application/problem+json;q=0", false),
            ("application/problem+xml", false),
            ("application/json", false),
            ("application/*", false),
            ("*/*", false),
            ("nonsense, application/problem+json", true),
            (";;", false),
            ("", false),
        ] {
            let request = TestRequest::default().insert_header(("Accept", header));
            let accept = Accept::parse(&request.to_http_request());
            let prefers = accept.is_ok_and(|accept| prefers_problem(&accept));
            assert_eq!(prefers, expected, "{header:?}");
        }
        let without = TestRequest::default().to_http_request();
        assert!(!Accept::parse(&without).is_ok_and(|accept| prefers_problem(&accept)));
    }
}
