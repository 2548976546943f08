//! Servers that show what HTTP alone costs here: the same server library with nothing behind it
//! (echo), or with one outgoing call behind it (proxy). Each runs as a process of its own, as the
//! server does.

use std::time::Duration;

use actix_web::web::{self, Bytes, Data};
use actix_web::{App, HttpResponse, HttpServer};
use anyhow::Context as _;
use serde_json::json;

/// The kind of a bare server.
#[derive(Debug, Clone, clap::Subcommand)]
pub(crate) enum Peer {
    /// Answers with the body of the request.
    Echo,
    /// Passes the body on, and answers with the body of the answer.
    Proxy {
        /// The URL that is called.
        target: String,
    },
}

/// The URL that a proxy calls, and its client.
struct Target {
    url: String,
    client: reqwest::Client,
}

/// Serves until it is killed.
pub(crate) async fn run(peer: Peer) -> anyhow::Result<()> {
    let target = match peer {
        Peer::Echo => None,
        Peer::Proxy { target } => Some(Data::new(Target {
            url: target,
            client: client()?,
        })),
    };
    let server = HttpServer::new(move || match &target {
        None => App::new().default_service(web::to(echo)),
        Some(target) => App::new()
            .app_data(target.clone())
            .default_service(web::to(hand_on)),
    });
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    let server = server.workers(workers).bind("127.0.0.1:0")?;
    let address = server.addrs().first().copied().context("no address")?;
    println!("{}", json!({"listening": format!("http://{address}")}));
    server.run().await?;
    Ok(())
}

async fn echo(body: Bytes) -> HttpResponse {
    HttpResponse::Ok()
        .content_type("application/json")
        .body(body)
}

async fn hand_on(body: Bytes, target: Data<Target>) -> HttpResponse {
    let call = target.client.post(&target.url).body(body);
    let answered = async { call.send().await?.bytes().await };
    match answered.await {
        Ok(body) => HttpResponse::Ok()
            .content_type("application/json")
            .body(body),
        Err(_) => HttpResponse::BadGateway().finish(),
    }
}

/// Returns the client that a plain service would use: with a timeout, and without a proxy from the
/// environment.
fn client() -> anyhow::Result<reqwest::Client> {
    drop(rustls::crypto::ring::default_provider().install_default());
    let builder = reqwest::Client::builder()
        .no_proxy()
        .timeout(Duration::from_secs(10));
    Ok(builder.build()?)
}
