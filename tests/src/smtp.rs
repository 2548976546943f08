//! A mail server on loopback that refuses, breaks off or is down on demand, as no real one does.
//!
//! It knows as much of SMTP as a client needs, and nothing of mail: it stores each mail byte by
//! byte.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufStream};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

/// The longest time that a test waits for an event.
const PATIENCE: Duration = Duration::from_secs(30);

/// The treatment of clients.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SmtpMood {
    /// Every mail is accepted.
    Well,
    /// Every recipient is refused with this code and a text that quotes the address, as many
    /// servers do.
    Refusing(u16),
    /// Connections are closed, before the greeting or in the middle of a mail.
    Closing,
}

/// An accepted mail.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AcceptedMail {
    /// The envelope's sender.
    pub from: String,
    /// The envelope's recipients.
    pub to: Vec<String>,
    /// The message, without SMTP's doubled dots.
    pub raw: Vec<u8>,
}

/// The mails and refusals so far.
#[derive(Debug, Default)]
struct Seen {
    mails: Vec<AcceptedMail>,
    refusals: usize,
}

/// A fake mail server; it is down for good when dropped.
pub struct FakeSmtp {
    address: SocketAddr,
    /// Reserves the port while the server is down.
    down: Option<TcpSocket>,
    mood: watch::Sender<SmtpMood>,
    seen: watch::Sender<Seen>,
    serving: JoinSet<()>,
}

impl FakeSmtp {
    /// Starts a server that accepts mail.
    pub fn start() -> Self {
        let mut smtp = Self::down();
        smtp.come_up(SmtpMood::Well);
        smtp
    }

    /// Returns a server whose port refuses connections until it comes up.
    pub fn down() -> Self {
        let socket = TcpSocket::new_v4().expect("a socket");
        socket.bind(([127, 0, 0, 1], 0).into()).expect("a port");
        Self {
            address: socket.local_addr().expect("an address"),
            down: Some(socket),
            mood: watch::Sender::new(SmtpMood::Well),
            seen: watch::Sender::new(Seen::default()),
            serving: JoinSet::new(),
        }
    }

    /// Starts to listen, with this treatment of clients.
    pub fn come_up(&mut self, mood: SmtpMood) {
        self.set_mood(mood);
        let socket = self.down.take().expect("it was down");
        let listener = socket.listen(64).expect("listening");
        self.serving
            .spawn(serve(listener, self.mood.subscribe(), self.seen.clone()));
    }

    /// Changes the treatment of clients from now on.
    pub fn set_mood(&self, mood: SmtpMood) {
        self.mood.send_replace(mood);
    }

    /// Returns the value of the setting `smtp.url`.
    pub fn url(&self) -> String {
        format!("smtp://{}?tls=none", self.address)
    }

    /// Waits until at least this many mails were accepted, and returns all of them in order.
    pub async fn wait_for_mails(&self, at_least: usize) -> Vec<AcceptedMail> {
        self.wait(&format!("{at_least} mails"), |seen| {
            seen.mails.len() >= at_least
        })
        .await;
        self.seen.borrow().mails.clone()
    }

    /// Waits until at least this many recipients were refused.
    pub async fn wait_for_refusals(&self, at_least: usize) {
        self.wait(&format!("{at_least} refusals"), |seen| {
            seen.refusals >= at_least
        })
        .await;
    }

    async fn wait(&self, what: &str, holds: impl FnMut(&Seen) -> bool) {
        let mut seen = self.seen.subscribe();
        let waited = tokio::time::timeout(PATIENCE, seen.wait_for(holds)).await;
        let came = waited.is_ok_and(|seen| seen.is_ok());
        assert!(came, "no {what} in time: {:?}", self.seen.borrow());
    }
}

async fn serve(listener: TcpListener, mood: watch::Receiver<SmtpMood>, seen: watch::Sender<Seen>) {
    let mut connections = JoinSet::new();
    while let Ok((connection, _)) = listener.accept().await {
        let (mood, seen) = (mood.clone(), seen.clone());
        connections.spawn(async move {
            // A client may break off at any time.
            drop(converse(BufStream::new(connection), &mood, &seen).await);
        });
    }
}

/// Serves one connection to its end.
async fn converse(
    mut client: BufStream<TcpStream>,
    mood: &watch::Receiver<SmtpMood>,
    seen: &watch::Sender<Seen>,
) -> io::Result<()> {
    let mood = || *mood.borrow();
    if mood() == SmtpMood::Closing {
        return Ok(());
    }
    say(&mut client, "220 fake.example ESMTP").await?;
    let mut mail = AcceptedMail::default();
    loop {
        let mut line = String::new();
        if client.read_line(&mut line).await? == 0 || mood() == SmtpMood::Closing {
            return Ok(());
        }
        let verb: String = line.chars().take(4).collect();
        match (verb.to_ascii_uppercase().as_str(), mood()) {
            ("EHLO", _) => say(&mut client, "250-fake.example\r\n250 8BITMIME").await?,
            ("MAIL", _) => {
                mail.from = path(&line);
                say(&mut client, "250 OK").await?;
            }
            ("RCPT", SmtpMood::Refusing(code)) => {
                let words = format!("{code} <{}> is not welcome", path(&line));
                say(&mut client, &words).await?;
                seen.send_modify(|seen| seen.refusals += 1);
            }
            ("RCPT", _) => {
                mail.to.push(path(&line));
                say(&mut client, "250 OK").await?;
            }
            ("DATA", _) if !mail.to.is_empty() => {
                say(&mut client, "354 go on").await?;
                mail.raw = message(&mut client).await?;
                if mood() == SmtpMood::Closing {
                    return Ok(());
                }
                let taken = std::mem::take(&mut mail);
                seen.send_modify(|seen| seen.mails.push(taken));
                say(&mut client, "250 taken").await?;
            }
            ("RSET", _) => {
                mail = AcceptedMail::default();
                say(&mut client, "250 OK").await?;
            }
            ("NOOP", _) => say(&mut client, "250 OK").await?,
            ("QUIT", _) => return say(&mut client, "221 bye").await,
            _ => say(&mut client, "503 not now").await?,
        }
    }
}

async fn say(client: &mut BufStream<TcpStream>, words: &str) -> io::Result<()> {
    client.write_all(format!("{words}\r\n").as_bytes()).await?;
    client.flush().await
}

/// Returns the address between the angle brackets.
fn path(line: &str) -> String {
    let path = line
        .split_once('<')
        .and_then(|(_, rest)| rest.split_once('>'));
    path.map_or_else(String::new, |(path, _)| path.to_owned())
}

/// Reads the lines up to the single dot.
async fn message(client: &mut BufStream<TcpStream>) -> io::Result<Vec<u8>> {
    let mut raw = Vec::new();
    loop {
        let mut line = Vec::new();
        if client.read_until(b'\n', &mut line).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        if line == b".\r\n" {
            return Ok(raw);
        }
        raw.extend_from_slice(line.strip_prefix(b".").unwrap_or(&line));
    }
}
