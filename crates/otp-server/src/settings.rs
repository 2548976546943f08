//! Settings: read from defaults, a file and the environment, and checked before anything starts.
//!
//! [`Settings`] holds parsed values only. An error names the key, where it was set, and what to write
//! instead. `config/default.toml` documents every key.

mod mail;
mod read;
mod sources;
mod warnings;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use otp_core::account::AccountRules;
use otp_core::keyring::MasterKeys;
use otp_core::recipient::EmailAddress;
use otp_core::usecases::sign_up::SignUpPolicy;
use otp_core::verification::VerificationPolicy;
use otp_core::webhook::PrivateTargets;
use otp_edge::{PerIpQuota, TrustedProxies};
use otp_whatsapp::CloudApiOptions;
use otp_whatsapp::webhook::{AppSecret, VerifyToken};
use url::Url;

pub use mail::Mail;
pub(crate) use sources::{DEFAULTS, Sources};

/// All settings, parsed. `Debug` hides every secret.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Settings {
    /// The section `[database]`.
    pub database: Database,
    /// The section `[http]`.
    pub http: Http,
    /// The section `[whatsapp]`.
    pub whatsapp: WhatsApp,
    /// The section `[messages]`.
    pub messages: Messages,
    /// The section `[verification]`.
    pub verification: VerificationPolicy,
    /// The sections `[smtp]` and `[mail]`; `None` if no mail server is set.
    pub mail: Option<Mail>,
    /// The rules that a new account starts with; they are kept with the account.
    pub new_account_rules: AccountRules,
    /// `security.master_key` and `previous_master_keys`, if they are set; see
    /// [`Settings::master_keys`].
    pub master_keys: Option<Arc<MasterKeys>>,
    /// The section `[webhooks]`.
    pub webhooks: Webhooks,
    /// Whether the pages for people are served.
    pub dashboard: Dashboard,
    /// The section `[accounts]`.
    pub accounts: Accounts,
    /// The section `[rate_limit]`; `None` if requests are not limited.
    pub rate_limit: Option<PerIpQuota>,
    /// The section `[log]`.
    pub log: Log,
    /// The section `[tracing]`; `None` if no collector is set.
    pub tracing: Option<Tracing>,
}

/// The database.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Database {
    /// The store and its place.
    pub url: DatabaseUrl,
    /// At most this many connections to PostgreSQL.
    pub max_connections: usize,
}

/// The kind of a store, and its URL. `Debug` hides the URL, because it may contain a password.
#[derive(Clone)]
#[non_exhaustive]
pub enum DatabaseUrl {
    /// `sqlite://…`
    Sqlite(String),
    /// `postgres://…`
    Postgres(String),
}

impl std::fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Sqlite(_) => "sqlite://…",
            Self::Postgres(_) => "postgres://…",
        })
    }
}

/// The HTTP server.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Http {
    /// The address `serve` listens on.
    pub bind: SocketAddr,
    /// The address of metrics and health; `None` if they are at `bind`.
    pub internal_bind: Option<SocketAddr>,
    /// At most this many connections at a time.
    pub max_connections: usize,
    /// At most this many of them from one IP address.
    pub max_connections_per_ip: usize,
    /// The proxies whose `X-Forwarded-For` is trusted.
    pub trusted_proxies: TrustedProxies,
    /// The URL at which clients reach the API, without a slash at its end; `None` if it is the address
    /// that the server listens on.
    pub public_url: Option<String>,
    /// Threads that read requests and write responses; 0 for half as many as there are processors.
    pub workers: usize,
    /// `None` if a proxy in front ends TLS.
    pub tls: Option<Tls>,
}

impl Http {
    /// Returns the address under which people reach the pages; `None` if only the operator knows it. Browsers keep the
    /// cookies of pages over plain HTTP for `localhost` only.
    pub(crate) fn pages_url(&self) -> Option<String> {
        let is_local = self.bind.ip().is_loopback() && self.bind.port() > 0 && self.tls.is_none();
        let local = is_local.then(|| format!("http://localhost:{}", self.bind.port()));
        self.public_url.clone().or(local)
    }
}

/// PEM files for HTTPS.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Tls {
    /// The certificate chain.
    pub cert: PathBuf,
    /// The private key.
    pub key: PathBuf,
}

/// WhatsApp.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct WhatsApp {
    /// The Cloud API and how it is reached.
    pub client: CloudApiOptions,
    /// How long one call may take.
    pub timeout: Duration,
    /// `None` if no webhook is set up.
    pub webhook: Option<Webhook>,
}

/// The secrets that authenticate Meta's webhook calls.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Webhook {
    /// Signs each call.
    pub app_secret: AppSecret,
    /// Confirms the registration of the webhook.
    pub verify_token: VerifyToken,
}

/// Webhooks to customers.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Webhooks {
    /// Whether URLs of endpoints may lead into the operator's own network.
    pub private_targets: PrivateTargets,
}

/// The pages for people.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Dashboard {
    /// Whether they are served.
    pub enabled: bool,
}

/// How accounts are opened.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Accounts {
    /// The people who may open one on the page of sign-up.
    pub sign_up: SignUpPolicy,
    /// The address that gets a mail for each order, if there is one.
    pub orders_to: Option<EmailAddress>,
}

/// How long sending may take.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Messages {
    /// How long a request may take, including retries.
    pub request_deadline: Duration,
    /// How long a message may be pending if its template does not say.
    pub lifetime: Duration,
}

/// The log.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Log {
    /// A level, or directives such as `info,otp_http=debug`.
    pub level: String,
    /// The format of a line.
    pub format: LogFormat,
}

/// The format of a log line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum LogFormat {
    /// For people.
    Text,
    /// For machines.
    Json,
}

/// The export of spans.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Tracing {
    /// The collector, by OTLP over HTTP.
    pub otlp_endpoint: Url,
    /// The share of traces that is exported, from 0 to 1.
    pub sample_ratio: f64,
}

/// The reasons why settings cannot be used: one line each, which names the key or the file.
#[derive(Debug, thiserror::Error)]
#[error("{}", .0.join("; "))]
pub struct SettingsError(Vec<String>);

impl Settings {
    /// Reads the defaults, a file (`otp.toml` if there is one and no other is named), and this process's
    /// environment, as the program does.
    pub fn load(file: Option<PathBuf>) -> Result<Self, SettingsError> {
        Sources::of_this_process(file).load()
    }

    /// Reads the defaults with these values in their place, and neither file nor environment.
    ///
    /// ```
    /// use otp_server::Settings;
    ///
    /// let settings = Settings::with([
    ///     ("database.url", "sqlite:///var/lib/otp/otp.db"),
    ///     ("http.bind", "127.0.0.1:0"),
    /// ])?;
    /// assert_eq!(settings.http.bind.port(), 0);
    /// # Ok::<_, otp_server::SettingsError>(())
    /// ```
    pub fn with<'a>(
        values: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Result<Self, SettingsError> {
        Sources::of_values(values).load_without_default_file()
    }

    /// Returns the master keys, which open the keyring, or fails if none is set.
    pub fn master_keys(&self) -> Result<&Arc<MasterKeys>, SettingsError> {
        self.master_keys
            .as_ref()
            .ok_or_else(SettingsError::no_master_key)
    }
}

impl SettingsError {
    fn of(fault: String) -> Self {
        Self(vec![fault])
    }

    /// Returns every reason, one line each.
    pub fn faults(&self) -> &[String] {
        &self.0
    }

    pub(crate) fn no_master_key() -> Self {
        Self::of(
            "security.master_key is not set; make one with \
             `otp-server config new-master-key --out FILE` and name its file in OTP__SECURITY__MASTER_KEY_FILE"
                .to_owned(),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pages_have_their_public_address_or_that_of_this_machine() {
        let public = ("http.public_url", "https://otp.example.com");
        for (values, expected) in [
            (vec![], Some("http://localhost:8080")),
            (vec![public], Some("https://otp.example.com")),
            (
                vec![("http.bind", "[::1]:9000")],
                Some("http://localhost:9000"),
            ),
            (vec![("http.bind", "127.0.0.1:0")], None),
            (vec![("http.bind", "0.0.0.0:8080")], None),
            (vec![("http.bind", "0.0.0.0:8080"), public], Some(public.1)),
        ] {
            let settings = Settings::with(values.iter().copied()).expect("settings");
            let found = settings.http.pages_url();
            assert_eq!(found.as_deref(), expected, "{values:?}");
        }
    }
}
