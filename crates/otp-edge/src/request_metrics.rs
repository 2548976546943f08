//! Metrics of requests: a histogram of durations by route, method and status.

use std::cell::RefCell;
use std::collections::HashMap;
use std::time::Duration;

use actix_web::http::{Method, StatusCode};
use metrics::{Histogram, histogram};

/// The histogram of durations of requests; its count is their number.
pub const REQUEST_DURATION: &str = "otp_http_request_duration_seconds";

/// The labels of a request.
type Labels = (Option<String>, &'static str, u16);

thread_local! {
    /// The histograms that this thread has used: a look-up by labels takes longer than counting.
    /// There is one for each route and each status it was answered with.
    static HISTOGRAMS: RefCell<HashMap<Labels, Histogram>> = RefCell::default();
}

/// Counts a request. The route is the pattern that matched its path, if any did.
pub(crate) fn count(
    route: Option<String>,
    method: &'static str,
    status: StatusCode,
    duration: Duration,
) {
    HISTOGRAMS.with_borrow_mut(|histograms| {
        let histogram = histograms
            .entry((route, method, status.as_u16()))
            .or_insert_with_key(|(route, method, status)| {
                // A path that does not exist could be anything.
                let route = route.clone().unwrap_or_else(|| "none".to_owned());
                let status = status.to_string();
                histogram!(REQUEST_DURATION, "route" => route, "method" => *method, "status" => status)
            });
        histogram.record(duration.as_secs_f64());
    });
}

/// Returns the method as a label. Clients can invent methods, so all others share one label.
pub(crate) fn label(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::POST => "POST",
        Method::HEAD => "HEAD",
        Method::OPTIONS => "OPTIONS",
        Method::PUT => "PUT",
        Method::DELETE => "DELETE",
        _ => "other",
    }
}
