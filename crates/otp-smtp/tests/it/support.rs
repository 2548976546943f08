//! A mail server that misbehaves at a chosen step.

use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use otp_core::ids::MessageId;
use otp_core::ports::{Accepted, MessageSender, SendError};
use otp_smtp::{DkimSigner, From, SmtpMailer, SmtpOtpSender, SmtpServer};
use otp_testkit::sender_contract::email_message;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufStream};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use uuid::Uuid;

/// A step of the dialogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum At {
    Greeting,
    Ehlo,
    Mail,
    Rcpt,
    Data,
    /// All of the mail has arrived.
    Content,
}

impl At {
    pub(crate) const ALL: [Self; 6] = [
        Self::Greeting,
        Self::Ehlo,
        Self::Mail,
        Self::Rcpt,
        Self::Data,
        Self::Content,
    ];

    /// Returns the answer of a server that works.
    fn answer(self) -> &'static str {
        match self {
            Self::Greeting => "220 fake.example ESMTP",
            Self::Ehlo => "250-fake.example\r\n250 8BITMIME",
            Self::Mail | Self::Rcpt | Self::Content => "250 fine",
            Self::Data => "354 go on",
        }
    }
}

/// The way the server treats a client at one step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Treatment {
    Answer,
    Say(String),
    SayAndClose(String),
    Close,
    Hang,
    /// A line without an end.
    Endless,
}

/// Says one line.
pub(crate) fn say(words: &str) -> Treatment {
    Treatment::Say(words.to_owned())
}

type Script = dyn Fn(At) -> Treatment + Send + Sync;

/// A server, until it is dropped.
pub(crate) struct FakeServer {
    pub(crate) address: SocketAddr,
    shared: Arc<Shared>,
    _serving: JoinSet<()>,
}

struct Shared {
    script: Box<Script>,
    arrived: Box<dyn Fn(&str) + Send + Sync>,
    mails: Mutex<Vec<String>>,
    connections: AtomicUsize,
}

impl FakeServer {
    /// Starts a server that treats its clients by this script.
    pub(crate) async fn start(script: impl Fn(At) -> Treatment + Send + Sync + 'static) -> Self {
        Self::reporting(script, |_| {}).await
    }

    /// Does the same, and reports each mail that has arrived whole before it is answered.
    pub(crate) async fn reporting(
        script: impl Fn(At) -> Treatment + Send + Sync + 'static,
        arrived: impl Fn(&str) + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("bound");
        let shared = Arc::new(Shared {
            script: Box::new(script),
            arrived: Box::new(arrived),
            mails: Mutex::default(),
            connections: AtomicUsize::new(0),
        });
        let mut serving = JoinSet::new();
        let of_clients = Arc::clone(&shared);
        serving.spawn(async move {
            let mut clients = JoinSet::new();
            while let Ok((client, _)) = listener.accept().await {
                of_clients.connections.fetch_add(1, Ordering::Relaxed);
                let shared = Arc::clone(&of_clients);
                // A client may break off at any time.
                clients.spawn(async move { drop(converse(client, &shared).await) });
            }
        });
        Self {
            address,
            shared,
            _serving: serving,
        }
    }

    /// Returns every mail that arrived whole, whatever was answered.
    pub(crate) fn mails(&self) -> Vec<String> {
        self.shared.mails.lock().expect("no panic").clone()
    }

    /// Returns how many connections there were.
    pub(crate) fn connections(&self) -> usize {
        self.shared.connections.load(Ordering::Relaxed)
    }
}

/// Returns a mailer of this server.
pub(crate) fn mailer(address: SocketAddr) -> Arc<SmtpMailer> {
    signing_mailer(address, None)
}

/// Returns a mailer that signs if it has a signer.
pub(crate) fn signing_mailer(
    address: SocketAddr,
    signer: Option<Arc<DkimSigner>>,
) -> Arc<SmtpMailer> {
    let server = SmtpServer::parse(&format!("smtp://{address}?tls=none")).expect("a URL");
    let from = From::parse("Gateway <otp@gateway.example>").expect("a sender");
    Arc::new(SmtpMailer::new(&server, from, signer).expect("a mailer"))
}

/// Sends the contract's mail to a server, with this much time.
pub(crate) async fn send(
    sender: &SmtpOtpSender,
    number: u128,
    timeout: std::time::Duration,
) -> Result<Accepted, SendError> {
    let mut message = email_message(MessageId(Uuid::from_u128(number)));
    message.timeout = timeout;
    sender.send(&message.into()).await
}

async fn converse(client: TcpStream, shared: &Shared) -> io::Result<()> {
    let mut client = BufStream::new(client);
    if !treat(&mut client, shared, At::Greeting).await? {
        return Ok(());
    }
    loop {
        let mut line = String::new();
        if client.read_line(&mut line).await? == 0 {
            return Ok(());
        }
        let verb: String = line.chars().take(4).collect();
        let at = match verb.as_str() {
            "EHLO" => At::Ehlo,
            "MAIL" => At::Mail,
            "RCPT" => At::Rcpt,
            "DATA" => At::Data,
            "NOOP" => {
                say_line(&mut client, "250 fine").await?;
                continue;
            }
            _ => return Ok(()),
        };
        if !treat(&mut client, shared, at).await? {
            return Ok(());
        }
        if at == At::Data && (shared.script)(At::Data) == Treatment::Answer {
            let mail = content(&mut client).await?;
            (shared.arrived)(&mail);
            shared.mails.lock().expect("no panic").push(mail);
            if !treat(&mut client, shared, At::Content).await? {
                return Ok(());
            }
        }
    }
}

/// Treats the client at one step, and returns whether the dialogue goes on.
async fn treat(client: &mut BufStream<TcpStream>, shared: &Shared, at: At) -> io::Result<bool> {
    match (shared.script)(at) {
        Treatment::Answer => say_line(client, at.answer()).await?,
        Treatment::Say(words) => say_line(client, &words).await?,
        Treatment::SayAndClose(words) => {
            say_line(client, &words).await?;
            return Ok(false);
        }
        Treatment::Close => return Ok(false),
        Treatment::Hang => {
            // Until the client goes away.
            while client.read_line(&mut String::new()).await? > 0 {}
            return Ok(false);
        }
        Treatment::Endless => loop {
            client.write_all(&[b'2'; 4_096]).await?;
            client.flush().await?;
        },
    }
    Ok(true)
}

async fn say_line(client: &mut BufStream<TcpStream>, words: &str) -> io::Result<()> {
    client.write_all(format!("{words}\r\n").as_bytes()).await?;
    client.flush().await
}

/// Reads a mail up to its single dot.
async fn content(client: &mut BufStream<TcpStream>) -> io::Result<String> {
    let mut mail = String::new();
    loop {
        let mut line = String::new();
        if client.read_line(&mut line).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        if line == ".\r\n" {
            return Ok(mail);
        }
        mail.push_str(&line);
    }
}
