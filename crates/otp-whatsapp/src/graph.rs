//! Graph, for what is not a message: one authorised call, JSON in and out, bounded in time and size.
//!
//! Whatever goes wrong is said in Graph's own words, without the token. Nothing is repeated, and no
//! address of an answer is followed: a page that came from elsewhere would be asked for with our token.

use std::time::Duration;

use otp_core::channel::whatsapp::{AccessToken, ProviderId};
use otp_core::ports::ProviderError;
use reqwest::RequestBuilder;
use reqwest::header::ACCEPT;
use serde_json::Value;
use tokio::time::timeout;

use crate::client;
use crate::graph_error::GraphError;
use crate::options::{CloudApiOptions, Endpoint, InvalidOptions};
use crate::redaction::Redaction;

/// A page of a list has some hundred kilobytes.
const MAX_ANSWER: usize = 4 * 1024 * 1024;

/// Items of one page.
const PAGE: &str = "200";

/// No list has so many pages; whoever answers with more does not come to an end.
const MAX_PAGES: usize = 100;

/// Graph, asked with one account's token at a time. Clones share their connections.
#[derive(Clone)]
pub(crate) struct Graph {
    endpoint: Endpoint,
    client: reqwest::Client,
    /// How long one call may take.
    timeout: Duration,
}

impl Graph {
    /// Nothing is called yet; the system's root certificates are read.
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

    /// Reads an object, or what hangs on it.
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
                return Err(senseless("a page of a list without its items"));
            };
            items.extend(data);
            // Only then is there another page; a cursor stands on the last one, too.
            if page.pointer("/paging/next").is_none_or(Value::is_null) {
                return Ok(items);
            }
            let cursor = page
                .pointer("/paging/cursors/after")
                .and_then(Value::as_str);
            let cursor = cursor.map(str::to_owned);
            if cursor.is_none() || cursor == after {
                return Err(senseless("a list that does not go on"));
            }
            after = cursor;
        }
        Err(senseless("a list that does not end"))
    }

    /// Changes or creates something.
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
            .map_err(|_| senseless("no answer in time"))??;
        match GraphError::parse(&body) {
            Some(error) => Err(refused(&error, &Redaction::of_token(token))),
            None if status.is_success() => {
                serde_json::from_slice(&body).map_err(|_| senseless("an answer that is no JSON"))
            }
            None => Err(ProviderError::Unavailable(format!(
                "HTTP status {} without Graph's error",
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
            return Err(senseless("an answer that is too long"));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

fn senseless(what: &str) -> ProviderError {
    ProviderError::Unavailable(what.to_owned())
}

/// The innermost error says what happened, and holds nothing of the request.
fn unreached(error: reqwest::Error) -> ProviderError {
    let mut cause: &dyn std::error::Error = &error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    ProviderError::Unavailable(cause.to_string())
}
