//! A provider that answers, stays silent or is gone, as the test chooses, and counts its calls.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

/// The treatment of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mood {
    /// The call is accepted.
    Well,
    /// The call is read and never answered.
    Silent,
    /// The connection is closed without an answer.
    Gone,
}

/// A fake provider in this process.
pub struct FakeProvider {
    url: String,
    mood: watch::Sender<Mood>,
    calls: Arc<AtomicUsize>,
    _serving: JoinSet<()>,
}

impl FakeProvider {
    /// Starts a provider.
    pub async fn start(mood: Mood) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let (mood, seen) = watch::channel(mood);
        let calls = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&calls);
        let mut serving = JoinSet::new();
        serving.spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((connection, _)) = listener.accept().await {
                connections.spawn(serve(connection, seen.clone(), Arc::clone(&counted)));
            }
        });
        Self {
            url,
            mood,
            calls,
            _serving: serving,
        }
    }

    /// Returns the base URL.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Changes the treatment of calls from now on.
    pub fn set_mood(&self, mood: Mood) {
        self.mood.send_replace(mood);
    }

    /// Returns the number of calls so far.
    pub fn calls(&self) -> usize {
        self.calls.load(Ordering::SeqCst)
    }
}

/// Serves one call on one connection, which is closed afterwards.
async fn serve(
    mut connection: TcpStream,
    mood: watch::Receiver<Mood>,
    calls: Arc<AtomicUsize>,
) -> Option<()> {
    let mut request = Vec::new();
    while !is_whole(&request) {
        if connection.read_buf(&mut request).await.ok()? == 0 {
            return None;
        }
    }
    let call = calls.fetch_add(1, Ordering::SeqCst);
    let mood = *mood.borrow();
    match mood {
        Mood::Well => {
            let body = json!({
                "messaging_product": "whatsapp",
                "messages": [{"id": format!("wamid.FAKE{call}")}],
            });
            let body = body.to_string();
            let answer = format!(
                "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\
                 Content-Length: {}\r\n\r\n{body}",
                body.len()
            );
            connection.write_all(answer.as_bytes()).await.ok()
        }
        Mood::Silent => std::future::pending().await,
        Mood::Gone => None,
    }
}

/// Returns whether the headers and the announced length of the body have arrived.
fn is_whole(request: &[u8]) -> bool {
    let text = String::from_utf8_lossy(request).to_ascii_lowercase();
    let Some((head, body)) = text.split_once("\r\n\r\n") else {
        return false;
    };
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length:"))
        .and_then(|length| length.trim().parse().ok());
    body.len() >= length.unwrap_or(0)
}
