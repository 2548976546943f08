//! Settings: read from defaults, a file and the environment, and judged before anything starts.
//!
//! [`Settings`] holds parsed values only. Whatever is wrong is said with the key, where it came from
//! and what would be right.

mod mail;
mod read;
mod sources;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use otp_core::notice::LowBalance;
use otp_core::sealing::MasterKey;
use otp_edge::{PerIpQuota, TrustedProxies};
use otp_whatsapp::CloudApiOptions;
use otp_whatsapp::webhook::{AppSecret, VerifyToken};
use url::Url;

pub(crate) use mail::Mail;
pub(crate) use sources::{DEFAULTS, Sources};

/// All settings, parsed.
#[derive(Debug)]
pub(crate) struct Settings {
    pub(crate) database: Database,
    pub(crate) http: Http,
    pub(crate) whatsapp: WhatsApp,
    pub(crate) messages: Messages,
    /// None where no mail server is named.
    pub(crate) mail: Option<Mail>,
    /// None where it is not set; see [`Settings::master_key`].
    pub(crate) master_key: Option<MasterKey>,
    pub(crate) rate_limit: Option<PerIpQuota>,
    pub(crate) log: Log,
    /// None where no collector is named.
    pub(crate) tracing: Option<Tracing>,
}

#[derive(Debug)]
pub(crate) struct Database {
    pub(crate) url: DatabaseUrl,
    pub(crate) max_connections: usize,
    /// The store hands it to the core with what it loads.
    pub(crate) low_balance: LowBalance,
}

/// Which store, and where. `Debug` hides the URL: it may hold a password.
pub(crate) enum DatabaseUrl {
    Sqlite(String),
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

#[derive(Debug)]
pub(crate) struct Http {
    pub(crate) bind: SocketAddr,
    pub(crate) trusted_proxies: TrustedProxies,
    pub(crate) public_url: Option<String>,
    pub(crate) workers: usize,
    pub(crate) tls: Option<Tls>,
}

#[derive(Debug)]
pub(crate) struct Tls {
    pub(crate) cert: PathBuf,
    pub(crate) key: PathBuf,
}

#[derive(Debug)]
pub(crate) struct WhatsApp {
    pub(crate) client: CloudApiOptions,
    pub(crate) timeout: Duration,
    pub(crate) webhook: Option<Webhook>,
}

/// What Meta's webhooks are recognised by.
#[derive(Debug)]
pub(crate) struct Webhook {
    pub(crate) app_secret: AppSecret,
    pub(crate) verify_token: VerifyToken,
}

#[derive(Debug)]
pub(crate) struct Messages {
    pub(crate) request_deadline: Duration,
    pub(crate) lifetime: Duration,
}

#[derive(Debug)]
pub(crate) struct Log {
    pub(crate) level: String,
    pub(crate) format: LogFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LogFormat {
    Text,
    Json,
}

/// Where spans go.
#[derive(Debug)]
pub(crate) struct Tracing {
    pub(crate) otlp_endpoint: Url,
    /// From 0 to 1.
    pub(crate) sample_ratio: f64,
}

/// Why the settings cannot be used: one line that names the key or the file.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct SettingsError(String);

impl Settings {
    /// The master key, which everything that touches personal data needs.
    pub(crate) fn master_key(&self) -> Result<&MasterKey, SettingsError> {
        self.master_key.as_ref().ok_or_else(|| {
            SettingsError(
                "security.master_key is not set; make one with `otp-server config new-master-key` \
                 and name its file in OTP__SECURITY__MASTER_KEY_FILE"
                    .to_owned(),
            )
        })
    }
}
