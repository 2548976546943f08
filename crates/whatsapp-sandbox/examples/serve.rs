//! Serves a sandbox on its own: `cargo run -p whatsapp-sandbox --example serve -- 8081`.

use actix_web::{App, HttpServer};
use whatsapp_sandbox::{Sandbox, SandboxOptions};

#[tokio::main]
#[expect(clippy::print_stdout, reason = "a person reads where the page is")]
async fn main() -> std::io::Result<()> {
    let port = std::env::args()
        .nth(1)
        .and_then(|port| port.parse().ok())
        .unwrap_or(8081_u16);
    let sandbox = Sandbox::new(SandboxOptions::default());
    let routes = sandbox.configure();
    // An open page would keep the server from stopping; nobody here needs a long goodbye.
    let server = HttpServer::new(move || App::new().configure(routes.clone()))
        .shutdown_timeout(1)
        .bind(("127.0.0.1", port))?;
    println!("phones:    http://127.0.0.1:{port}/");
    println!(
        "Cloud API: http://127.0.0.1:{port}/v26.0/{}",
        whatsapp_sandbox::DEFAULT_PHONE_NUMBER_ID
    );
    server.run().await
}
