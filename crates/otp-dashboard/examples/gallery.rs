//! Serves the gallery: `cargo run -p otp-dashboard --example gallery`, then open the printed address.

use std::net::TcpListener;

use actix_web::middleware::from_fn;
use actix_web::{App, HttpServer};
use otp_dashboard::{Dashboard, DashboardOptions, gallery};
use otp_edge::envelope;

#[actix_web::main]
#[expect(
    clippy::print_stdout,
    reason = "it is a program that prints its address"
)]
async fn main() -> std::io::Result<()> {
    // The first argument may name another address; port 0 is any free one.
    let address = std::env::args().nth(1);
    let listener = TcpListener::bind(address.as_deref().unwrap_or("127.0.0.1:8090"))?;
    println!("http://localhost:{}/gallery", listener.local_addr()?.port());
    let dashboard = Dashboard::new(DashboardOptions::default());
    let serve = move || {
        let pages = gallery::configure(&dashboard);
        App::new().wrap(from_fn(envelope)).configure(pages)
    };
    HttpServer::new(serve)
        .workers(1)
        .listen(listener)?
        .run()
        .await
}
