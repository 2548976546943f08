//! The sender contract over this transport: the provider is a server on a TCP socket.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use otp_core::ports::MessageSender;
use otp_testkit::sender_contract::{Call, CallLog, Reaction, ScriptedProvider};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::support::{Connection, RawServer, sender};

otp_testkit::sender_contract!(Meta::start());

/// A server in Meta's place.
struct Meta {
    server: RawServer,
    /// An address at which nobody listens.
    closed_url: String,
    state: Arc<State>,
}

struct State {
    reaction: Mutex<Reaction>,
    calls: CallLog,
}

impl Meta {
    async fn start() -> Self {
        let closed = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let closed_url = format!("http://{}", closed.local_addr().expect("bound"));
        let state = Arc::new(State {
            reaction: Mutex::new(Reaction::Accept),
            calls: CallLog::default(),
        });
        let shared = Arc::clone(&state);
        let server = RawServer::start(move |connection| serve(connection, Arc::clone(&shared)));
        Self {
            server: server.await,
            closed_url,
            state,
        }
    }
}

#[async_trait]
impl ScriptedProvider for Meta {
    fn sender(&self) -> Arc<dyn MessageSender> {
        let is_reachable = self.state.reaction() != Reaction::BeUnreachable;
        let url = if is_reachable {
            &self.server.url
        } else {
            &self.closed_url
        };
        Arc::new(sender(url))
    }

    async fn react(&self, reaction: Reaction) {
        *self.state.reaction.lock().expect("no panic") = reaction;
    }

    fn calls(&self) -> &CallLog {
        &self.state.calls
    }
}

impl State {
    fn reaction(&self) -> Reaction {
        self.reaction.lock().expect("no panic").clone()
    }

    /// Records a call, and returns the id under which the message is accepted.
    fn record(&self, request: &str, accepts: bool) -> String {
        let (_, body) = request.split_once("\r\n\r\n").expect("a body");
        let body: Value = serde_json::from_str(body).expect("JSON");
        let message_id = body["biz_opaque_callback_data"].as_str();
        let message_id = message_id.unwrap_or_default().to_owned();
        let wamid = format!("wamid.{message_id}");
        self.calls.record(Call {
            message_id,
            accepted_as: accepts.then(|| wamid.clone()),
        });
        wamid
    }
}

async fn serve(mut connection: Connection, state: Arc<State>) {
    while let Some(request) = connection.request().await {
        let reaction = state.reaction();
        let wamid = state.record(&request, reaction == Reaction::Accept);
        match reaction {
            Reaction::Accept => {
                let body = json!({"messages": [{"id": wamid}]}).to_string();
                connection.answer("200 OK", &body).await;
            }
            Reaction::Refuse { words } => {
                let error =
                    json!({"code": 131_026, "message": words, "error_data": {"details": words}});
                let body = json!({"error": error}).to_string();
                connection.answer("400 Bad Request", &body).await;
            }
            Reaction::RefuseForNow { wait } => {
                let body = json!({"error": {"code": 130_429}}).to_string();
                let wait = wait.map(|wait| format!("Retry-After: {}\r\n", wait.as_secs()));
                let head = format!("HTTP/1.1 429 Too Many\r\n{}", wait.unwrap_or_default());
                let length = body.len();
                let answer = format!("{head}Content-Length: {length}\r\n\r\n{body}");
                connection.write(&answer).await;
            }
            Reaction::CutOff => return connection.reset(),
            Reaction::StaySilent => return connection.closed().await,
            Reaction::Babble => {
                connection.answer("200 OK", "<html>").await;
            }
            Reaction::Redirect => {
                let head = "HTTP/1.1 307 Temporary Redirect\r\nLocation: /elsewhere\r\n";
                connection
                    .write(&format!("{head}Content-Length: 0\r\n\r\n"))
                    .await;
            }
            Reaction::BeUnreachable => unreachable!("the adapter has the other address"),
        }
    }
}
