//! The WhatsApp sandbox as a separate process, and its control API.

use std::time::Duration;

use reqwest::Client;
use serde_json::{Value, json};

use crate::process::Running;

/// The longest time that a test waits for an event.
const PATIENCE: Duration = Duration::from_secs(20);

/// A running sandbox.
pub struct Sandbox {
    process: Running,
    client: Client,
}

impl Sandbox {
    /// Starts a sandbox.
    pub fn start() -> Self {
        let process = Running::start(
            &["sandbox", "--port", "0", "--mail-port", "0", "--json"],
            &[],
        );
        let process = process.unwrap_or_else(|ended| panic!("{}", ended.stderr));
        Self {
            process,
            client: crate::world::client(),
        }
    }

    /// Returns the base URL.
    pub fn url(&self) -> &str {
        self.process.url()
    }

    /// Returns the value of `smtp.url` for its mail server.
    pub fn smtp_url(&self) -> &str {
        self.process.ready["smtpUrl"].as_str().expect("a URL")
    }

    /// Waits for at least this many mails to this address, and returns all of them.
    pub async fn wait_for_mails_to(&self, address: &str, at_least: usize) -> Vec<Value> {
        let wait = PATIENCE.as_millis();
        let path = format!("mails?to={address}&at_least={at_least}&timeout_ms={wait}");
        self.get(&path).await["mails"].rows()
    }

    /// Sets how the next mails are treated; `{}` takes every mail.
    pub async fn treat_mails(&self, treatment: Value) {
        self.put("mails/treatment", &treatment).await;
    }

    /// Returns every call about this message, found by the id that the gateway passes on.
    pub async fn calls_about(&self, message: &str) -> Vec<Value> {
        self.get(&format!("calls?biz_opaque_callback_data={message}"))
            .await["calls"]
            .rows()
    }

    /// Returns a status in Meta's format of the message with our id, which the sandbox accepted.
    pub async fn status(&self, message: &str, status: &str) -> Value {
        let calls = self.calls_about(message).await;
        let mut value = crate::meta::status(message, status);
        value["id"] = calls[0]["wamid"].clone();
        assert!(value["id"].is_string(), "not accepted: {calls:?}");
        value
    }

    /// Returns every call to this number.
    pub async fn calls_to(&self, number: &str) -> Vec<Value> {
        self.get(&format!("calls?to={}", number.trim_start_matches('+')))
            .await["calls"]
            .rows()
    }

    /// Waits for at least this many calls to this number, and returns all of them.
    pub async fn wait_for_calls_to(&self, number: &str, at_least: usize) -> Vec<Value> {
        let number = number.trim_start_matches('+');
        let path = format!(
            "calls?to={number}&at_least={at_least}&timeout_ms={}",
            PATIENCE.as_millis()
        );
        let calls = self.get(&path).await["calls"].rows();
        assert!(
            calls.len() >= at_least,
            "{} of {at_least} calls arrived",
            calls.len()
        );
        calls
    }

    /// Returns the number of sends that it has received.
    pub async fn total_calls(&self) -> u64 {
        self.get("").await["totals"]["calls"]
            .as_u64()
            .expect("a number")
    }

    /// Waits for the next message on a phone and returns it.
    pub async fn next_message(&self, number: &str) -> Value {
        let number = number.trim_start_matches('+');
        let wait = PATIENCE.as_millis();
        self.get(&format!("phones/{number}/messages/next?timeout_ms={wait}"))
            .await
    }

    /// Keeps back the answers to accepted messages; the phone gets the messages.
    pub async fn hold_answers(&self) {
        self.post("hold", json!({})).await;
    }

    /// Sends the answers that were kept back.
    pub async fn release(&self) {
        self.post("release", json!({})).await;
    }

    /// Replies as the person with this phone, by text or by button.
    pub async fn reply(&self, number: &str, reply: Value) {
        let number = number.trim_start_matches('+');
        self.post(&format!("phones/{number}/replies"), reply).await;
    }

    /// Sets the behaviour of sends to a number from now on.
    pub async fn script(&self, number: &str, behaviour: Value) {
        let number = number.trim_start_matches('+');
        self.put(&format!("numbers/{number}"), &behaviour).await;
    }

    /// Sends a PUT request to the control API.
    pub async fn put(&self, path: &str, body: &Value) {
        let request = self.client.put(format!("{}/control/{path}", self.url()));
        let answer = request.json(body).send().await.expect("answered");
        let status = answer.status();
        assert!(
            status.is_success(),
            "{path}: {}",
            answer.text().await.unwrap_or_default()
        );
    }

    /// Sends a DELETE request to the control API.
    pub async fn delete(&self, path: &str) {
        let request = self.client.delete(format!("{}/control/{path}", self.url()));
        let answer = request.send().await.expect("answered");
        assert!(answer.status().is_success(), "{path}: {}", answer.status());
    }

    /// Sends a GET request to the control API and returns the answer.
    pub async fn get(&self, path: &str) -> Value {
        let url = format!("{}/control/{path}", self.url());
        let url = url.trim_end_matches('/');
        let answer = self.client.get(url).send().await.expect("answered");
        assert!(answer.status().is_success(), "{url}: {}", answer.status());
        answer.json().await.expect("JSON")
    }

    async fn post(&self, path: &str, body: Value) {
        let request = self.client.post(format!("{}/control/{path}", self.url()));
        let answer = request.json(&body).send().await.expect("answered");
        assert!(answer.status().is_success(), "{path}: {}", answer.status());
    }
}

trait Rows {
    fn rows(&self) -> Vec<Value>;
}

impl Rows for Value {
    fn rows(&self) -> Vec<Value> {
        self.as_array().expect("an array").clone()
    }
}
