//! An operator's world: database, sandbox, an account ready to send, and servers.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::{Arc, Once};
use std::time::Duration;

use otp_core::ids::AccountId;
use otp_core::ports::{Storage, Subscriptions};
use reqwest::{Client, RequestBuilder};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::database::Database;
use crate::meta;
use crate::process::{self, Ended, Running};
use crate::sandbox::Sandbox;

/// Ids that the sandbox knows from the start.
const PHONE_NUMBER_ID: &str = "106540352242922";
/// The sandbox's business account.
pub const WABA_ID: &str = "102290129340398";

/// The master key of every world.
pub const MASTER_KEY: &str = "b3RwLWUyZSBtYXN0ZXIga2V5OiAzMiBieXRlcyBvayE=";

/// A database with an account, and what it takes to run servers on it.
pub struct World {
    /// The database.
    pub database: Database,
    /// WhatsApp.
    pub sandbox: Sandbox,
    /// The account's id.
    pub account: String,
    /// A key of the account.
    pub api_key: String,
    /// The sender's id.
    pub sender: String,
    environment: BTreeMap<String, String>,
    client: Client,
}

/// An answer of the API.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The headers, names in small letters.
    pub headers: BTreeMap<String, String>,
    /// The body.
    pub body: Value,
}

impl Answer {
    /// The message's id.
    pub fn id(&self) -> &str {
        self.body["id"]
            .as_str()
            .unwrap_or_else(|| panic!("no id in {self:?}"))
    }

    /// The message's status.
    pub fn message_status(&self) -> &str {
        self.body["messageStatus"]
            .as_str()
            .unwrap_or_else(|| panic!("no status in {self:?}"))
    }

    /// The stable code of an error.
    pub fn error(&self) -> &str {
        self.body["errorMessage"]
            .as_str()
            .unwrap_or_else(|| panic!("no error in {self:?}"))
    }
}

impl World {
    /// An account with this many credits, a sender, and templates in Arabic and English.
    pub async fn with_credits(database: Database, credits: u32) -> Self {
        let mut world = Self::bare(database).await;
        world.grant(credits);
        world.add_sender();
        world
    }

    /// The same, and servers that take WhatsApp's notifications.
    pub async fn with_webhook(database: Database, credits: u32) -> Self {
        let mut world = Self::with_credits(database, credits).await;
        world.accept_webhooks();
        world
    }

    /// Servers to come take WhatsApp's notifications.
    pub fn accept_webhooks(&mut self) {
        self.set("WHATSAPP__APP_SECRET", meta::APP_SECRET);
        self.set("WHATSAPP__VERIFY_TOKEN", meta::VERIFY_TOKEN);
    }

    /// Servers to come hand their mails to the sandbox.
    pub fn send_mail(&mut self) {
        let url = self.sandbox.smtp_url().to_owned();
        self.set("SMTP__URL", &url);
        self.set("MAIL__FROM", "Gateway <otp@gateway.example>");
    }

    /// An account with a key and nothing else.
    pub async fn bare(database: Database) -> Self {
        Self::bare_with(database, &[]).await
    }

    /// The same, created with these settings.
    pub async fn bare_with(database: Database, settings: &[(&str, &str)]) -> Self {
        let sandbox = Sandbox::start();
        let environment = [
            ("DATABASE__URL", database.url()),
            ("HTTP__BIND", "127.0.0.1:0".to_owned()),
            ("WHATSAPP__BASE_URL", sandbox.url().to_owned()),
            ("SECURITY__MASTER_KEY", MASTER_KEY.to_owned()),
            ("RATE_LIMIT__PER_IP_PER_SECOND", "0".to_owned()),
        ];
        let environment = environment
            .into_iter()
            .map(|(name, value)| (format!("OTP__{name}"), value));
        let mut world = Self {
            database,
            sandbox,
            account: String::new(),
            api_key: String::new(),
            sender: String::new(),
            environment: environment.collect(),
            client: client(),
        };
        for (name, value) in settings {
            world.set(name, value);
        }
        world.command(&["migrate"]);
        world.account = world.create_account();
        world.api_key = world.create_key(&world.account);
        world
    }

    /// One more account.
    pub fn create_account(&self) -> String {
        let created = self.command(&[
            "account",
            "create",
            "--name",
            "Amal",
            "--email",
            "amal@example.com",
            "--phone",
            "+4930901820",
            "--company",
            "Amal Group",
        ]);
        text(&created, "id")
    }

    /// One more key.
    pub fn create_key(&self, account: &str) -> String {
        text(
            &self.command(&["key", "create", "--account", account, "--name", "e2e"]),
            "apiKey",
        )
    }

    /// Credits for the account.
    pub fn grant(&self, credits: u32) {
        let credits = credits.to_string();
        self.command(&[
            "subscription",
            "grant",
            "--account",
            &self.account,
            "--credits",
            &credits,
        ]);
    }

    /// The sandbox's number for the account, with its templates.
    pub fn add_sender(&mut self) {
        self.add_sender_with(PHONE_NUMBER_ID);
    }

    /// The sandbox's number for the account, without templates.
    pub fn add_bare_sender(&mut self) {
        self.register_number(PHONE_NUMBER_ID);
    }

    /// One more account with credits, which sends from a number of its own. It becomes this world's
    /// account; who has the other's key sends with [`World::send_as`].
    pub async fn add_account_with(&mut self, phone_number_id: &str) {
        self.account = self.create_account();
        self.api_key = self.create_key(&self.account);
        self.grant(1_000);
        self.add_number(phone_number_id).await;
    }

    /// One more sender of the account, from a number of its own; it becomes this world's sender.
    pub async fn add_number(&mut self, phone_number_id: &str) {
        let number = format!("accounts/{WABA_ID}/numbers/{phone_number_id}");
        self.sandbox.put(&number, &json!({})).await;
        self.add_sender_with(phone_number_id);
    }

    fn add_sender_with(&mut self, phone_number_id: &str) {
        self.register_number(phone_number_id);
        for language in ["ar", "en"] {
            self.add_template(language);
        }
    }

    fn register_number(&mut self, phone_number_id: &str) {
        let arguments = [
            "sender",
            "add",
            "--account",
            &self.account,
            "--phone-number-id",
            phone_number_id,
            "--waba-id",
            WABA_ID,
            "--phone",
            "+15550783881",
            "--access-token-file",
            "-",
            "--json",
        ];
        let added = process::run(&arguments, &self.variables(), "EAAGe2etoken\n").json();
        self.sender = text(&added, "id");
    }

    /// A template of the sender.
    pub fn add_template(&self, language: &str) {
        let sender = &self.sender;
        let name = "otp_code";
        self.command(&[
            "template",
            "add",
            "--sender",
            sender,
            "--name",
            name,
            "--language",
            language,
        ]);
    }

    /// Sets a setting for the commands and servers to come.
    pub fn set(&mut self, name: &str, value: &str) {
        self.environment
            .insert(format!("OTP__{name}"), value.to_owned());
    }

    /// The settings, as environment variables.
    pub fn variables(&self) -> Vec<(String, String)> {
        self.environment
            .iter()
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect()
    }

    /// Creates a test key of the account, and returns the answer of the command.
    pub fn create_test_key(&self, name: &str) -> Value {
        let account = self.account_id().0.to_string();
        self.command(&[
            "key",
            "create",
            "--account",
            &account,
            "--name",
            name,
            "--test",
        ])
    }

    /// Runs a command that has to succeed; its JSON value.
    pub fn command(&self, arguments: &[&str]) -> Value {
        self.try_command(&[arguments, &["--json"]].concat()).json()
    }

    /// Runs a command as it is.
    pub fn try_command(&self, arguments: &[&str]) -> Ended {
        process::run(arguments, &self.variables(), "")
    }

    /// Starts a server.
    pub fn serve(&self) -> Running {
        let started = Running::start(&["serve", "--json"], &self.variables());
        started.unwrap_or_else(|ended| panic!("exit {}: {}", ended.code, ended.stderr))
    }

    /// A request to send, without its body.
    pub fn post(&self, server: &Running, path: &str) -> RequestBuilder {
        let request = self.client.post(format!("{}{path}", server.url()));
        request.header("X-Api-Key", &self.api_key)
    }

    /// Sends a code to a number with this key.
    pub async fn send_as(&self, api_key: &str, server: &Running, number: &str) -> Answer {
        let request = self.client.post(format!("{}/SendMessage", server.url()));
        let body = json!({"otpCode": "482913", "toPhoneE164": number});
        answer(request.header("X-Api-Key", api_key).json(&body)).await
    }

    /// Sends a code to a number.
    pub async fn send_to(&self, server: &Running, number: &str) -> Answer {
        self.send(server, &json!({"otpCode": "482913", "toPhoneE164": number}))
            .await
    }

    /// `POST /SendMessage`.
    pub async fn send(&self, server: &Running, body: &Value) -> Answer {
        answer(self.post(server, "/SendMessage").json(body)).await
    }

    /// `POST /CheckMessageStatus`.
    pub async fn check(&self, server: &Running, id: &str) -> Answer {
        answer(
            self.post(server, "/CheckMessageStatus")
                .json(&json!({"id": id})),
        )
        .await
    }

    /// The remaining credits, as the command line reports them.
    pub fn balance(&self) -> i64 {
        let rows = self.command(&["subscription", "list", "--account", &self.account]);
        let rows = rows.as_array().expect("an array");
        rows.iter()
            .map(|row| row["remainingCredits"].as_i64().expect("a number"))
            .sum()
    }

    /// The database, for what has no command.
    pub async fn storage(&self) -> Arc<dyn Storage> {
        self.database.open().await
    }

    /// The account's id.
    pub fn account_id(&self) -> AccountId {
        AccountId(Uuid::parse_str(&self.account).expect("a UUID"))
    }

    /// Every balance is the sum of its ledger entries, and as many credits are debited as expected.
    pub async fn assert_ledger_balances(&self, net_debits: i64) {
        let storage = self.storage().await;
        let account = self.account_id();
        let ledger = storage.ledger(account).await.expect("ledger");
        let mut debits = 0;
        for row in Subscriptions::list(&*storage, account)
            .await
            .expect("subscriptions")
        {
            let entries = ledger
                .iter()
                .filter(|entry| entry.subscription_id == row.id);
            let sum: i64 = entries.map(|entry| entry.signed_amount()).sum();
            assert_eq!(row.remaining.get(), sum, "balance and ledger of {}", row.id);
            debits += row.credits.get() - row.remaining.get();
        }
        assert_eq!(debits, net_debits, "credits debited and not given back");
    }
}

/// Sends a request and reads the answer, which has to be JSON; `null` if the request arrived too late to be read.
pub async fn answer(request: RequestBuilder) -> Answer {
    let answer = request.send().await.expect("an answer");
    let status = answer.status().as_u16();
    let headers = answer.headers().iter().map(|(name, value)| {
        (
            name.as_str().to_owned(),
            value.to_str().expect("printable").to_owned(),
        )
    });
    let headers = headers.collect();
    let body = answer.text().await.expect("a body");
    let body = match (status, &*body) {
        // The head arrived too late: the answer is not the gateway's own.
        (408, "") => Value::Null,
        (_, body) => serde_json::from_str(body).unwrap_or_else(|_| panic!("{status}: {body}")),
    };
    Answer {
        status,
        headers,
        body,
    }
}

/// An HTTP client with many connections and its own patience.
pub fn client() -> Client {
    client_at(None)
}

/// The same, which connects from this address of the loopback network.
pub fn client_at(address: Option<IpAddr>) -> Client {
    static PROVIDER: Once = Once::new();
    PROVIDER.call_once(|| {
        // Somebody else in this process may have installed one: then there is one.
        drop(rustls::crypto::ring::default_provider().install_default());
    });
    let builder = Client::builder()
        .no_proxy()
        .local_address(address)
        .timeout(Duration::from_secs(60));
    builder
        .pool_max_idle_per_host(2_000)
        .build()
        .expect("a client")
}

/// The `number`-th of the tests' recipients: Saudi mobile numbers, which the sandbox accepts.
pub fn recipient(number: u32) -> String {
    format!("+96655{number:07}")
}

fn text(value: &Value, key: &str) -> String {
    value[key]
        .as_str()
        .unwrap_or_else(|| panic!("no {key} in {value}"))
        .to_owned()
}
