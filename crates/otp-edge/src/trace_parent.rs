//! The trace of the caller, from its `traceparent` (W3C Trace Context): the request continues that trace.
//!
//! `tracestate` is not read: it is free text of a stranger, and exported spans would repeat it.

use actix_web::http::header::{HeaderMap, HeaderName};
use opentelemetry::Context;
use opentelemetry::propagation::{Extractor, TextMapPropagator};
use opentelemetry::trace::TraceContextExt;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use tracing::Span;
use tracing_opentelemetry::OpenTelemetrySpanExt;

const TRACEPARENT: &str = "traceparent";

/// The lengths of the version, the trace's id, the span's id and the flags.
const LENGTHS: [usize; 4] = [2, 32, 16, 2];

/// Makes the span a child of the one that `traceparent` names. It MUST be called before the span is
/// entered. Without a header, with two of them, or with an invalid one, the span begins a trace.
pub(crate) fn take_over(span: &Span, headers: &HeaderMap) {
    let mut lines = headers.get_all(HeaderName::from_static(TRACEPARENT));
    let (Some(line), None) = (lines.next(), lines.next()) else {
        return;
    };
    let Ok(line) = line.to_str() else {
        return;
    };
    // The library checks everything but the lengths.
    let lengths = line.trim().split('-').map(str::len);
    if !lengths.take(LENGTHS.len()).eq(LENGTHS) {
        return;
    }
    let parent = TraceContextPropagator::new().extract_with_context(&Context::new(), &Line(line));
    if parent.has_active_span() {
        // It fails if spans are not exported, or if this one is not.
        drop(span.set_parent(parent));
    }
}

/// The header, as the library asks for it.
struct Line<'a>(&'a str);

impl Extractor for Line<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        (key == TRACEPARENT).then_some(self.0)
    }

    fn keys(&self) -> Vec<&str> {
        vec![TRACEPARENT]
    }
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderValue;
    use opentelemetry::trace::TracerProvider;
    use opentelemetry_sdk::trace::SdkTracerProvider;
    use tracing_subscriber::layer::SubscriberExt;

    use super::*;

    const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

    /// Returns the trace of a request with these headers, and whether it is recorded.
    fn trace_of(lines: &[&str]) -> (String, bool) {
        let provider = SdkTracerProvider::builder().build();
        let layer = tracing_opentelemetry::layer().with_tracer(provider.tracer("test"));
        let subscriber = tracing_subscriber::registry().with(layer);
        let mut headers = HeaderMap::new();
        for line in lines {
            let line = HeaderValue::from_str(line).expect("a header");
            headers.append(HeaderName::from_static(TRACEPARENT), line);
        }
        tracing::subscriber::with_default(subscriber, || {
            let span = tracing::info_span!("http.request");
            take_over(&span, &headers);
            let context = span.context();
            let context = context.span().span_context().clone();
            (context.trace_id().to_string(), context.is_sampled())
        })
    }

    #[test]
    fn a_request_continues_the_trace_of_its_caller() {
        for (line, is_recorded) in [
            (format!("00-{TRACE}-00f067aa0ba902b7-01"), true),
            (format!("00-{TRACE}-00f067aa0ba902b7-00"), false),
            // A later version may have more parts.
            (format!("01-{TRACE}-00f067aa0ba902b7-03-more"), true),
        ] {
            let trace = trace_of(&[&line]);
            assert_eq!(trace, (TRACE.to_owned(), is_recorded), "{line}");
        }
    }

    #[test]
    fn without_a_valid_traceparent_a_request_begins_a_trace() {
        let valid = format!("00-{TRACE}-00f067aa0ba902b7-01");
        let begins = |lines: &[&str]| {
            let (trace, is_recorded) = trace_of(lines);
            assert_ne!(trace, TRACE, "{lines:?}");
            assert_ne!(trace.trim_start_matches('0'), "1", "{lines:?}");
            assert_ne!(trace.trim_start_matches('0'), "", "{lines:?}");
            assert!(is_recorded, "{lines:?}");
        };
        begins(&[]);
        begins(&[&valid, &valid]);
        for line in [
            "",
            "00-1-1-01",
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            &format!("00-{TRACE}-0000000000000000-01"),
            &format!("00-{}-00f067aa0ba902b7-01", TRACE.to_uppercase()),
            &format!("ff-{TRACE}-00f067aa0ba902b7-01"),
            &format!("00-{TRACE}-00f067aa0ba902b7"),
            &format!("{valid}-more"),
        ] {
            begins(&[line]);
        }
    }
}
