//! A provider that accepts everything after a configurable delay, counts its calls, and remembers the
//! messages they are about with their codes.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::{Method, Request, Response};
use uuid::Uuid;

use crate::serving::serve;

/// A running provider; it ends with the program.
pub(crate) struct Provider {
    url: String,
    state: Arc<State>,
}

#[derive(Default)]
struct State {
    delay_ms: AtomicU64,
    calls: AtomicU64,
    delayed: AtomicU64,
    delayed_us: AtomicU64,
    called_about: Mutex<HashMap<Uuid, Code>>,
}

/// A code as it was sent, filled with zeros. It is stored without an allocation, as there are millions.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Code([u8; 8]);

impl Code {
    pub(crate) fn as_str(&self) -> &str {
        let text = std::str::from_utf8(&self.0).unwrap_or_default();
        text.trim_end_matches('\0')
    }
}

impl Provider {
    /// Starts a provider.
    pub(crate) async fn start() -> anyhow::Result<Self> {
        let state = Arc::<State>::default();
        let asked = Arc::clone(&state);
        let address = serve(move |request| accept(Arc::clone(&asked), request)).await?;
        Ok(Self {
            url: format!("http://{address}"),
            state,
        })
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Sets the delay of each answer from now on.
    pub(crate) fn set_delay(&self, delay: Duration) {
        let ms = u64::try_from(delay.as_millis()).unwrap_or(u64::MAX);
        self.state.delay_ms.store(ms, Ordering::Relaxed);
    }

    /// Returns the real mean delay of the answers that were delayed.
    pub(crate) fn mean_delay(&self) -> Duration {
        let delayed = self.state.delayed.load(Ordering::Relaxed);
        let total = self.state.delayed_us.load(Ordering::Relaxed);
        Duration::from_micros(total / delayed.max(1))
    }

    /// Returns the number of calls.
    pub(crate) fn calls(&self) -> u64 {
        self.state.calls.load(Ordering::Relaxed)
    }

    /// Returns the number of messages that the calls were about.
    pub(crate) fn messages(&self) -> usize {
        let called_about = self.state.called_about.lock();
        called_about.unwrap_or_else(PoisonError::into_inner).len()
    }

    /// Returns the code that the message carried; `None` if there was no call about it.
    pub(crate) fn code_of(&self, message: Uuid) -> Option<Code> {
        let called_about = self.state.called_about.lock();
        let called_about = called_about.unwrap_or_else(PoisonError::into_inner);
        called_about.get(&message).copied()
    }
}

async fn accept(state: Arc<State>, request: Request<Incoming>) -> Response<Full<Bytes>> {
    // The server also asks for its templates; such a request is not about a message.
    if request.method() != Method::POST {
        return json_response(r#"{"data":[]}"#.to_owned());
    }
    let body = request.into_body().collect().await;
    let body = body.map(|body| body.to_bytes()).unwrap_or_default();
    let call = state.calls.fetch_add(1, Ordering::Relaxed);
    let message = message_id(&body);
    if let Some(message) = message {
        let called_about = state.called_about.lock();
        let mut called_about = called_about.unwrap_or_else(PoisonError::into_inner);
        called_about.insert(message, code(&body));
    }
    let delay = state.delay_ms.load(Ordering::Relaxed);
    if delay > 0 {
        let begun = tokio::time::Instant::now();
        tokio::time::sleep(Duration::from_millis(delay)).await;
        let took = u64::try_from(begun.elapsed().as_micros()).unwrap_or(u64::MAX);
        state.delayed.fetch_add(1, Ordering::Relaxed);
        state.delayed_us.fetch_add(took, Ordering::Relaxed);
    }
    let id = message.map_or_else(|| format!("wamid.HBgM{call:036}"), provider_message_id);
    let body = format!(
        r#"{{"messaging_product":"whatsapp","contacts":[{{"input":"966551234567","wa_id":"966551234567"}}],"messages":[{{"id":"{id}"}}]}}"#
    );
    json_response(body)
}

fn json_response(body: String) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from(body)));
    let json = hyper::header::HeaderValue::from_static("application/json; charset=UTF-8");
    let headers = response.headers_mut();
    headers.insert(hyper::header::CONTENT_TYPE, json);
    response
}

/// Returns the provider's id of the message with our id, which its receipts have to name.
pub(crate) fn provider_message_id(message: Uuid) -> String {
    format!("wamid.HBgM{message}")
}

/// Returns our id of the message, which comes back with every receipt.
fn message_id(body: &[u8]) -> Option<Uuid> {
    let rest = after(body, br#""biz_opaque_callback_data":""#)?;
    let text = std::str::from_utf8(rest.get(..36)?).ok()?;
    Uuid::parse_str(text).ok()
}

/// Returns the first parameter of the template, which is the code.
fn code(body: &[u8]) -> Code {
    let mut code = Code::default();
    let text = after(body, br#""text":""#).unwrap_or_default();
    let text = text.iter().take_while(|byte| **byte != b'"');
    code.0
        .iter_mut()
        .zip(text)
        .for_each(|(to, from)| *to = *from);
    code
}

/// Returns the rest of the body after this part of it.
pub(crate) fn after<'a>(body: &'a [u8], field: &[u8]) -> Option<&'a [u8]> {
    let at = body.windows(field.len()).position(|part| part == field)?;
    body.get(at + field.len()..)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_message_is_identified_by_its_callback_data() {
        let id = "0199c2f0-7a3b-7c11-8d2e-3f4a5b6c7d8e";
        let body = format!(r#"{{"biz_opaque_callback_data":"{id}","to":"966551234567"}}"#);
        assert_eq!(message_id(body.as_bytes()), Uuid::parse_str(id).ok());
        assert_eq!(message_id(br#"{"to":"966551234567"}"#), None);
        assert_eq!(message_id(br#"{"biz_opaque_callback_data":"01"#), None);
    }
}
