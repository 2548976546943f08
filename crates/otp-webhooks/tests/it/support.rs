//! Shared parts of the tests: a call, a resolver with answers of the test, and a server that counts the
//! connections that it accepts.

use std::collections::VecDeque;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use otp_core::ports::WebhookCaller;
use otp_core::time::Timestamp;
use otp_core::webhook::{
    PrivateTargets, WebhookCall, WebhookFailure, WebhookId, WebhookOutcome, WebhookSecret,
    WebhookTarget,
};
use otp_webhooks::{HttpWebhookCaller, NameResolver, WebhookCallerOptions};
use rustls::RootCertStore;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// A time limit for calls that end in time; a call that hangs takes longer.
pub(crate) const LONG: Duration = Duration::from_secs(10);

/// A time limit for calls that do not end by themselves.
pub(crate) const SHORT: Duration = Duration::from_millis(400);

pub(crate) const LOOPBACK: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

pub(crate) const BODY: &[u8] = br#"{"type":"message.delivered","data":{"to":"+966512345678"}}"#;

pub(crate) fn call(url: &str) -> WebhookCall {
    let secret = WebhookSecret::parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
    WebhookCall {
        id: WebhookId::parse("msg_p5jXN8AQM9LWM0D4loKWxJek").expect("valid"),
        target: WebhookTarget::parse(url, PrivateTargets::Allowed).expect(url),
        attempted_at: Timestamp::from_unix_millis(1_614_265_330_000),
        body: BODY.to_vec(),
        secrets: secret.expect("valid").into(),
    }
}

/// Returns a caller for which every name is the loopback address.
pub(crate) fn caller(private_targets: PrivateTargets, timeout: Duration) -> HttpWebhookCaller {
    let resolver = ScriptedResolver::always(&[LOOPBACK]);
    caller_with(private_targets, timeout, resolver, RootCertStore::empty())
}

pub(crate) fn caller_with(
    private_targets: PrivateTargets,
    timeout: Duration,
    resolver: Arc<ScriptedResolver>,
    roots: RootCertStore,
) -> HttpWebhookCaller {
    let options = WebhookCallerOptions {
        private_targets,
        timeout,
    };
    HttpWebhookCaller::with(&options, resolver, roots).expect("a client")
}

/// Calls a server that any address is allowed for.
pub(crate) async fn outcome_at(url: &str, timeout: Duration) -> WebhookOutcome {
    caller(PrivateTargets::Allowed, timeout)
        .call(&call(url))
        .await
}

#[track_caller]
pub(crate) fn assert_failed(outcome: &WebhookOutcome, expected: WebhookFailure) {
    assert_eq!(outcome.answer, Err(expected));
}

/// A resolver with an answer for each look-up in turn; the last one repeats.
pub(crate) struct ScriptedResolver {
    answers: Mutex<VecDeque<Vec<IpAddr>>>,
    asked: AtomicUsize,
}

impl ScriptedResolver {
    pub(crate) fn new(answers: &[&[IpAddr]]) -> Arc<Self> {
        let answers = answers.iter().map(|answer| answer.to_vec()).collect();
        Arc::new(Self {
            answers: Mutex::new(answers),
            asked: AtomicUsize::new(0),
        })
    }

    pub(crate) fn always(answer: &[IpAddr]) -> Arc<Self> {
        Self::new(&[answer])
    }

    pub(crate) fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

#[async_trait]
impl NameResolver for ScriptedResolver {
    async fn resolve(&self, _: &str) -> io::Result<Vec<IpAddr>> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        let mut answers = self.answers.lock().expect("no panic");
        let answer = answers.pop_front();
        if answers.is_empty() {
            answers.extend(answer.clone());
        }
        answer.ok_or_else(|| io::Error::other("no such name"))
    }
}

/// A server on a TCP socket. It ends with the test.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    counts: watch::Receiver<Counts>,
    accepting: JoinHandle<()>,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) accepted: usize,
    pub(crate) ended: usize,
    pub(crate) requests: usize,
}

impl Server {
    /// Starts a server that runs `handle` for every connection.
    pub(crate) async fn start<F, Fut>(handle: F) -> Self
    where
        F: Fn(Connection) -> Fut + Send + 'static,
        Fut: Future<Output = ()> + Send + 'static,
    {
        let listener = TcpListener::bind((LOOPBACK, 0)).await.expect("a free port");
        Self::on(listener, handle)
    }

    pub(crate) fn on<F, Fut>(listener: TcpListener, handle: F) -> Self
    where
        F: Fn(Connection) -> Fut + Send + 'static,
        Fut: Future<Output = ()> + Send + 'static,
    {
        let address = listener.local_addr().expect("bound");
        let (sender, counts) = watch::channel(Counts::default());
        let sender = Arc::new(sender);
        let accepting = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                sender.send_modify(|counts| counts.accepted += 1);
                let connection = Connection {
                    stream,
                    counts: Arc::clone(&sender),
                };
                let handled = handle(connection);
                let sender = Arc::clone(&sender);
                tokio::spawn(async move {
                    handled.await;
                    sender.send_modify(|counts| counts.ended += 1);
                });
            }
        });
        Self {
            address,
            counts,
            accepting,
        }
    }

    /// Starts a server that answers every request with this status and body.
    pub(crate) async fn answering(status: &'static str, body: &'static str) -> Self {
        Self::start(move |mut connection| async move {
            while connection.request().await.is_some() {
                connection.answer(status, body).await;
            }
        })
        .await
    }

    /// Starts a server that reads one request, writes these bytes, and closes.
    pub(crate) async fn writing(bytes: impl Into<Vec<u8>>) -> Self {
        let bytes: Arc<[u8]> = bytes.into().into();
        Self::start(move |mut connection| {
            let bytes = Arc::clone(&bytes);
            async move {
                if connection.request().await.is_some() {
                    connection.write(&bytes).await;
                }
            }
        })
        .await
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}/hooks", self.address)
    }

    pub(crate) fn counts(&self) -> Counts {
        *self.counts.borrow()
    }

    /// Waits until the counts are as expected.
    pub(crate) async fn wait(&self, expected: impl Fn(&Counts) -> bool + Send) {
        let mut counts = self.counts.clone();
        let reached = counts.wait_for(|counts| expected(counts));
        let reached = tokio::time::timeout(Duration::from_secs(3), reached).await;
        assert!(reached.is_ok(), "{:?}", self.counts());
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

pub(crate) struct Connection {
    pub(crate) stream: TcpStream,
    counts: Arc<watch::Sender<Counts>>,
}

impl Connection {
    /// Reads a whole request: its head and its body; `None` if the client closes instead.
    pub(crate) async fn request(&mut self) -> Option<(String, Vec<u8>)> {
        let mut bytes = Vec::new();
        loop {
            if let Some(request) = whole(&bytes) {
                self.counts.send_modify(|counts| counts.requests += 1);
                return Some(request);
            }
            if self.stream.read_buf(&mut bytes).await.ok()? == 0 {
                return None;
            }
        }
    }

    /// Writes the bytes; returns whether the client still accepts them.
    pub(crate) async fn write(&mut self, bytes: impl AsRef<[u8]>) -> bool {
        self.stream.write_all(bytes.as_ref()).await.is_ok()
    }

    /// Writes a whole answer.
    pub(crate) async fn answer(&mut self, status: &str, body: &str) -> bool {
        let length = body.len();
        let head = format!("HTTP/1.1 {status}\r\nContent-Length: {length}\r\n\r\n");
        self.write(head + body).await
    }

    /// Writes the bytes again and again until the client closes. Returns how often.
    pub(crate) async fn flood(&mut self, bytes: &[u8], most: usize) -> usize {
        let mut written = 0;
        while written < most && self.write(bytes).await {
            written += 1;
        }
        written
    }

    /// Writes one byte after the other, slowly, until the client closes.
    pub(crate) async fn trickle(&mut self) {
        let mut tick = tokio::time::interval(Duration::from_millis(20));
        while self.write("x").await {
            tick.tick().await;
        }
    }

    /// Waits until the client closes.
    pub(crate) async fn closed(mut self) {
        let mut ignored = Vec::with_capacity(1_024);
        while self
            .stream
            .read_buf(&mut ignored)
            .await
            .is_ok_and(|read| read > 0)
        {
            ignored.clear();
        }
    }

    /// Closes with a reset instead of an orderly end.
    pub(crate) fn reset(self) {
        self.stream.set_zero_linger().expect("an option of TCP");
    }
}

/// Splits a request into head and body, if all of it has arrived.
pub(crate) fn whole(bytes: &[u8]) -> Option<(String, Vec<u8>)> {
    let end = bytes.windows(4).position(|window| window == b"\r\n\r\n")?;
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let body = &bytes[end + 4..];
    let length: usize = header(&head, "content-length")?.parse().ok()?;
    (body.len() >= length).then(|| (head, body.to_vec()))
}

/// Returns the value of a header that appears once.
pub(crate) fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    let lines = head.lines().filter_map(|line| line.split_once(": "));
    let mut values = lines.filter(|(n, _)| n.eq_ignore_ascii_case(name));
    let value = values.next()?.1;
    assert!(values.next().is_none(), "{name} appears twice");
    Some(value)
}
