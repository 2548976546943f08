//! The sections of the settings.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use otp_core::account::AccountRules;
use otp_core::keyring::{MasterKey, MasterKeys};
use otp_core::recipient::EmailAddress;
use otp_core::usecases::sign_up::SignUpPolicy;
use otp_core::verification::VerificationPolicy;
use otp_core::webhook::PrivateTargets;
use otp_edge::{InvalidTls, PerIpQuota, TrustedProxies};
use otp_whatsapp::webhook::{AppSecret, VerifyToken};
use otp_whatsapp::{CloudApiOptions, CloudApiSender, InvalidOptions};

use super::values::{
    code_lifetime, database_url, lifetime, log_level, low_balance, otlp_endpoint, positive,
    public_url, share, within, yes_or_no,
};
use super::{Keys, Purpose};
use crate::settings::{
    Accounts, Dashboard, Database, Http, Log, LogFormat, Messages, SettingsError, Tls, Tracing,
    Webhook, Webhooks, WhatsApp,
};

impl Keys<'_> {
    pub(super) fn database(&self) -> Option<Database> {
        let url = self.parse("database.url", database_url);
        let max_connections = self.parse("database.max_connections", |text| {
            within(text, 2..=1_000, "write a whole number from 2 to 1000")
        });
        Some(Database {
            url: url?,
            max_connections: max_connections?,
        })
    }

    pub(super) fn http(&self) -> Option<Http> {
        const BIND: &str = "http.bind";
        const INTERNAL: &str = "http.internal_bind";
        let bind = self.parse(BIND, |text| {
            text.parse()
                .map_err(|_| "write an IP address and a port, such as 127.0.0.1:8080")
        });
        let internal_bind = self.optional(INTERNAL, |text| {
            text.parse()
                .map_err(|_| "write an IP address and a port, such as 127.0.0.1:9090")
        });
        let connections = |key| {
            self.parse(key, |text| {
                let range = "write a whole number from 1 to 1000000";
                within(text, 1..=1_000_000, range)
            })
        };
        let max_connections = connections("http.max_connections");
        let max_connections_per_ip = connections("http.max_connections_per_ip");
        let trusted_proxies = self.trusted_proxies();
        let public_url = self.optional("http.public_url", public_url);
        let workers = self.parse("http.workers", |text| {
            within(text, 0..=1_024, "write a whole number from 0 to 1024")
        });
        let tls = self.tls();
        let (bind, internal_bind): (SocketAddr, Option<SocketAddr>) = (bind?, internal_bind?);
        if internal_bind == Some(bind) && bind.port() != 0 {
            self.fault(INTERNAL, &format_args!("must differ from {BIND}"));
        }
        Some(Http {
            bind,
            internal_bind,
            max_connections: max_connections?,
            max_connections_per_ip: max_connections_per_ip?,
            trusted_proxies: trusted_proxies?,
            public_url: public_url?,
            workers: workers?,
            tls: tls?,
        })
    }

    fn trusted_proxies(&self) -> Option<TrustedProxies> {
        const KEY: &str = "http.trusted_proxies";
        let proxies = TrustedProxies::parse(&self.list(KEY)?);
        proxies.map_err(|error| self.fault(KEY, &error)).ok()
    }

    fn tls(&self) -> Option<Option<Tls>> {
        const CERT: &str = "http.tls.cert";
        const KEY: &str = "http.tls.key";
        let path = |key| self.optional(key, |text| Ok::<_, Infallible>(PathBuf::from(text)));
        let files = self.both((CERT, path(CERT)), (KEY, path(KEY)))?;
        let tls = files.map(|(cert, key)| Tls { cert, key });
        if self.purpose == Purpose::Serving
            && let Some(tls) = &tls
            && let Err(error) = otp_edge::server_config(&tls.cert, &tls.key)
        {
            let unusable = |key, path: &Path, cause: &dyn std::fmt::Display| {
                self.fault(key, &format_args!("{}: {cause}", path.display()));
            };
            match error {
                InvalidTls::Certificate(cause) => unusable(CERT, &tls.cert, &cause),
                InvalidTls::Key(cause) => unusable(KEY, &tls.key, &cause),
            }
        }
        Some(tls)
    }

    pub(super) fn whatsapp(&self) -> Option<WhatsApp> {
        let client = self.cloud_api();
        let timeout = self.parse("whatsapp.timeout", positive);
        let webhook = self.webhook();
        Some(WhatsApp {
            client: client?,
            timeout: timeout?,
            webhook: webhook?,
        })
    }

    fn cloud_api(&self) -> Option<CloudApiOptions> {
        let plain = |text: &str| Ok::<_, Infallible>(text.to_owned());
        let base_url = self.parse("whatsapp.base_url", plain);
        let api_version = self.parse("whatsapp.api_version", plain);
        let connect_timeout = self.parse("whatsapp.connect_timeout", positive);
        let proxy = self.optional("whatsapp.proxy", plain);
        // What cannot be read has its fault already, and the default has none.
        let default = CloudApiOptions::default();
        let checked = CloudApiOptions {
            base_url: base_url.clone().unwrap_or(default.base_url),
            api_version: api_version.clone().unwrap_or(default.api_version),
            connect_timeout: connect_timeout.unwrap_or(default.connect_timeout),
            proxy: proxy.clone().unwrap_or(default.proxy),
        };
        let mut faults = checked.faults();
        if faults.is_empty() {
            faults.extend(CloudApiSender::new(&checked).err());
        }
        for fault in &faults {
            let key = match fault {
                InvalidOptions::BaseUrl => "whatsapp.base_url",
                InvalidOptions::ApiVersion => "whatsapp.api_version",
                InvalidOptions::ConnectTimeout => "whatsapp.connect_timeout",
                InvalidOptions::Proxy => "whatsapp.proxy",
                InvalidOptions::NoRootCertificates | InvalidOptions::Client(_) => "whatsapp",
            };
            self.fault(key, fault);
        }
        Some(CloudApiOptions {
            base_url: base_url?,
            api_version: api_version?,
            connect_timeout: connect_timeout?,
            proxy: proxy?,
        })
    }

    fn webhook(&self) -> Option<Option<Webhook>> {
        const SHAPE: &str = "write one line of printable ASCII without spaces";
        let (secret, token) = ("whatsapp.app_secret", "whatsapp.verify_token");
        let app_secret = self.optional(secret, |text| AppSecret::parse(text).map_err(|_| SHAPE));
        let verify_token = self.optional(token, |text| VerifyToken::parse(text).map_err(|_| SHAPE));
        let both = self.both((secret, app_secret), (token, verify_token))?;
        Some(both.map(|(app_secret, verify_token)| Webhook {
            app_secret,
            verify_token,
        }))
    }

    pub(super) fn messages(&self) -> Option<Messages> {
        let request_deadline = self.parse("messages.request_deadline", positive);
        let lifetime = self.parse("messages.lifetime", lifetime);
        Some(Messages {
            request_deadline: request_deadline?,
            lifetime: lifetime?,
        })
    }

    pub(super) fn verification(&self) -> Option<VerificationPolicy> {
        let allow_short_codes = self.parse("verification.allow_short_codes", yes_or_no);
        let lifetime = self.parse("verification.lifetime", code_lifetime);
        Some(VerificationPolicy {
            allow_short_codes: allow_short_codes?,
            lifetime: lifetime?,
        })
    }

    pub(super) fn webhooks(&self) -> Option<Webhooks> {
        let allow = self.parse("webhooks.allow_private_targets", yes_or_no)?;
        let private_targets = if allow {
            PrivateTargets::Allowed
        } else {
            PrivateTargets::Forbidden
        };
        Some(Webhooks { private_targets })
    }

    pub(super) fn dashboard(&self) -> Option<Dashboard> {
        let enabled = self.parse("dashboard.enabled", yes_or_no)?;
        Some(Dashboard { enabled })
    }

    pub(super) fn accounts(&self) -> Option<Accounts> {
        let sign_up = self.parse("accounts.sign_up", |text| match text {
            "open" => Ok(SignUpPolicy::Open),
            "invited" => Ok(SignUpPolicy::Invited),
            "closed" => Ok(SignUpPolicy::Closed),
            _ => Err("write open, invited or closed"),
        })?;
        let orders_to = self.optional("accounts.orders_to", |text| {
            EmailAddress::parse(text).map_err(|_| "write an address such as sales@example.com")
        })?;
        Some(Accounts { sign_up, orders_to })
    }

    pub(super) fn new_account_rules(&self) -> Option<AccountRules> {
        let low_balance = self.parse("notices.low_balance_percent", low_balance)?;
        Some(AccountRules {
            low_balance,
            ..AccountRules::default()
        })
    }

    /// Reads the master keys. The previous ones are a list, or a text with one key in each line, as a file
    /// of secrets has them.
    pub(super) fn master_keys(&self) -> Option<Option<Arc<MasterKeys>>> {
        const CURRENT: &str = "security.master_key";
        const PREVIOUS: &str = "security.previous_master_keys";
        let parse = |text: &str| {
            MasterKey::parse(text).map_err(|_| {
                "write 32 random bytes in base64; \
                `otp-server config new-master-key` makes them"
            })
        };
        let current = self.optional(CURRENT, parse);
        let listed = self.list(PREVIOUS);
        let retired = listed.and_then(|listed| {
            let texts = listed.iter().flat_map(|part| part.split_whitespace());
            let retired: Result<Vec<_>, _> = texts.map(parse).collect();
            retired.map_err(|why| self.fault(PREVIOUS, &why)).ok()
        });
        match (current?, retired?) {
            (Some(current), retired) => Some(Some(Arc::new(MasterKeys::new(&current, &retired)))),
            (None, retired) if !retired.is_empty() => {
                self.fault(CURRENT, &format!("required if {PREVIOUS} is set"));
                None
            }
            (None, _) if self.purpose == Purpose::Serving => {
                self.record(SettingsError::no_master_key().to_string());
                None
            }
            (None, _) => Some(None),
        }
    }

    pub(super) fn rate_limit(&self) -> Option<Option<PerIpQuota>> {
        let range = "write a whole number from 0 to 1000000";
        let number = |key| self.parse(key, |text| within(text, 0..=1_000_000, range));
        let per_second = number("rate_limit.per_ip_per_second");
        let burst = number("rate_limit.burst");
        let (per_second, burst) = (NonZeroU32::new(per_second?), NonZeroU32::new(burst?));
        match (per_second, burst) {
            (None, _) => Some(None),
            (Some(per_second), Some(burst)) => {
                Some(Some(PerIpQuota::per_second(per_second, burst)))
            }
            (Some(_), None) => {
                self.fault("rate_limit.burst", &"write at least 1");
                None
            }
        }
    }

    pub(super) fn log(&self) -> Option<Log> {
        let level = self.parse("log.level", log_level);
        let format = self.parse("log.format", |text| match text {
            "text" => Ok(LogFormat::Text),
            "json" => Ok(LogFormat::Json),
            _ => Err("write text or json"),
        });
        Some(Log {
            level: level?,
            format: format?,
        })
    }

    pub(super) fn tracing(&self) -> Option<Option<Tracing>> {
        let otlp_endpoint = self.optional("tracing.otlp_endpoint", otlp_endpoint);
        let sample_ratio = self.parse("tracing.sample_ratio", share);
        let (otlp_endpoint, sample_ratio) = (otlp_endpoint?, sample_ratio?);
        Some(otlp_endpoint.map(|otlp_endpoint| Tracing {
            otlp_endpoint,
            sample_ratio,
        }))
    }
}
