//! The values of single settings: how a text is parsed, and what to write instead if it is refused.

use std::ops::RangeInclusive;
use std::time::Duration;

use otp_core::notice::LowBalance;
use otp_core::verification::CodeLifetime;
use otp_postgres::PgOptions;
use otp_sqlite::SqliteOptions;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::LevelFilter;
use url::Url;

use crate::settings::DatabaseUrl;
use crate::settings::warnings::is_open_http;

/// WhatsApp keeps an authentication template for 30 s to 15 min (`message_send_ttl_seconds`).
const LIFETIMES: RangeInclusive<Duration> = Duration::from_secs(30)..=Duration::from_secs(15 * 60);

pub(super) fn otlp_endpoint(text: &str) -> Result<Url, &'static str> {
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

pub(super) fn share(text: &str) -> Result<f64, &'static str> {
    let share = text.parse().ok();
    share
        .filter(|share| (0.0..=1.0).contains(share))
        .ok_or("write a number from 0 to 1, such as 0.1")
}

pub(super) fn low_balance(text: &str) -> Result<LowBalance, String> {
    LowBalance::parse(text).map_err(|error| format!("write {error}"))
}

/// Parses the URL at which clients reach the API. Proofs name it as their issuer, and a client compares the
/// text, so a slash at its end is dropped and nothing else is changed.
pub(super) fn public_url(text: &str) -> Result<String, &'static str> {
    let url = Url::parse(text).ok();
    let url = url.filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    let url = url.ok_or("write it with its scheme, such as https://otp.example.com")?;
    let has_more = !url.username().is_empty()
        || url.password().is_some()
        || url.query().is_some()
        || url.fragment().is_some();
    if has_more {
        return Err("must not contain a user, a password, a query or a fragment");
    }
    if is_open_http(&url) {
        return Err("write https://; only an address of this machine may be http://");
    }
    Ok(text.trim_end_matches('/').to_owned())
}

pub(super) fn database_url(text: &str) -> Result<DatabaseUrl, String> {
    let url = text.to_owned();
    if text.starts_with("sqlite:") {
        SqliteOptions::from_url(text).map_err(|error| error.to_string())?;
        Ok(DatabaseUrl::Sqlite(url))
    } else if text.starts_with("postgres://") || text.starts_with("postgresql://") {
        PgOptions::from_url(text).map_err(|error| error.to_string())?;
        Ok(DatabaseUrl::Postgres(url))
    } else {
        Err("write sqlite://otp.db or postgres://user@host/database".to_owned())
    }
}

pub(super) fn lifetime(text: &str) -> Result<Duration, &'static str> {
    let lifetime = positive(text)?;
    let possible = LIFETIMES.contains(&lifetime);
    possible
        .then_some(lifetime)
        .ok_or("WhatsApp accepts a lifetime from 30s to 15m")
}

pub(super) fn yes_or_no(text: &str) -> Result<bool, &'static str> {
    text.parse().map_err(|_| "write true or false")
}

/// Parses the lifetime of a code.
pub(super) fn code_lifetime(text: &str) -> Result<CodeLifetime, &'static str> {
    const POSSIBLE: &str = "a code lives from 30s to 10m, in whole seconds";
    let lifetime = positive(text)?;
    if lifetime.subsec_nanos() > 0 {
        return Err(POSSIBLE);
    }
    CodeLifetime::try_new(lifetime.as_secs()).map_err(|_| POSSIBLE)
}

/// Parses the level of the log. A single word must be a level: the filter would take another word for the
/// name of a module, and log nothing else.
pub(super) fn log_level(text: &str) -> Result<String, &'static str> {
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

pub(super) fn positive(text: &str) -> Result<Duration, &'static str> {
    let duration = humantime::parse_duration(text);
    let duration = duration.map_err(|_| "write a duration such as 500ms, 8s or 10m")?;
    if duration.is_zero() {
        Err("must be longer than zero")
    } else {
        Ok(duration)
    }
}

pub(super) fn within<N: TryFrom<u32>>(
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
