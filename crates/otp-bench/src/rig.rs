//! A built server on a fresh database, with a provider and accounts that may send.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU32, Ordering};

use anyhow::{Context as _, ensure};
use http_body_util::Full;
use hyper::Request;
use hyper::body::Bytes;
use otp_core::message::MessageStatus;
use otp_core::usecases::audit_credits::AuditCredits;
use otp_e2e::{Database, meta};
use serde_json::Value;
use uuid::Uuid;

use crate::database::ByHand;
use crate::process::Process;
use crate::provider::Provider;

pub(crate) const MASTER_KEY: &str = "b3RwLWJlbmNoIG1hc3RlciBrZXk6IDMyIGJ5dGVzISE=";

/// More than any benchmark spends.
const CREDITS: i64 = 2_000_000_000;

/// Saudi mobile numbers: what may follow `+9665`, with seven more digits each.
const PREFIXES: [u8; 8] = *b"01345689";

/// A server and what it works with.
pub(crate) struct Rig {
    pub(crate) database: Database,
    pub(crate) provider: Provider,
    pub(crate) server: Process,
    api_keys: Vec<String>,
    next_recipient: Arc<AtomicU32>,
    /// Messages in the database that the server did not send.
    foreign_messages: AtomicI64,
}

impl Rig {
    /// Starts `program` on this database, with this number of accounts.
    pub(crate) async fn start(
        program: &Path,
        database: Database,
        accounts: usize,
    ) -> anyhow::Result<Self> {
        Self::start_with(program, database, accounts, &[]).await
    }

    /// Starts it with more settings, by the names of their variables without `OTP__`.
    pub(crate) async fn start_with(
        program: &Path,
        database: Database,
        accounts: usize,
        settings: &[(&str, &str)],
    ) -> anyhow::Result<Self> {
        let provider = Provider::start().await?;
        let mut environment = environment(&database, provider.url());
        let settings = settings.iter();
        environment.extend(settings.map(|(name, value)| (format!("OTP__{name}"), (*value).into())));
        migrate(program, &environment)?;
        let api_keys = create_accounts(program, &environment, accounts)?;
        let server = Process::start(program, &["serve", "--json"], &environment)?;
        Ok(Self {
            database,
            provider,
            server,
            api_keys,
            next_recipient: Arc::default(),
            foreign_messages: AtomicI64::default(),
        })
    }

    /// Makes requests that send, from one account after the other: each to a new recipient, or to
    /// this number of recipients in turn.
    pub(crate) fn sends(
        &self,
        accounts: usize,
        recipients: Option<u32>,
    ) -> impl Fn() -> Option<Request<Full<Bytes>>> + Send + Sync + use<> {
        let keys = self.api_keys[..accounts.min(self.api_keys.len())].to_vec();
        let next = Arc::clone(&self.next_recipient);
        move || {
            let number = next.fetch_add(1, Ordering::Relaxed);
            let key = keys.get(number as usize % keys.len().max(1))?;
            let to = recipient(recipients.map_or(number, |recipients| number % recipients));
            let idempotency_key = Uuid::from_u128(rand::random());
            let body = format!(
                r#"{{"otpCode":"482913","toPhoneE164":"{to}","languageCode":"en","idempotencyKey":"{idempotency_key}"}}"#
            );
            Some(post("/SendMessage", Some(key), body.into_bytes()))
        }
    }

    /// Runs a command of the server's program on its database, and returns its JSON value.
    pub(crate) fn command(&self, program: &Path, arguments: &[&str]) -> anyhow::Result<Value> {
        let environment = environment(&self.database, self.provider.url());
        command(program, &environment, arguments, b"")
    }

    /// Returns the key of the first account.
    pub(crate) fn api_key(&self) -> &str {
        self.api_keys.first().map_or("", String::as_str)
    }

    /// Connects to the counters of a PostgreSQL; SQLite has none.
    pub(crate) async fn counters(&self) -> anyhow::Result<Option<ByHand>> {
        Ok(match &self.database {
            Database::Sqlite(_) => None,
            Database::Postgres(url) => Some(ByHand::connect(url).await?),
        })
    }

    /// Returns the key of each account.
    pub(crate) fn api_keys(&self) -> &[String] {
        &self.api_keys
    }

    /// Makes recipients that nothing was sent to.
    pub(crate) fn new_recipients(&self) -> impl Fn() -> String + Send + Sync + use<> {
        let next = Arc::clone(&self.next_recipient);
        move || recipient(next.fetch_add(1, Ordering::Relaxed))
    }

    /// Makes requests for the status of these messages of the first account, in turn.
    pub(crate) fn checks(
        &self,
        ids: Vec<Uuid>,
    ) -> impl Fn() -> Option<Request<Full<Bytes>>> + Send + Sync + use<> {
        let key = self.api_keys.first().cloned();
        let next = AtomicU32::new(0);
        move || {
            let number = next.fetch_add(1, Ordering::Relaxed);
            let id = ids.get(number as usize % ids.len().max(1))?;
            let body = format!(r#"{{"id":"{id}"}}"#);
            Some(post(
                "/CheckMessageStatus",
                key.as_deref(),
                body.into_bytes(),
            ))
        }
    }

    /// Counts messages that something other than the server has put into the database.
    pub(crate) fn add_foreign_messages(&self, count: i64) {
        self.foreign_messages.fetch_add(count, Ordering::Relaxed);
    }

    /// Messages that were read.
    pub(crate) async fn messages_read(&self) -> anyhow::Result<i64> {
        let storage = self.database.open().await;
        let payments = otp_core::ports::CreditAudit::count_payments(&*storage).await?;
        let read = payments
            .iter()
            .filter(|of| of.status == MessageStatus::Read);
        Ok(read.map(|of| of.messages).sum())
    }

    /// Fails unless the credits add up and the provider was called exactly once about each message.
    pub(crate) async fn audit(&self) -> anyhow::Result<()> {
        let audit_credits = AuditCredits {
            audit: self.database.open().await,
        };
        let audit = audit_credits.execute().await?;
        ensure!(audit.adds_up(), "the credits do not add up: {audit:?}");
        let calls = i64::try_from(self.provider.calls())?;
        let about = i64::try_from(self.provider.messages())?;
        let sent = audit.messages - self.foreign_messages.load(Ordering::Relaxed);
        ensure!(
            calls == about && calls == sent,
            "{calls} calls about {about} messages of {sent}"
        );
        Ok(())
    }
}

/// A request with JSON in it.
pub(crate) fn post(path: &str, api_key: Option<&str>, body: Vec<u8>) -> Request<Full<Bytes>> {
    let mut request = Request::new(Full::new(Bytes::from(body)));
    *request.method_mut() = hyper::Method::POST;
    *request.uri_mut() = path.parse().expect("a path");
    let headers = request.headers_mut();
    let header = |text: &str| text.parse().expect("a header's value");
    headers.insert("host", header("127.0.0.1"));
    headers.insert("content-type", header("application/json"));
    if let Some(api_key) = api_key {
        headers.insert("x-api-key", header(api_key));
    }
    request
}

/// The `number`-th recipient.
pub(crate) fn recipient(number: u32) -> String {
    let (prefix, rest) = (number / 10_000_000, number % 10_000_000);
    let prefix = char::from(PREFIXES[prefix as usize % PREFIXES.len()]);
    format!("+9665{prefix}{rest:07}")
}

/// The product's tables in an empty database.
pub(crate) fn migrate_only(program: &Path, database: &Database) -> anyhow::Result<()> {
    migrate(program, &environment(database, "http://127.0.0.1:9"))
}

/// The server that `cargo xtask bench` built.
#[expect(
    clippy::disallowed_methods,
    reason = "the runner names the binary it built"
)]
pub(crate) fn built_server() -> anyhow::Result<PathBuf> {
    let named = std::env::var_os("OTP_SERVER_BIN");
    named
        .map(PathBuf::from)
        .context("OTP_SERVER_BIN does not name the built server: run `cargo xtask bench`")
}

/// By the program that is going to serve: another one may know more migrations, or fewer.
fn migrate(program: &Path, environment: &[(String, String)]) -> anyhow::Result<()> {
    command(program, environment, &["migrate"], b"").map(drop)
}

/// Runs a command of `program` and returns its JSON value.
fn command(
    program: &Path,
    environment: &[(String, String)],
    arguments: &[&str],
    input: &[u8],
) -> anyhow::Result<Value> {
    let mut running = Command::new(program)
        .args(arguments)
        .arg("--json")
        .current_dir(std::env::temp_dir())
        .envs(environment.iter().cloned())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    let mut stdin = running.stdin.take().context("no standard input")?;
    stdin.write_all(input)?;
    drop(stdin);
    let ended = running.wait_with_output()?;
    let complaint = String::from_utf8_lossy(&ended.stderr);
    ensure!(ended.status.success(), "{arguments:?}: {complaint}");
    Ok(serde_json::from_slice(&ended.stdout)?)
}

fn environment(database: &Database, provider: &str) -> Vec<(String, String)> {
    let variables = [
        ("DATABASE__URL", database.url()),
        ("HTTP__BIND", "127.0.0.1:0".to_owned()),
        ("WHATSAPP__BASE_URL", provider.to_owned()),
        ("WHATSAPP__APP_SECRET", meta::APP_SECRET.to_owned()),
        ("WHATSAPP__VERIFY_TOKEN", meta::VERIFY_TOKEN.to_owned()),
        ("SECURITY__MASTER_KEY", MASTER_KEY.to_owned()),
        ("RATE_LIMIT__PER_IP_PER_SECOND", "0".to_owned()),
    ];
    let variables = variables.into_iter();
    variables
        .map(|(name, value)| (format!("OTP__{name}"), value))
        .collect()
}

/// Creates accounts with a key, credits, a sender and templates, and returns their keys. The program's own
/// commands do it, so that a program with another schema can be compared.
fn create_accounts(
    program: &Path,
    environment: &[(String, String)],
    count: usize,
) -> anyhow::Result<Vec<String>> {
    let run = |arguments: &str, input: &[u8]| {
        let arguments: Vec<_> = arguments.split(' ').collect();
        command(program, environment, &arguments, input)
    };
    let text = |value: &Value, key: &str| {
        let text = value[key].as_str().map(str::to_owned);
        text.with_context(|| format!("no {key} in {value}"))
    };
    let mut keys = Vec::new();
    for number in 0..count {
        let account = run(
            "account create --name Bench --email bench@example.com --phone +15550783881 \
             --company Bench --language en",
            b"",
        )?;
        let account = text(&account, "id")?;
        let key = run(&format!("key create --account {account} --name bench"), b"")?;
        keys.push(text(&key, "apiKey")?);
        let grant = format!("subscription grant --account {account} --credits {CREDITS}");
        run(&grant, b"")?;
        let sender = format!(
            "sender add --account {account} --phone-number-id 1065403522{number:05} \
             --waba-id 102290129340398 --phone +15550783881 --access-token-file -"
        );
        let sender = text(&run(&sender, b"EAAGbenchtoken\n")?, "id")?;
        for language in ["ar", "en"] {
            let template =
                format!("template add --sender {sender} --name otp_code --language {language}");
            run(&template, b"")?;
        }
    }
    Ok(keys)
}

#[cfg(test)]
mod tests {
    use otp_core::recipient::PhoneNumber;

    use super::recipient;

    #[test]
    fn all_recipients_are_valid_and_different() {
        for number in [0, 9_999_999, 10_000_000, 45_678_901, 79_999_999] {
            let text = recipient(number);
            assert!(PhoneNumber::parse(&text).is_ok(), "{text}");
            assert_ne!(text, recipient(number + 1));
        }
    }
}
