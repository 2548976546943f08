//! Parses merged settings, key by key.

use std::num::NonZeroU32;
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use config::Config;
use otp_core::account::AccountRules;
use otp_core::keyring::{MasterKey, MasterKeys};
use otp_core::notice::LowBalance;
use otp_edge::{PerIpQuota, TrustedProxies};
use otp_whatsapp::webhook::{AppSecret, VerifyToken};
use otp_whatsapp::{CloudApiOptions, CloudApiSender};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::LevelFilter;
use url::Url;

use super::sources::Origins;
use super::{
    Database, DatabaseUrl, Http, Log, LogFormat, Messages, Settings, SettingsError, Tls, Tracing,
    Webhook, WhatsApp,
};

/// WhatsApp keeps an authentication template for 30 s to 15 min (`message_send_ttl_seconds`).
const LIFETIMES: RangeInclusive<Duration> = Duration::from_secs(30)..=Duration::from_secs(15 * 60);

pub(super) fn settings(merged: &Config, origins: &Origins) -> Result<Settings, SettingsError> {
    let keys = Keys { merged, origins };
    let settings = Settings {
        database: Database {
            url: keys.parse("database.url", database_url)?,
            max_connections: keys.parse("database.max_connections", |text| {
                within(text, 2..=1_000, "write a whole number from 2 to 1000")
            })?,
        },
        http: Http {
            bind: keys.parse("http.bind", |text| {
                text.parse()
                    .map_err(|_| "write an IP address and a port, such as 127.0.0.1:8080")
            })?,
            trusted_proxies: TrustedProxies::parse(&keys.list("http.trusted_proxies")?)
                .map_err(|error| keys.wrong("http.trusted_proxies", &error.to_string()))?,
            public_url: keys.optional("http.public_url", public_url)?,
            workers: keys.parse("http.workers", |text| {
                within(text, 0..=1_024, "write a whole number from 0 to 1024")
            })?,
            tls: keys.tls()?,
        },
        whatsapp: keys.whatsapp()?,
        messages: Messages {
            request_deadline: keys.parse("messages.request_deadline", positive)?,
            lifetime: keys.parse("messages.lifetime", |text| {
                let lifetime = positive(text)?;
                let possible = LIFETIMES.contains(&lifetime);
                possible
                    .then_some(lifetime)
                    .ok_or("WhatsApp accepts a lifetime from 30s to 15m")
            })?,
        },
        mail: keys.mail()?,
        new_account_rules: AccountRules {
            low_balance: keys.parse("notices.low_balance_percent", low_balance)?,
        },
        master_keys: keys.master_keys()?,
        rate_limit: keys.rate_limit()?,
        log: Log {
            level: keys.parse("log.level", log_level)?,
            format: keys.parse("log.format", |text| match text {
                "text" => Ok(LogFormat::Text),
                "json" => Ok(LogFormat::Json),
                _ => Err("write text or json"),
            })?,
        },
        tracing: keys.tracing()?,
    };
    if settings.whatsapp.timeout > settings.messages.request_deadline {
        return Err(keys.wrong(
            "whatsapp.timeout",
            "must not be longer than messages.request_deadline",
        ));
    }
    Ok(settings)
}

pub(super) struct Keys<'a> {
    merged: &'a Config,
    origins: &'a Origins,
}

impl Keys<'_> {
    pub(super) fn wrong(&self, key: &str, why: &str) -> SettingsError {
        SettingsError(format!("{}: {why}", self.origins.name(key)))
    }

    fn text(&self, key: &str) -> Result<String, SettingsError> {
        self.merged
            .get_string(key)
            .map_err(|_| self.wrong(key, "write a single value"))
    }

    /// Parses the value of `key`. An error does not quote the value: it may be a secret.
    pub(super) fn parse<T>(
        &self,
        key: &str,
        parse: impl FnOnce(&str) -> Result<T, &'static str>,
    ) -> Result<T, SettingsError> {
        parse(self.text(key)?.trim()).map_err(|why| self.wrong(key, why))
    }

    /// Parses the value of `key`; an empty text means "not set".
    pub(super) fn optional<T>(
        &self,
        key: &str,
        parse: impl FnOnce(&str) -> Result<T, &'static str>,
    ) -> Result<Option<T>, SettingsError> {
        self.parse(key, |text| {
            if text.is_empty() {
                Ok(None)
            } else {
                parse(text).map(Some)
            }
        })
    }

    /// Reads a list; in the environment its parts are separated by commas.
    fn list(&self, key: &str) -> Result<Vec<String>, SettingsError> {
        if let Ok(parts) = self.merged.get::<Vec<String>>(key) {
            return Ok(parts);
        }
        let text = self.text(key)?;
        Ok(text
            .split(',')
            .map(str::trim)
            .filter(|part| !part.is_empty())
            .map(str::to_owned)
            .collect())
    }

    /// Reads the master keys. The previous ones are a list, or a text with one key in each line, as a file
    /// of secrets has them.
    fn master_keys(&self) -> Result<Option<Arc<MasterKeys>>, SettingsError> {
        let (current, previous) = ("security.master_key", "security.previous_master_keys");
        let parse = |text: &str| {
            MasterKey::parse(text).map_err(|_| {
                "write 32 random bytes in base64; \
                `otp-server config new-master-key` makes them"
            })
        };
        let current = self.optional(current, parse)?;
        let listed = self.list(previous)?;
        let retired: Result<Vec<_>, _> = listed
            .iter()
            .flat_map(|part| part.split_whitespace())
            .map(|text| parse(text).map_err(|why| self.wrong(previous, why)))
            .collect();
        match (current, retired?) {
            (Some(current), retired) => Ok(Some(Arc::new(MasterKeys::new(&current, &retired)))),
            (None, retired) if retired.is_empty() => Ok(None),
            (None, _) => Err(self.wrong(
                "security.master_key",
                "required if security.previous_master_keys is set",
            )),
        }
    }

    fn tls(&self) -> Result<Option<Tls>, SettingsError> {
        let path = |key| self.optional(key, |text| Ok(PathBuf::from(text)));
        match (path("http.tls.cert")?, path("http.tls.key")?) {
            (Some(cert), Some(key)) => Ok(Some(Tls { cert, key })),
            (None, None) => Ok(None),
            (Some(_), None) => Err(self.wrong("http.tls.key", "required if http.tls.cert is set")),
            (None, Some(_)) => Err(self.wrong("http.tls.cert", "required if http.tls.key is set")),
        }
    }

    fn whatsapp(&self) -> Result<WhatsApp, SettingsError> {
        let client = CloudApiOptions {
            base_url: self.text("whatsapp.base_url")?,
            api_version: self.text("whatsapp.api_version")?,
            connect_timeout: self.parse("whatsapp.connect_timeout", positive)?,
            proxy: self.optional("whatsapp.proxy", |text| Ok(text.to_owned()))?,
        };
        CloudApiSender::new(&client)
            .map_err(|error| SettingsError(format!("whatsapp: {error}")))?;
        Ok(WhatsApp {
            client,
            timeout: self.parse("whatsapp.timeout", positive)?,
            webhook: self.webhook()?,
        })
    }

    fn webhook(&self) -> Result<Option<Webhook>, SettingsError> {
        const SHAPE: &str = "write one line of printable ASCII without spaces";
        let (secret, token) = ("whatsapp.app_secret", "whatsapp.verify_token");
        let app_secret = self.optional(secret, |text| AppSecret::parse(text).map_err(|_| SHAPE))?;
        let verify_token =
            self.optional(token, |text| VerifyToken::parse(text).map_err(|_| SHAPE))?;
        match (app_secret, verify_token) {
            (Some(app_secret), Some(verify_token)) => Ok(Some(Webhook {
                app_secret,
                verify_token,
            })),
            (None, None) => Ok(None),
            (Some(_), None) => Err(self.wrong(token, "required if whatsapp.app_secret is set")),
            (None, Some(_)) => Err(self.wrong(secret, "required if whatsapp.verify_token is set")),
        }
    }

    fn tracing(&self) -> Result<Option<Tracing>, SettingsError> {
        let otlp_endpoint = self.optional("tracing.otlp_endpoint", otlp_endpoint)?;
        let sample_ratio = self.parse("tracing.sample_ratio", share)?;
        Ok(otlp_endpoint.map(|otlp_endpoint| Tracing {
            otlp_endpoint,
            sample_ratio,
        }))
    }

    fn rate_limit(&self) -> Result<Option<PerIpQuota>, SettingsError> {
        let range = "write a whole number from 0 to 1000000";
        let number = |key| self.parse(key, |text| within(text, 0..=1_000_000, range));
        let per_second = NonZeroU32::new(number("rate_limit.per_ip_per_second")?);
        let burst = NonZeroU32::new(number("rate_limit.burst")?);
        match (per_second, burst) {
            (None, _) => Ok(None),
            (Some(_), None) => Err(self.wrong("rate_limit.burst", "write at least 1")),
            (Some(per_second), Some(burst)) => Ok(Some(PerIpQuota { per_second, burst })),
        }
    }
}

fn otlp_endpoint(text: &str) -> Result<Url, &'static str> {
    let url = Url::parse(text).ok();
    let url = url.filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    let url = url.ok_or("write the whole URL, such as http://127.0.0.1:4318/v1/traces")?;
    // An export that fails is logged with the URL.
    let may_hold_a_secret =
        !url.username().is_empty() || url.password().is_some() || url.query().is_some();
    if may_hold_a_secret {
        Err("must not contain a user, a password or a query")
    } else {
        Ok(url)
    }
}

fn share(text: &str) -> Result<f64, &'static str> {
    let share = text.parse().ok();
    share
        .filter(|share| (0.0..=1.0).contains(share))
        .ok_or("write a number from 0 to 1, such as 0.1")
}

fn low_balance(text: &str) -> Result<LowBalance, &'static str> {
    let percent = text.parse().ok();
    percent
        .and_then(|percent| LowBalance::try_new(percent).ok())
        .ok_or("write a whole number of percent from 0 (off) to 99")
}

fn public_url(text: &str) -> Result<String, &'static str> {
    let address = text
        .strip_prefix("https://")
        .or_else(|| text.strip_prefix("http://"));
    match address {
        Some(address) if !address.is_empty() => Ok(text.to_owned()),
        _ => Err("write it with its scheme, such as https://otp.example.com"),
    }
}

fn database_url(text: &str) -> Result<DatabaseUrl, &'static str> {
    if text.starts_with("sqlite:") {
        Ok(DatabaseUrl::Sqlite(text.to_owned()))
    } else if text.starts_with("postgres://") || text.starts_with("postgresql://") {
        Ok(DatabaseUrl::Postgres(text.to_owned()))
    } else {
        Err("write sqlite://otp.db or postgres://user@host/database")
    }
}

/// Parses the level of the log. A single word must be a level: the filter would take another word for the
/// name of a module, and log nothing else.
fn log_level(text: &str) -> Result<String, &'static str> {
    let is_known = |directive: &str| {
        let directive = directive.trim();
        directive.contains(['=', '['])
            || !directive.is_empty() && directive.parse::<LevelFilter>().is_ok()
    };
    let known = text.split(',').all(is_known) && EnvFilter::try_new(text).is_ok();
    known.then(|| text.to_owned()).ok_or(
        "write error, warn, info, debug, trace, off, or directives such as info,otp_http=debug",
    )
}

fn positive(text: &str) -> Result<Duration, &'static str> {
    let duration = humantime::parse_duration(text);
    let duration = duration.map_err(|_| "write a duration such as 500ms, 8s or 10m")?;
    if duration.is_zero() {
        Err("must be longer than zero")
    } else {
        Ok(duration)
    }
}

fn within<N: TryFrom<u32>>(
    text: &str,
    range: RangeInclusive<u32>,
    why: &'static str,
) -> Result<N, &'static str> {
    let number = text
        .parse::<u32>()
        .ok()
        .filter(|number| range.contains(number));
    number
        .and_then(|number| N::try_from(number).ok())
        .ok_or(why)
}
