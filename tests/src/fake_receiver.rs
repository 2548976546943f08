//! A customer's server that receives webhooks.

use std::collections::BTreeMap;
use std::future::pending;
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::Value;
use sha2::Sha256;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

/// A request that a receiver got.
#[derive(Debug, Clone)]
pub struct ReceivedWebhook {
    /// The path.
    pub path: String,
    /// The headers, names in small letters.
    pub headers: BTreeMap<String, String>,
    /// The body as it came.
    pub body: Vec<u8>,
}

/// The treatment of a request by a receiver.
#[derive(Debug, Clone)]
pub enum Reception {
    /// It answers with this status, these headers and this body.
    Answer(u16, &'static str, &'static str),
    /// It never answers.
    Hang,
}

impl Reception {
    /// It accepts the webhook.
    pub const ACCEPT: Self = Self::Answer(204, "", "");
}

type Behaviour = dyn Fn(&ReceivedWebhook) -> Reception + Send + Sync;

/// A receiver in this process.
pub struct FakeReceiver {
    url: String,
    received: Arc<Mutex<Vec<ReceivedWebhook>>>,
    _serving: JoinSet<()>,
}

impl ReceivedWebhook {
    /// The id of the event.
    pub fn id(&self) -> &str {
        &self.headers["webhook-id"]
    }

    /// The body, read as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("JSON")
    }

    /// The name of the event.
    pub fn kind(&self) -> String {
        self.json()["type"].as_str().expect("a type").to_owned()
    }

    /// Whether this secret signed it, as Standard Webhooks says.
    pub fn is_signed_with(&self, secret: &str) -> bool {
        let key = secret.strip_prefix("whsec_").expect("a secret");
        let key = BASE64_STANDARD.decode(key).expect("base64");
        let mut mac = Hmac::<Sha256>::new_from_slice(&key).expect("a key");
        mac.update(self.id().as_bytes());
        mac.update(b".");
        mac.update(self.headers["webhook-timestamp"].as_bytes());
        mac.update(b".");
        mac.update(&self.body);
        let expected = BASE64_STANDARD.encode(mac.finalize().into_bytes());
        let mut signatures = self.headers["webhook-signature"].split(' ');
        signatures.any(|one| one.strip_prefix("v1,") == Some(&expected))
    }
}

impl FakeReceiver {
    /// Starts a receiver that accepts everything.
    pub async fn start() -> Self {
        Self::with(|_| Reception::ACCEPT).await
    }

    /// Starts a receiver that does this with each request, after it has kept it.
    pub async fn with(
        behaviour: impl Fn(&ReceivedWebhook) -> Reception + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let received = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&received);
        let behaviour: Arc<Behaviour> = Arc::new(behaviour);
        let mut serving = JoinSet::new();
        serving.spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((connection, _)) = listener.accept().await {
                connections.spawn(serve(connection, Arc::clone(&kept), Arc::clone(&behaviour)));
            }
        });
        Self {
            url: format!("http://{address}"),
            received,
            _serving: serving,
        }
    }

    /// Returns the URL of a path, such as `/hook`.
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.url)
    }

    /// Returns the requests until now.
    pub fn received(&self) -> Vec<ReceivedWebhook> {
        self.received.lock().expect("no holder panics").clone()
    }

    /// Waits until there are this many requests for which this holds, and returns them.
    pub async fn wait_for(
        &self,
        at_least: usize,
        holds: impl Fn(&ReceivedWebhook) -> bool,
    ) -> Vec<ReceivedWebhook> {
        loop {
            let mut received = self.received();
            received.retain(&holds);
            if received.len() >= at_least {
                return received;
            }
            crate::pause_between_polls().await;
        }
    }
}

/// Serves one request on one connection, which is closed afterwards.
async fn serve(
    mut connection: TcpStream,
    received: Arc<Mutex<Vec<ReceivedWebhook>>>,
    behaviour: Arc<Behaviour>,
) -> Option<()> {
    let mut bytes = Vec::new();
    let request = loop {
        if let Some(request) = whole(&bytes) {
            break request;
        }
        if connection.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    };
    received
        .lock()
        .expect("no holder panics")
        .push(request.clone());
    match behaviour(&request) {
        Reception::Hang => pending().await,
        Reception::Answer(status, headers, body) => {
            let answer = format!(
                "HTTP/1.1 {status} Status\r\nConnection: close\r\nContent-Length: {}\r\n{headers}\r\n{body}",
                body.len()
            );
            connection.write_all(answer.as_bytes()).await.ok()
        }
    }
}

/// Returns the request; `None` until the headers and the announced length have arrived.
fn whole(bytes: &[u8]) -> Option<ReceivedWebhook> {
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n")?;
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let mut lines = head.lines();
    let path = lines.next()?.split(' ').nth(1)?.to_owned();
    let headers: BTreeMap<_, _> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    let length: usize = headers.get("content-length")?.parse().ok()?;
    let body = &bytes[end + 4..];
    (body.len() >= length).then(|| ReceivedWebhook {
        path,
        headers,
        body: body[..length].to_vec(),
    })
}
