//! The set-up at Meta: the token, the business account, its subscriptions, and Meta's time.

use std::fmt;
use std::time::{Duration, UNIX_EPOCH};

use async_trait::async_trait;
use otp_core::channel::whatsapp::{AccessToken, ProviderId};
use otp_core::ports::{
    AccountFacts, BusinessAccount, ProviderError, ProviderInspector, SubscribedApp, TokenFacts,
};
use otp_core::time::Timestamp;
use serde_json::Value;

use crate::graph::Graph;
use crate::options::{CloudApiOptions, InvalidOptions};

/// The fields that are requested of a business account.
const ACCOUNT_FIELDS: &str = "id,account_review_status,business_verification_status";

/// The maximum length of Meta's name for a status or a permission.
const MAX_WORD: usize = 64;

/// The maximum number of permissions that are read.
const MAX_SCOPES: usize = 100;

/// The set-up at Meta, as Graph shows it.
#[derive(Clone)]
pub struct CloudApiInspector {
    graph: Graph,
    api_version: String,
}

impl CloudApiInspector {
    /// Creates the client; each call may take at most `timeout`.
    pub fn new(options: &CloudApiOptions, timeout: Duration) -> Result<Self, InvalidOptions> {
        Ok(Self {
            graph: Graph::new(options, timeout)?,
            api_version: options.api_version.clone(),
        })
    }
}

impl fmt::Debug for CloudApiInspector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CloudApiInspector").finish_non_exhaustive()
    }
}

#[async_trait]
impl ProviderInspector for CloudApiInspector {
    async fn inspect_token(&self, token: &AccessToken) -> Result<TokenFacts, ProviderError> {
        let answer = self.graph.debug_token(token).await?;
        let data = answer.get("data").unwrap_or(&Value::Null);
        let Some(is_valid) = data.get("is_valid").and_then(Value::as_bool) else {
            return Err(unusable("it does not say whether the token is valid"));
        };
        // Meta writes 0 for a token without an end.
        let end = data.get("expires_at").and_then(Value::as_i64);
        let end = end.filter(|seconds| *seconds > 0);
        let scopes = data.get("scopes").and_then(Value::as_array);
        let scopes = scopes.into_iter().flatten().filter_map(word);
        Ok(TokenFacts {
            is_valid,
            app_id: data.get("app_id").and_then(id),
            expires_at: end
                .map(|seconds| Timestamp::from_unix_millis(seconds.saturating_mul(1_000))),
            scopes: scopes.take(MAX_SCOPES).collect(),
        })
    }

    async fn inspect_account(
        &self,
        account: &BusinessAccount,
    ) -> Result<AccountFacts, ProviderError> {
        let query = [("fields", ACCOUNT_FIELDS)];
        let object = (&account.waba_id, None);
        let answer = self
            .graph
            .get(&account.access_token, object, &query)
            .await?;
        if answer.get("id").is_none() {
            return Err(unusable("the business account has no id"));
        }
        Ok(AccountFacts {
            review: answer.get("account_review_status").and_then(word),
            verification: answer.get("business_verification_status").and_then(word),
        })
    }

    async fn list_subscribed_apps(
        &self,
        account: &BusinessAccount,
    ) -> Result<Vec<SubscribedApp>, ProviderError> {
        let edge = (&account.waba_id, "subscribed_apps");
        let apps = self.graph.list(&account.access_token, edge, &[]).await?;
        let app = |item: &Value| SubscribedApp {
            id: item.pointer("/whatsapp_business_api_data/id").and_then(id),
        };
        Ok(apps.iter().map(app).collect())
    }

    async fn tell_time(&self) -> Result<Timestamp, ProviderError> {
        let date = self.graph.date().await?;
        let date = httpdate::parse_http_date(&date);
        let date = date.map_err(|_| unusable("its date is not that of HTTP"))?;
        let since = date.duration_since(UNIX_EPOCH);
        let since = since.map_err(|_| unusable("its date is before 1970"))?;
        Ok(Timestamp::from_unix_millis(0) + since)
    }

    fn api_version(&self) -> String {
        self.api_version.clone()
    }
}

/// Reads Meta's name for a status or a permission. Other text is left out: it ends up on a terminal.
fn word(value: &Value) -> Option<String> {
    let word = value.as_str()?.trim();
    let is_word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    let fits = (1..=MAX_WORD).contains(&word.len()) && word.chars().all(is_word);
    fits.then(|| word.to_owned())
}

/// Reads an id, which is a text or a number.
fn id(value: &Value) -> Option<ProviderId> {
    match value {
        Value::String(text) => ProviderId::parse(text).ok(),
        Value::Number(number) => ProviderId::parse(&number.to_string()).ok(),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

fn unusable(what: &str) -> ProviderError {
    ProviderError::Unavailable(what.to_owned())
}
