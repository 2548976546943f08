//! A customer's server that receives webhooks.

use std::collections::BTreeMap;
use std::future::pending;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::Value;
use sha2::Sha256;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

/// The most that a receiver offers to write.
const GIBIBYTE: usize = 1 << 30;

/// The pause between two bytes of an answer that trickles.
const TRICKLE: Duration = Duration::from_millis(100);

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
    /// It redirects with this status to this URL.
    Redirect(u16, String),
    /// It never answers.
    Hang,
    /// It writes this, whether it is an answer or not, and closes.
    Write(&'static str),
    /// It writes this, and then a byte now and then until the caller closes.
    Trickle(&'static str),
    /// It writes the first text, and then the second one again and again: a gibibyte, unless the caller closes.
    Flood(&'static str, String),
}

impl Reception {
    /// It accepts the webhook.
    pub const ACCEPT: Self = Self::Answer(204, "", "");
}

type Behaviour = dyn Fn(&ReceivedWebhook) -> Reception + Send + Sync;

/// A receiver in this process.
pub struct FakeReceiver {
    url: String,
    seen: Arc<Mutex<Seen>>,
    _serving: JoinSet<()>,
}

/// The connections and requests that came to a receiver.
#[derive(Default)]
struct Seen {
    accepted: usize,
    received: Vec<ReceivedWebhook>,
    written: Vec<usize>,
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
        Self::listen("http", Vec::new(), Arc::new(behaviour)).await
    }

    /// Starts a receiver that accepts everything by TLS. Each connection gets the next certificate, and
    /// the last one remains.
    pub async fn with_tls(certificates: Vec<TlsAcceptor>) -> Self {
        assert!(!certificates.is_empty(), "no TLS without a certificate");
        Self::listen("https", certificates, Arc::new(|_| Reception::ACCEPT)).await
    }

    async fn listen(
        scheme: &str,
        certificates: Vec<TlsAcceptor>,
        behaviour: Arc<Behaviour>,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let seen = Arc::new(Mutex::new(Seen::default()));
        let shared = Arc::clone(&seen);
        let mut serving = JoinSet::new();
        serving.spawn(async move {
            let mut connections = JoinSet::new();
            for number in 0.. {
                let Ok((connection, _)) = listener.accept().await else {
                    return;
                };
                shared.lock().expect("no holder panics").accepted += 1;
                let certificate = certificates.get(number).or(certificates.last()).cloned();
                let (shared, behaviour) = (Arc::clone(&shared), Arc::clone(&behaviour));
                connections.spawn(serve(connection, certificate, shared, behaviour));
            }
        });
        Self {
            url: format!("{scheme}://{address}"),
            seen,
            _serving: serving,
        }
    }

    /// Returns the URL of a path, such as `/hook`.
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.url)
    }

    /// Returns the requests until now.
    pub fn received(&self) -> Vec<ReceivedWebhook> {
        self.seen.lock().expect("no holder panics").received.clone()
    }

    /// Returns the port.
    pub fn port(&self) -> u16 {
        let (_, port) = self.url.rsplit_once(':').expect("a port");
        port.parse().expect("a number")
    }

    /// Returns the number of connections until now.
    pub fn connections(&self) -> usize {
        self.seen.lock().expect("no holder panics").accepted
    }

    /// Waits until every connection has ended, and returns the number of bytes that were written on each,
    /// in the order of their ends.
    pub async fn written(&self) -> Vec<usize> {
        loop {
            {
                let seen = self.seen.lock().expect("no holder panics");
                if seen.written.len() == seen.accepted {
                    return seen.written.clone();
                }
            }
            crate::pause_between_polls().await;
        }
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
    connection: TcpStream,
    certificate: Option<TlsAcceptor>,
    seen: Arc<Mutex<Seen>>,
    behaviour: Arc<Behaviour>,
) {
    let written = match certificate {
        None => converse(connection, &seen, &*behaviour).await,
        Some(certificate) => match certificate.accept(connection).await {
            Ok(connection) => converse(connection, &seen, &*behaviour).await,
            Err(_) => 0,
        },
    };
    seen.lock().expect("no holder panics").written.push(written);
}

/// Reads a request and does what the behaviour says. Returns the number of bytes that the caller took.
async fn converse(
    mut connection: impl AsyncRead + AsyncWrite + Unpin,
    seen: &Mutex<Seen>,
    behaviour: &Behaviour,
) -> usize {
    let mut bytes = Vec::new();
    let request = loop {
        if let Some(request) = whole(&bytes) {
            break request;
        }
        match connection.read_buf(&mut bytes).await {
            Ok(1..) => {}
            Ok(0) | Err(_) => return 0,
        }
    };
    let mut written = 0;
    let kept = request.clone();
    seen.lock().expect("no holder panics").received.push(kept);
    let mut write = async |text: &str| {
        let taken =
            connection.write_all(text.as_bytes()).await.is_ok() && connection.flush().await.is_ok();
        written += if taken { text.len() } else { 0 };
        taken
    };
    match behaviour(&request) {
        Reception::Hang => pending().await,
        Reception::Answer(status, headers, body) => {
            write(&answer(status, headers, body)).await;
        }
        Reception::Redirect(status, url) => {
            write(&answer(status, &format!("Location: {url}\r\n"), "")).await;
        }
        Reception::Write(text) => {
            write(text).await;
        }
        Reception::Trickle(head) => {
            write(head).await;
            while write("x").await {
                tokio::time::sleep(TRICKLE).await;
            }
        }
        Reception::Flood(head, text) => {
            write(head).await;
            let mut left = GIBIBYTE / text.len();
            while left > 0 && write(&text).await {
                left -= 1;
            }
        }
    }
    written
}

fn answer(status: u16, headers: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "HTTP/1.1 {status} Status\r\nConnection: close\r\nContent-Length: {length}\r\n{headers}\r\n{body}"
    )
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
    let length = headers.get("content-length");
    let length: usize = length.map_or(Ok(0), |length| length.parse()).ok()?;
    let body = &bytes[end + 4..];
    (body.len() >= length).then(|| ReceivedWebhook {
        path,
        headers,
        body: body[..length].to_vec(),
    })
}
