//! A built server on a fresh database, with a provider and accounts that may send.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU32, Ordering};

use anyhow::{Context as _, ensure};
use http_body_util::Full;
use hyper::Request;
use hyper::body::Bytes;
use otp_core::account::{Contact, ContactLine, EmailAddress};
use otp_core::channel::whatsapp::template::{AuthenticationTemplate, TemplateName};
use otp_core::channel::whatsapp::{AccessToken, ProviderId};
use otp_core::contact_number::ContactNumber;
use otp_core::credits::Credits;
use otp_core::ids::TemplateId;
use otp_core::language::LanguageTag;
use otp_core::message::MessageStatus;
use otp_core::ports::{Clock as _, Storage};
use otp_core::sealing::{MasterKey, Sealer};
use otp_core::time::Timestamp;
use otp_core::usecases::add_sender::{NewSender, add_sender};
use otp_core::usecases::audit_credits::audit_credits;
use otp_core::usecases::create_account::create_account;
use otp_core::usecases::create_api_key::create_api_key;
use otp_core::usecases::grant_subscription::grant_subscription;
use otp_e2e::{Database, meta};
use otp_testkit::{ManualClock, SeededRandomness};
use uuid::Uuid;

use crate::process::Process;
use crate::provider::Provider;

const MASTER_KEY: &str = "b3RwLWJlbmNoIG1hc3RlciBrZXk6IDMyIGJ5dGVzISE=";

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
        let provider = Provider::start().await?;
        let environment = environment(&database, provider.url());
        migrate(program, &environment)?;
        let storage = database.open().await;
        let api_keys = create_accounts(&*storage, accounts).await?;
        drop(storage);
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
        let storage = self.database.open().await;
        let audit = audit_credits(&*storage).await?;
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
    let mut migrate = std::process::Command::new(program);
    let migrate = migrate.arg("migrate").current_dir(std::env::temp_dir());
    let ended = migrate.envs(environment.iter().cloned()).output()?;
    let complaint = String::from_utf8_lossy(&ended.stderr);
    ensure!(ended.status.success(), "migrate: {complaint}");
    Ok(())
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

/// Accounts with a key, credits, a sender and templates; their keys.
async fn create_accounts(storage: &dyn Storage, count: usize) -> anyhow::Result<Vec<String>> {
    let sealer = Sealer::new(&MasterKey::parse(MASTER_KEY)?);
    let clock = ManualClock::starting_at(Timestamp::parse("2026-01-01T00:00:00Z")?);
    let randomness = SeededRandomness::new(1);
    let world: (
        &dyn otp_core::ports::Clock,
        &dyn otp_core::ports::Randomness,
    ) = (&clock, &randomness);
    let contact = Contact {
        name: ContactLine::parse("Bench")?,
        email: EmailAddress::parse("bench@example.com")?,
        phone: ContactNumber::parse("+15550783881")?,
        company: ContactLine::parse("Bench")?,
        address: None,
    };
    let mut keys = Vec::new();
    for number in 0..count {
        let english = LanguageTag::parse("en")?;
        let account = create_account(storage, world, &sealer, &contact, english).await?;
        let (_, key) = create_api_key(storage, world, account.id, "bench".to_owned(), None).await?;
        grant_subscription(storage, world, account.id, Credits::new(CREDITS)?, None).await?;
        let sender = NewSender {
            account_id: account.id,
            phone_number_id: ProviderId::parse(&format!("1065403522{number:05}"))?,
            waba_id: ProviderId::parse("102290129340398")?,
            phone: ContactNumber::parse("+15550783881")?,
            access_token: AccessToken::parse("EAAGbenchtoken")?,
        };
        let sender = add_sender(storage, world, &sealer, sender).await?;
        for language in ["ar", "en"] {
            let template = AuthenticationTemplate::assumed_approved(
                TemplateId::generate(clock.now(), &randomness),
                sender.id,
                TemplateName::parse("otp_code")?,
                LanguageTag::parse(language)?,
                clock.now(),
            );
            storage.add_template(&template).await?;
        }
        keys.push(key.expose().to_owned());
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
