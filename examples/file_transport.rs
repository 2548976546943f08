//! A transport that writes files: `cargo run -p otp-examples --bin file_transport`
//!
//! It starts the gateway on a free port with this transport, sends a code through its API, and prints
//! the file. To try it with the whole command line, `Program::new().with_sender(…).main()` does what
//! `otp-server` does.
#![expect(clippy::print_stdout, reason = "an example explains itself")]

use std::error::Error;
use std::io::Write;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use otp_core::channel::whatsapp;
use otp_core::message::{Failure, ProviderMessageId};
use otp_core::ports::{
    Accepted, MessageSender, OutgoingMessage, ProviderRefusal, RefusalScope, SendError,
};
use otp_server::{Gateway, Settings};
use otp_testkit::contract::fixture::MASTER_KEY;
use otp_testkit::{ScriptedSender, World};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Writes each message to a file of its own.
struct FileTransport {
    folder: PathBuf,
}

#[async_trait]
impl MessageSender for FileTransport {
    async fn send(&self, message: &OutgoingMessage) -> Result<Accepted, SendError> {
        let OutgoingMessage::WhatsApp(message) = message else {
            let why = "This transport delivers WhatsApp messages only.";
            return Err(SendError::Refused(refusal(RefusalScope::Message, why)));
        };
        if message.timeout.is_zero() {
            return Err(unsent("No time was left to write the file."));
        }
        let (name, text) = (file_name(message), text(message));
        let path = self.folder.join(&name);
        // Files block, so a thread of their own does it. It goes on even if nobody waits any more.
        let writing = tokio::task::spawn_blocking(move || write_whole(&path, &text));
        match tokio::time::timeout(message.timeout, writing).await {
            Ok(Ok(Ok(()))) => Ok(Accepted {
                provider_message_id: ProviderMessageId(name),
            }),
            Ok(Ok(Err(_))) => Err(unsent("The file could not be written.")),
            // The file may appear yet: to report a refusal would give back the price of a message
            // that arrives.
            Ok(Err(_)) | Err(_) => Err(SendError::Unknown),
        }
    }
}

/// Returns a name that contains our id, as a provider's receipt would.
fn file_name(message: &whatsapp::OutgoingMessage) -> String {
    format!("{}.txt", message.message_id)
}

fn text(message: &whatsapp::OutgoingMessage) -> String {
    let (to, code) = (message.to.e164(), message.passcode.expose());
    format!("to: {to}\nlanguage: {}\ncode: {code}\n", message.language)
}

/// Writes the file under another name first: readers find it whole or not at all.
fn write_whole(path: &Path, text: &str) -> std::io::Result<()> {
    let unfinished = path.with_extension("unfinished");
    let mut file = std::fs::File::create(&unfinished)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    std::fs::rename(&unfinished, path)
}

/// A message that was certainly not sent; a later call may succeed.
fn unsent(why: &str) -> SendError {
    SendError::Retry {
        refusal: refusal(RefusalScope::Provider, why),
        after: None,
    }
}

fn refusal(scope: RefusalScope, why: &str) -> ProviderRefusal {
    ProviderRefusal {
        http_status: None,
        message: why.to_owned(),
        failure: Failure {
            code: None,
            title: "Not written".to_owned(),
            reason: why.to_owned(),
        },
        scope,
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let answer = send_one_code(folder.path()).await?;
    println!("the gateway answers {answer}");
    for file in std::fs::read_dir(folder.path())? {
        let path = file?.path();
        println!("{}\n{}", path.display(), std::fs::read_to_string(&path)?);
    }
    Ok(())
}

/// Starts a gateway that sends into `folder`, and posts one request to it.
async fn send_one_code(folder: &Path) -> Result<Value, Box<dyn Error>> {
    // A store in memory with an account that can send. `Settings::load` and no `with_storage` would use
    // the database of the settings.
    let world = World::with_provider(ScriptedSender::default()).await;
    let (_, api_key) = world.fixture.issue_key(world.fixture.account).await;
    let settings = Settings::with([("security.master_key", MASTER_KEY)])?;
    let transport = FileTransport {
        folder: folder.to_owned(),
    };
    let gateway = Gateway::builder(settings)
        .with_storage(world.fixture.store.clone())
        .with_sender(Arc::new(transport))
        .start(TcpListener::bind("127.0.0.1:0")?)
        .await?;

    let answer = post(gateway.url(), api_key.expose()).await?;
    gateway.stop().await?;
    Ok(serde_json::from_str(&answer)?)
}

/// Posts a request, as any HTTP client would, and returns the body of the answer.
async fn post(url: &str, api_key: &str) -> std::io::Result<String> {
    let body = json!({"otpCode": "482913", "toPhoneE164": "+966551234567"}).to_string();
    let (host, length) = (url.trim_start_matches("http://"), body.len());
    let mut connection = TcpStream::connect(host).await?;
    let request = format!(
        "POST /SendMessage HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nX-Api-Key: {api_key}\r\n\
         Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
    );
    connection.write_all(request.as_bytes()).await?;
    let mut answer = String::new();
    connection.read_to_string(&mut answer).await?;
    let body = answer
        .split_once("\r\n\r\n")
        .map(|(_, body)| body.to_owned());
    body.ok_or_else(|| std::io::Error::other(answer))
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, Ordering};

    use otp_testkit::sender_contract::{Call, CallLog, Reaction, ScriptedProvider};

    use super::*;

    // A folder has no way to refuse, break off or stay silent: those modules do not apply.
    otp_testkit::sender_contract!(async { Folder::new() }; acceptance, channels, privacy, reach);

    /// A folder as the provider: a file in it is a call that arrived.
    struct Folder {
        folder: tempfile::TempDir,
        is_reachable: AtomicBool,
        calls: CallLog,
    }

    impl Folder {
        fn new() -> Self {
            Self {
                folder: tempfile::tempdir().expect("a folder"),
                is_reachable: AtomicBool::new(true),
                calls: CallLog::default(),
            }
        }
    }

    #[async_trait]
    impl ScriptedProvider for Folder {
        fn sender(&self) -> Arc<dyn MessageSender> {
            let mut folder = self.folder.path().to_owned();
            if !self.is_reachable.load(Ordering::SeqCst) {
                folder.push("missing");
            }
            Arc::new(FileTransport { folder })
        }

        async fn react(&self, reaction: Reaction) {
            let is_reachable = match reaction {
                Reaction::Accept => true,
                Reaction::BeUnreachable => false,
                impossible @ (Reaction::Refuse { .. }
                | Reaction::RefuseForNow { .. }
                | Reaction::CutOff
                | Reaction::StaySilent
                | Reaction::Babble
                | Reaction::Redirect) => panic!("a folder cannot {impossible:?}"),
            };
            self.is_reachable.store(is_reachable, Ordering::SeqCst);
        }

        fn calls(&self) -> &CallLog {
            for file in std::fs::read_dir(self.folder.path()).expect("a folder") {
                let path = file.expect("an entry").path();
                let stem = path.file_stem().expect("a name").to_string_lossy();
                let name = path.file_name().expect("a name").to_string_lossy();
                let call = Call {
                    message_id: stem.into_owned(),
                    accepted_as: Some(name.into_owned()),
                };
                if !self.calls.all().contains(&call) {
                    self.calls.record(call);
                }
            }
            &self.calls
        }
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_gateway_writes_a_code_to_a_file() {
        let folder = tempfile::tempdir().expect("a folder");
        let answer = send_one_code(folder.path()).await.expect("an answer");
        assert_eq!(answer["messageStatus"], "Sent", "{answer}");
        let id = answer["id"].as_str().expect("an id");
        let text = std::fs::read_to_string(folder.path().join(format!("{id}.txt")));
        let text = text.expect("the file");
        assert_eq!(text, "to: +966551234567\nlanguage: en_US\ncode: 482913\n");
    }
}
