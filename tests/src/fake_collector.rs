//! A collector of spans that takes all it is given and keeps it.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

const PATH: &str = "/v1/traces";

/// A collector of this process.
pub struct FakeCollector {
    url: String,
    taken: Arc<Mutex<Vec<Vec<u8>>>>,
    _serving: JoinSet<()>,
}

impl FakeCollector {
    /// Starts one.
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

    /// Where spans are sent.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The bodies it was sent: protocol buffers, in which texts stand as they are.
    pub fn bodies(&self) -> Vec<Vec<u8>> {
        self.taken.lock().expect("nobody panics with it").clone()
    }
}

/// One batch on one connection, which is closed afterwards. It is kept before it is answered: whoever has
/// the answer finds it.
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
        taken.lock().expect("nobody panics with it").push(body);
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

/// The body, once headers and as much as they announce are there.
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
