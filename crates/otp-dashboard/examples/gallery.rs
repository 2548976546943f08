//! Serves the gallery: `cargo run -p otp-dashboard --example gallery`, then open the printed address.

use std::net::TcpListener;

use otp_dashboard::{Dashboard, DashboardOptions, gallery};

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
    gallery::serve(dashboard, listener)?.await
}
