//! Calls to Graph other than messages: authorised, with JSON in and out, bounded in time and size.
//!
//! Errors quote Graph's own words, without the token. A call is never repeated, and an address in
//! an answer is never followed: a request to another host would carry our token.

use std::time::Duration;

use otp_core::channel::whatsapp::{AccessToken, ProviderId};
use otp_core::ports::ProviderError;
use reqwest::RequestBuilder;
use reqwest::header::{ACCEPT, DATE};
use serde_json::Value;
use tokio::time::timeout;

use crate::client;
use crate::graph_error::GraphError;
use crate::options::{CloudApiOptions, Endpoint, InvalidOptions};
use crate::redaction::Redaction;

/// The maximum length of an answer; a page of a list has some hundred kilobytes.
const MAX_ANSWER: usize = 4 * 1024 * 1024;

/// The number of items on a page.
const PAGE: &str = "200";

/// The maximum number of pages; a list with more is assumed to have no end.
const MAX_PAGES: usize = 100;

/// A client of Graph; each call has the token of one account. Clones share their connections.
#[derive(Clone)]
pub(crate) struct Graph {
    endpoint: Endpoint,
    client: reqwest::Client,
    /// The time limit of a call.
    timeout: Duration,
}

impl Graph {
    /// Reads the system's root certificates; makes no call yet.
    pub(crate) fn new(
        options: &CloudApiOptions,
        timeout: Duration,
    ) -> Result<Self, InvalidOptions> {
        let endpoint = Endpoint::parse(options)?;
        let roots = client::system_roots(&endpoint)?;
        let client = client::build(&endpoint, client::tls(roots)?)?;
        Ok(Self {
            endpoint,
            client,
            timeout,
        })
    }

    /// Reads an object or one of its edges.
    pub(crate) async fn get(
        &self,
        token: &AccessToken,
        (id, edge): (&ProviderId, Option<&str>),
        query: &[(&str, &str)],
    ) -> Result<Value, ProviderError> {
        let mut url = self.endpoint.object(id.as_str(), edge);
        url.query_pairs_mut().extend_pairs(query);
        self.call(token, self.client.get(url)).await
    }

    /// Asks what Graph knows about the token.
    ///
    /// Graph wants it in the query. It is in no log: an error leaves the address out.
    pub(crate) async fn debug_token(&self, token: &AccessToken) -> Result<Value, ProviderError> {
        let mut url = self.endpoint.versioned("debug_token");
        url.query_pairs_mut()
            .append_pair("input_token", token.expose());
        self.call(token, self.client.get(url)).await
    }

    /// Returns the header `Date` of an answer. No token is sent, so the answer is a refusal.
    pub(crate) async fn date(&self) -> Result<String, ProviderError> {
        let request = self.client.get(self.endpoint.versioned("me")).send();
        let response = timeout(self.timeout, request)
            .await
            .map_err(|_| unusable("no answer in time"))?
            .map_err(|error| unreached(error.without_url()))?;
        let date = response.headers().get(DATE);
        let date = date.and_then(|date| date.to_str().ok());
        let date = date.ok_or_else(|| unusable("the answer has no date"))?;
        Ok(date.to_owned())
    }

    /// Reads a list to its end.
    pub(crate) async fn list(
        &self,
        token: &AccessToken,
        (id, edge): (&ProviderId, &str),
        query: &[(&str, &str)],
    ) -> Result<Vec<Value>, ProviderError> {
        let mut items = Vec::new();
        let mut after: Option<String> = None;
        for _ in 0..MAX_PAGES {
            let mut query = query.to_vec();
            query.push(("limit", PAGE));
            query.extend(after.as_deref().map(|cursor| ("after", cursor)));
            let mut page = self.get(token, (id, Some(edge)), &query).await?;
            let Some(Value::Array(data)) = page.get_mut("data").map(Value::take) else {
                return Err(unusable("a page of a list has no items"));
            };
            items.extend(data);
            // Only `next` shows that there is another page; the last one has a cursor as well.
            if page.pointer("/paging/next").is_none_or(Value::is_null) {
                return Ok(items);
            }
            let cursor = page
                .pointer("/paging/cursors/after")
                .and_then(Value::as_str);
            let cursor = cursor.map(str::to_owned);
            if cursor.is_none() || cursor == after {
                return Err(unusable("a list does not continue"));
            }
            after = cursor;
        }
        Err(unusable("a list does not end"))
    }

    /// Creates or changes an object.
    pub(crate) async fn post(
        &self,
        token: &AccessToken,
        (id, edge): (&ProviderId, Option<&str>),
        body: &Value,
    ) -> Result<Value, ProviderError> {
        let url = self.endpoint.object(id.as_str(), edge);
        self.call(token, self.client.post(url).json(body)).await
    }

    async fn call(
        &self,
        token: &AccessToken,
        request: RequestBuilder,
    ) -> Result<Value, ProviderError> {
        let request = request
            .bearer_auth(token.expose())
            .header(ACCEPT, "application/json")
            .send();
        let answer = async {
            let response = request
                .await
                .map_err(|error| unreached(error.without_url()))?;
            let status = response.status();
            Ok::<_, ProviderError>((status, read(response).await?))
        };
        let (status, body) = timeout(self.timeout, answer)
            .await
            .map_err(|_| unusable("no answer in time"))??;
        match GraphError::parse(&body) {
            Some(error) => Err(refused(&error, &Redaction::of_token(token))),
            None if status.is_success() => {
                serde_json::from_slice(&body).map_err(|_| unusable("the answer is not JSON"))
            }
            None => Err(ProviderError::Unavailable(format!(
                "HTTP status {} without an error of Graph",
                status.as_u16()
            ))),
        }
    }
}

fn refused(error: &GraphError, redaction: &Redaction) -> ProviderError {
    let message = error.message.as_deref().unwrap_or_default();
    let words = match &error.details {
        Some(details) if !message.contains(details.as_str()) => format!("{message} ({details})"),
        Some(_) | None => message.to_owned(),
    };
    let words = match words.trim() {
        "" => format!("(#{})", error.code),
        words => redaction.clean(words),
    };
    ProviderError::Refused {
        code: error.code,
        subcode: error.subcode,
        words,
    }
}

async fn read(mut response: reqwest::Response) -> Result<Vec<u8>, ProviderError> {
    let mut body = Vec::new();
    while let Some(chunk) = response
        .chunk()
        .await
        .map_err(|error| unreached(error.without_url()))?
    {
        if body.len() + chunk.len() > MAX_ANSWER {
            return Err(unusable("the answer is too long"));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

fn unusable(what: &str) -> ProviderError {
    ProviderError::Unavailable(what.to_owned())
}

/// Returns the innermost error, which names the cause and contains nothing of the request.
fn unreached(error: reqwest::Error) -> ProviderError {
    let mut cause: &dyn std::error::Error = &error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    ProviderError::Unavailable(cause.to_string())
}
