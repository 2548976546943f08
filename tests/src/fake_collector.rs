//! A span collector that accepts and keeps everything.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

const PATH: &str = "/v1/traces";

/// A span collector in this process.
pub struct FakeCollector {
    url: String,
    taken: Arc<Mutex<Vec<Vec<u8>>>>,
    _serving: JoinSet<()>,
}

impl FakeCollector {
    /// Starts a collector.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let taken = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&taken);
        let mut serving = JoinSet::new();
        serving.spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((connection, _)) = listener.accept().await {
                connections.spawn(serve(connection, Arc::clone(&kept)));
            }
        });
        Self {
            url: format!("http://{address}{PATH}"),
            taken,
            _serving: serving,
        }
    }

    /// Returns the URL to which spans are sent.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Returns the received bodies: protocol buffers, which contain strings as they are.
    pub fn bodies(&self) -> Vec<Vec<u8>> {
        self.taken.lock().expect("no holder panics").clone()
    }

    /// Returns the traces of the spans with this name.
    pub fn traces_of(&self, name: &str) -> Vec<[u8; 16]> {
        let length = u8::try_from(name.len()).expect("short");
        // The length before the name tells `ledger.admit` from `db.ledger.admit`.
        let named = [&[NAME, length], name.as_bytes()].concat();
        let exported = self.bodies().concat();
        let named_at = |at: &usize| exported[*at..].starts_with(&named);
        (0..exported.len())
            .filter(named_at)
            .filter_map(|at| trace_before(&exported[..at]))
            .collect()
    }
}

/// How the fields of a span begin, by number and type; the ids have a fixed length.
const TRACE_ID: [u8; 2] = [0x0a, 16];
const SPAN_ID: [u8; 2] = [0x12, 8];
const NAME: u8 = 0x2a;

/// The most bytes from the start of a span to its name: three ids and the flags.
const MOST_BEFORE_NAME: usize = 18 + 10 + 10 + 7;

/// Returns the trace of the span whose fields before its name end these bytes.
fn trace_before(bytes: &[u8]) -> Option<[u8; 16]> {
    let fields = &bytes[bytes.len().saturating_sub(MOST_BEFORE_NAME)..];
    fields
        .windows(20)
        .find(|some| some.starts_with(&TRACE_ID) && some.ends_with(&SPAN_ID))
        .and_then(|some| some[2..18].try_into().ok())
}

/// Serves one batch on one connection, which is closed afterwards. It stores the batch before it
/// answers, so a sender that has its answer finds the batch.
async fn serve(mut connection: TcpStream, taken: Arc<Mutex<Vec<Vec<u8>>>>) -> Option<()> {
    let mut request = Vec::new();
    let body = loop {
        if let Some(body) = whole_body(&request) {
            break body;
        }
        if connection.read_buf(&mut request).await.ok()? == 0 {
            return None;
        }
    };
    let status = if request.starts_with(format!("POST {PATH} ").as_bytes()) {
        taken.lock().expect("no holder panics").push(body);
        "200 OK"
    } else {
        "404 Not Found"
    };
    let answer = format!(
        "HTTP/1.1 {status}\r\nContent-Type: application/x-protobuf\r\nConnection: close\r\n\
         Content-Length: 0\r\n\r\n"
    );
    connection.write_all(answer.as_bytes()).await.ok()
}

/// Returns the body, or `None` until the headers and the announced length have arrived.
fn whole_body(request: &[u8]) -> Option<Vec<u8>> {
    let end = request.windows(4).position(|four| four == b"\r\n\r\n")?;
    let head = String::from_utf8_lossy(&request[..end]).to_ascii_lowercase();
    let length: usize = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length:"))
        .and_then(|length| length.trim().parse().ok())?;
    let body = &request[end + 4..];
    (body.len() >= length).then(|| body[..length].to_vec())
}
