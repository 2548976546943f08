//! The sender contract over SMTP. A mail server cannot ask for a certain pause, so `waits` is left out.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use otp_core::ids::MessageId;
use otp_core::ports::{MessageSender, OutgoingMessage};
use otp_smtp::SmtpOtpSender;
use otp_testkit::sender_contract::{
    Call, CallLog, Reaction, ScriptedProvider, email_message, whatsapp_message,
};
use tokio::net::TcpListener;

use crate::support::{At, FakeServer, Treatment, mailer, say};

otp_testkit::sender_contract!(
    MailServer::start();
    acceptance, cancellation, channels, doubt, privacy, reach, refusals
);

struct MailServer {
    server: FakeServer,
    /// An address at which nobody listens.
    closed: SocketAddr,
    state: Arc<State>,
}

struct State {
    reaction: Mutex<Reaction>,
    calls: CallLog,
}

impl MailServer {
    async fn start() -> Self {
        let closed = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let closed = closed.local_addr().expect("bound");
        let state = Arc::new(State {
            reaction: Mutex::new(Reaction::Accept),
            calls: CallLog::default(),
        });
        let (of_script, of_calls) = (Arc::clone(&state), Arc::clone(&state));
        let server = FakeServer::reporting(
            move |at| match at {
                At::Content => treatment(&of_script.reaction()),
                At::Greeting | At::Ehlo | At::Mail | At::Rcpt | At::Data => Treatment::Answer,
            },
            move |mail| of_calls.record(mail),
        );
        Self {
            server: server.await,
            closed,
            state,
        }
    }
}

/// Returns the answer to a whole mail.
fn treatment(reaction: &Reaction) -> Treatment {
    match reaction {
        Reaction::Accept => Treatment::Answer,
        Reaction::Refuse { words } => say(&format!("550 5.1.1 {words}")),
        Reaction::RefuseForNow { .. } => say("451 4.7.1 later"),
        Reaction::CutOff => Treatment::Close,
        Reaction::StaySilent => Treatment::Hang,
        Reaction::Babble => say("<html>"),
        Reaction::Redirect => say("307 elsewhere.example"),
        Reaction::BeUnreachable => unreachable!("the adapter has the other address"),
    }
}

impl State {
    fn reaction(&self) -> Reaction {
        self.reaction.lock().expect("no panic").clone()
    }

    fn record(&self, mail: &str) {
        let id = mail
            .lines()
            .find_map(|line| line.strip_prefix("Message-ID: "));
        let id = id
            .expect("a Message-ID")
            .trim_matches(['<', '>'])
            .to_owned();
        let accepts = self.reaction() == Reaction::Accept;
        self.calls.record(Call {
            message_id: id.split('@').next().unwrap_or_default().to_owned(),
            accepted_as: accepts.then_some(id),
        });
    }
}

#[async_trait]
impl ScriptedProvider for MailServer {
    fn sender(&self) -> Arc<dyn MessageSender> {
        let is_reachable = self.state.reaction() != Reaction::BeUnreachable;
        let address = if is_reachable {
            self.server.address
        } else {
            self.closed
        };
        Arc::new(SmtpOtpSender::new(mailer(address)))
    }

    async fn react(&self, reaction: Reaction) {
        *self.state.reaction.lock().expect("no panic") = reaction;
    }

    fn calls(&self) -> &CallLog {
        &self.state.calls
    }

    fn message(&self, id: MessageId) -> OutgoingMessage {
        email_message(id).into()
    }

    fn message_of_another_channel(&self) -> OutgoingMessage {
        whatsapp_message(MessageId(uuid::Uuid::from_u128(9))).into()
    }
}
