//! Shared parts of the tests: a message, and a server that handles connections as a test specifies.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use otp_core::channel::whatsapp;
use otp_core::channel::whatsapp::template::TemplateName;
use otp_core::channel::whatsapp::{AccessToken, ProviderId};
use otp_core::ids::{MessageId, SenderId};
use otp_core::language::LanguageTag;
use otp_core::passcode::Passcode;
use otp_core::ports::OutgoingMessage;
use otp_core::recipient::PhoneNumber;
use otp_whatsapp::{CloudApiOptions, CloudApiSender};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use uuid::uuid;

pub(crate) const NUMBER: &str = "966551234567";
pub(crate) const PASSCODE: &str = "482913";
pub(crate) const TOKEN: &str = "EAAGm0PX4ZCpsBAKZCbZBZCq7wZDZD";
pub(crate) const MESSAGE_ID: &str = "0199c2f0-7a3b-7c11-8d2e-3f4a5b6c7d8e";

pub(crate) const ACCEPTED: &str =
    r#"{"messaging_product":"whatsapp","messages":[{"id":"wamid.A","message_status":"accepted"}]}"#;

pub(crate) fn message() -> OutgoingMessage {
    OutgoingMessage::WhatsApp(whatsapp_message())
}

fn whatsapp_message() -> whatsapp::OutgoingMessage {
    whatsapp::OutgoingMessage {
        message_id: MessageId(uuid!("0199c2f0-7a3b-7c11-8d2e-3f4a5b6c7d8e")),
        to: PhoneNumber::parse(&format!("+{NUMBER}")).expect("valid"),
        passcode: Passcode::parse(Some(PASSCODE)).expect("valid"),
        template: TemplateName::parse("otp_code").expect("valid"),
        language: LanguageTag::parse("en-US").expect("valid"),
        sender_id: SenderId(uuid!("0199c2f0-7a3b-7c11-8d2e-3f4a5b6c7d8f")),
        phone_number_id: ProviderId::parse("106540352242922").expect("valid"),
        access_token: AccessToken::parse(TOKEN).expect("valid"),
        timeout: Duration::from_secs(10),
    }
}

/// Returns the message with this time-out.
pub(crate) fn message_within(timeout: Duration) -> OutgoingMessage {
    let mut message = message();
    message.set_timeout(timeout);
    message
}

pub(crate) fn sender(base_url: &str) -> CloudApiSender {
    sender_with(CloudApiOptions {
        base_url: base_url.to_owned(),
        ..CloudApiOptions::default()
    })
}

pub(crate) fn sender_with(options: CloudApiOptions) -> CloudApiSender {
    CloudApiSender::new(&options).expect("valid options")
}

/// A server on a TCP socket. It counts complete requests and ends with the test.
pub(crate) struct RawServer {
    pub(crate) url: String,
    requests: Arc<AtomicUsize>,
    connections: Arc<AtomicUsize>,
    accepting: JoinHandle<()>,
}

impl RawServer {
    /// Starts a server that runs `handle` for every connection.
    pub(crate) async fn start<F, Fut>(handle: F) -> Self
    where
        F: Fn(Connection) -> Fut + Send + 'static,
        Fut: Future<Output = ()> + Send + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("bound"));
        let (requests, connections) = (Arc::default(), Arc::<AtomicUsize>::default());
        let (seen, opened) = (Arc::clone(&requests), Arc::clone(&connections));
        let accepting = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                opened.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(handle(Connection {
                    stream,
                    requests: Arc::clone(&seen),
                }));
            }
        });
        Self {
            url,
            requests,
            connections,
            accepting,
        }
    }

    pub(crate) fn requests(&self) -> usize {
        self.requests.load(Ordering::SeqCst)
    }

    pub(crate) fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }
}

impl Drop for RawServer {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

pub(crate) struct Connection {
    stream: TcpStream,
    requests: Arc<AtomicUsize>,
}

impl Connection {
    /// Reads a whole request; `None` if the client closes instead.
    pub(crate) async fn request(&mut self) -> Option<String> {
        let mut bytes = Vec::new();
        loop {
            let text = String::from_utf8_lossy(&bytes).into_owned();
            if let Some((head, body)) = text.split_once("\r\n\r\n")
                && body.len() >= content_length(head)
            {
                self.requests.fetch_add(1, Ordering::SeqCst);
                return Some(text);
            }
            if self.stream.read_buf(&mut bytes).await.ok()? == 0 {
                return None;
            }
        }
    }

    /// Writes the text; returns whether the client still accepts it.
    pub(crate) async fn write(&mut self, text: &str) -> bool {
        self.stream.write_all(text.as_bytes()).await.is_ok()
    }

    /// Writes a whole answer.
    pub(crate) async fn answer(&mut self, status: &str, body: &str) -> bool {
        let length = body.len();
        self.write(&format!(
            "HTTP/1.1 {status}\r\nContent-Length: {length}\r\n\r\n{body}"
        ))
        .await
    }

    /// Waits until the client closes.
    pub(crate) async fn closed(mut self) {
        while self
            .stream
            .read_buf(&mut Vec::with_capacity(1_024))
            .await
            .is_ok_and(|read| read > 0)
        {}
    }

    /// Closes with a reset instead of an orderly end.
    pub(crate) fn reset(self) {
        self.stream.set_zero_linger().expect("an option of TCP");
    }
}

fn content_length(head: &str) -> usize {
    head.lines()
        .filter_map(|line| line.split_once(':'))
        .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
        .and_then(|(_, value)| value.trim().parse().ok())
        .expect("a body of known length")
}
