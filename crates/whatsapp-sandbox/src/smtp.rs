//! A mail server for this machine: as much of SMTP (RFC 5321) as a client needs to hand mail over.
//!
//! It has no encryption and no accounts, so it listens on the loopback only. It passes no mail on.

use std::{io, sync::Arc, time::Duration};

use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufStream},
    net::{TcpListener, TcpStream},
    sync::Semaphore,
    time::timeout,
};

use crate::{
    Sandbox, clock,
    mailbox::{Envelope, MAX_MAIL_BYTES},
    sandbox::LiveEvent,
};

/// Most clients at a time; a further one waits.
const MAX_CLIENTS: usize = 64;

/// The most bytes of a line, its end included. RFC 5321 asks for 1,000 in a mail.
const MAX_LINE: u64 = 4_096;

/// The most recipients of a mail.
const MAX_RECIPIENTS: usize = 100;

/// How long a client may take for one line.
const MAX_WAIT: Duration = Duration::from_secs(60);

/// Serves clients until the sandbox closes.
pub(crate) async fn serve(sandbox: Sandbox, listener: TcpListener) {
    let slots = Arc::new(Semaphore::new(MAX_CLIENTS));
    let mut closed = sandbox.closed();
    loop {
        let accepted = tokio::select! {
            _ = closed.wait_for(|closed| *closed) => return,
            accepted = accept(&listener, &slots) => accepted,
        };
        // A client may go away before it is accepted.
        let Ok((client, slot)) = accepted else {
            continue;
        };
        let sandbox = sandbox.clone();
        tokio::spawn(async move {
            let mut closed = sandbox.closed();
            let dialogue = converse(&sandbox, BufStream::new(client));
            tokio::select! {
                _ = closed.wait_for(|closed| *closed) => {}
                // A client may break off at any time.
                _ = dialogue => {}
            }
            drop(slot);
        });
    }
}

async fn accept(
    listener: &TcpListener,
    slots: &Arc<Semaphore>,
) -> io::Result<(TcpStream, tokio::sync::OwnedSemaphorePermit)> {
    let slot = Arc::clone(slots).acquire_owned().await;
    let slot = slot.map_err(io::Error::other)?;
    let (client, _) = listener.accept().await?;
    Ok((client, slot))
}

type Client = BufStream<TcpStream>;

/// Serves one client to its end.
async fn converse(sandbox: &Sandbox, mut client: Client) -> io::Result<()> {
    say(&mut client, "220 sandbox ESMTP").await?;
    let mut envelope = Envelope::default();
    loop {
        let Some(line) = read_line(&mut client).await? else {
            return Ok(());
        };
        let line = String::from_utf8_lossy(&line);
        let verb: String = line.chars().take(4).collect();
        match verb.to_ascii_uppercase().as_str() {
            "EHLO" => {
                let size = format!("250-sandbox\r\n250-8BITMIME\r\n250 SIZE {MAX_MAIL_BYTES}");
                say(&mut client, &size).await?;
            }
            "HELO" | "NOOP" => say(&mut client, "250 OK").await?,
            "MAIL" => {
                envelope = Envelope {
                    from: path(&line),
                    to: Vec::new(),
                };
                say(&mut client, "250 OK").await?;
            }
            "RCPT" if envelope.to.len() < MAX_RECIPIENTS => {
                envelope.to.push(path(&line));
                say(&mut client, "250 OK").await?;
            }
            "RCPT" => say(&mut client, "452 4.5.3 too many recipients").await?,
            "DATA" if envelope.to.is_empty() => say(&mut client, "503 no recipient").await?,
            "DATA" => {
                let taken = std::mem::take(&mut envelope);
                if !take_mail(sandbox, &mut client, taken).await? {
                    return Ok(());
                }
            }
            "RSET" => {
                envelope = Envelope::default();
                say(&mut client, "250 OK").await?;
            }
            "QUIT" => return say(&mut client, "221 bye").await,
            _ => say(&mut client, "502 not implemented").await?,
        }
    }
}

/// Takes one mail in, and returns whether the dialogue goes on.
async fn take_mail(sandbox: &Sandbox, client: &mut Client, envelope: Envelope) -> io::Result<bool> {
    let treatment = sandbox.state().mailbox.take_treatment();
    if let Some(code) = treatment.code {
        say(client, &format!("{code} {}.7.1 as requested", code / 100)).await?;
        return Ok(true);
    }
    say(client, "354 go on").await?;
    let Some(raw) = read_mail(client).await? else {
        say(client, "552 5.3.4 the mail is too large").await?;
        return Ok(true);
    };
    let mail = sandbox
        .state()
        .mailbox
        .deliver(envelope, &raw, clock::now());
    sandbox.notify_pages(LiveEvent::Mail(Arc::new(mail.to_json())));
    sandbox.changed();
    if treatment.drop_after_data {
        return Ok(false);
    }
    say(client, "250 2.0.0 taken").await?;
    Ok(true)
}

/// Reads a mail up to its single dot, without doubled dots; `None` if it is too large.
async fn read_mail(client: &mut Client) -> io::Result<Option<Vec<u8>>> {
    let mut mail = Vec::new();
    let mut is_too_large = false;
    loop {
        let line = read_line(client)
            .await?
            .ok_or(io::ErrorKind::UnexpectedEof)?;
        if line == b".\r\n" {
            return Ok((!is_too_large).then_some(mail));
        }
        is_too_large |= mail.len() + line.len() > MAX_MAIL_BYTES;
        if !is_too_large {
            mail.extend_from_slice(line.strip_prefix(b".").unwrap_or(&line));
        }
    }
}

/// Reads one line with its end; `None` at the end of the connection.
async fn read_line(client: &mut Client) -> io::Result<Option<Vec<u8>>> {
    let mut line = Vec::new();
    let mut bounded = client.take(MAX_LINE);
    timeout(MAX_WAIT, bounded.read_until(b'\n', &mut line)).await??;
    if line.is_empty() {
        return Ok(None);
    }
    if !line.ends_with(b"\n") {
        return Err(io::ErrorKind::InvalidData.into());
    }
    Ok(Some(line))
}

async fn say(client: &mut Client, words: &str) -> io::Result<()> {
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
