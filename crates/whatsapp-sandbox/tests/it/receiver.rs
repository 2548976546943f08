//! A receiver of webhooks: it answers the handshake, records every byte, and refuses requests if a
//! test asks for it.

use std::sync::{Arc, Mutex};

use actix_web::{
    App, HttpRequest, HttpResponse, HttpServer,
    dev::ServerHandle,
    web::{self, Bytes, Data, Query},
};
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Value, json};
use sha2::Sha256;

use super::support::Server;

pub(crate) const SECRET: &str = "app secret";
pub(crate) const TOKEN: &str = "verify & token";

/// A request as it arrived.
#[derive(Clone, Debug)]
pub(crate) struct Post {
    pub(crate) body: Bytes,
    pub(crate) signature: Option<String>,
    pub(crate) user_agent: String,
}

#[derive(Default)]
struct Memory {
    posts: Vec<Post>,
    handshakes: usize,
    /// The statuses of the next answers; further answers are 200.
    answers: Vec<u16>,
    /// The number of handshakes to refuse.
    refusals: usize,
}

/// A running receiver; it stops when dropped.
pub(crate) struct Receiver {
    url: String,
    memory: Arc<Mutex<Memory>>,
    handle: ServerHandle,
}

impl Receiver {
    pub(crate) fn start() -> Self {
        let memory = Arc::new(Mutex::new(Memory::default()));
        let data = Data::from(Arc::clone(&memory));
        let server = HttpServer::new(move || {
            App::new()
                .app_data(data.clone())
                .route("/hook", web::get().to(handshake))
                .route("/hook", web::post().to(receive))
        })
        .workers(1)
        .disable_signals()
        .bind(("127.0.0.1", 0))
        .unwrap();
        let url = format!("http://{}/hook", server.addrs()[0]);
        let server = server.run();
        let handle = server.handle();
        tokio::spawn(server);
        Self {
            url,
            memory,
            handle,
        }
    }

    /// Starts a sandbox that sends its webhooks to this receiver, with the handshake done.
    pub(crate) async fn sandbox(&self) -> Server {
        let server = Server::start();
        self.connect(&server).await;
        server.read("/webhook?verified=true&timeout_ms=10000").await;
        server
    }

    /// Makes a sandbox send its webhooks to this receiver.
    pub(crate) async fn connect(&self, server: &Server) {
        let webhook = json!({"url": self.url, "app_secret": SECRET, "verify_token": TOKEN});
        server.put("/webhook", webhook).await;
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    pub(crate) fn answer_with(&self, answers: &[u16]) {
        self.memory.lock().unwrap().answers = answers.to_vec();
    }

    pub(crate) fn refuse_handshakes(&self, times: usize) {
        self.memory.lock().unwrap().refusals = times;
    }

    pub(crate) fn handshakes(&self) -> usize {
        self.memory.lock().unwrap().handshakes
    }

    pub(crate) fn posts(&self) -> Vec<Post> {
        self.memory.lock().unwrap().posts.clone()
    }

    /// Returns all bodies.
    pub(crate) fn bodies(&self) -> Vec<Value> {
        self.posts().iter().map(Post::json).collect()
    }

    /// Returns all statuses, each with its change's value, in the order of arrival.
    pub(crate) fn statuses(&self) -> Vec<(Value, Value)> {
        let mut statuses = Vec::new();
        for body in self.bodies() {
            for value in values(&body) {
                for status in value["statuses"].as_array().into_iter().flatten() {
                    statuses.push((status.clone(), value.clone()));
                }
            }
        }
        statuses
    }

    /// Returns the names of all statuses, in the order of arrival.
    pub(crate) fn names(&self) -> Vec<String> {
        let statuses = self.statuses();
        let name = |(status, _): &(Value, Value)| status["status"].as_str().unwrap().to_owned();
        statuses.iter().map(name).collect()
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        drop(self.handle.stop(false));
    }
}

impl Post {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    /// Returns whether the signature covers exactly these bytes.
    pub(crate) fn is_signed(&self) -> bool {
        let mut mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).unwrap();
        mac.update(&self.body);
        let digest = mac.finalize().into_bytes();
        let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        self.signature.as_deref() == Some(&format!("sha256={hex}"))
    }
}

/// Returns the values of all changes of a body.
pub(crate) fn values(body: &Value) -> Vec<Value> {
    let entries = body["entry"].as_array().unwrap();
    let changes = entries
        .iter()
        .flat_map(|entry| entry["changes"].as_array().unwrap());
    changes.map(|change| change["value"].clone()).collect()
}

async fn handshake(
    memory: Data<Mutex<Memory>>,
    query: Query<std::collections::HashMap<String, String>>,
) -> HttpResponse {
    let memory = &mut *memory.lock().unwrap();
    memory.handshakes += 1;
    let known = query
        .get("hub.mode")
        .is_some_and(|mode| mode == "subscribe")
        && query
            .get("hub.verify_token")
            .is_some_and(|token| token == TOKEN);
    if !known || memory.handshakes <= memory.refusals {
        return HttpResponse::Forbidden().finish();
    }
    HttpResponse::Ok().body(query["hub.challenge"].clone())
}

async fn receive(memory: Data<Mutex<Memory>>, request: HttpRequest, body: Bytes) -> HttpResponse {
    let header = |name: &str| {
        let value = request.headers().get(name)?;
        Some(value.to_str().unwrap().to_owned())
    };
    let memory = &mut *memory.lock().unwrap();
    memory.posts.push(Post {
        body,
        signature: header("x-hub-signature-256"),
        user_agent: header("user-agent").unwrap_or_default(),
    });
    let status = if memory.answers.is_empty() {
        200
    } else {
        memory.answers.remove(0)
    };
    HttpResponse::build(status.try_into().unwrap()).finish()
}
