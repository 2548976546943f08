//! `sandbox`: the WhatsApp sandbox alone, for gateways and tests elsewhere on the machine.

use actix_web::{App, HttpServer};
use otp_core::opt_out::ConsentRequest;
use serde_json::json;
use whatsapp_sandbox::{ConsentReply, Sandbox, SandboxOptions};

use crate::gateway::{StopSignals, listen};
use crate::output::{self, Answer};

pub(super) async fn run(port: u16, json: bool) -> anyhow::Result<Answer> {
    let signals = StopSignals::catch()?;
    let listener = listen(([127, 0, 0, 1], port).into())?;
    let url = format!("http://{}", listener.local_addr()?);
    let sandbox = Sandbox::new(SandboxOptions {
        read_consent: Some(read_consent),
        ..SandboxOptions::default()
    });
    let routes = sandbox.configure();
    let server = HttpServer::new(move || App::new().configure(routes.clone()))
        .disable_signals()
        .listen(listener)?
        .run();
    let text = format!(
        "WhatsApp sandbox on {url}\n\n\
         the phone           {url}/\n\
         as the Cloud API    whatsapp.base_url = \"{url}\"\n\
         phone number id     {}\n\
         WABA id             {}\n\
         access token        any",
        whatsapp_sandbox::DEFAULT_PHONE_NUMBER_ID,
        whatsapp_sandbox::DEFAULT_WABA_ID,
    );
    output::print(&Answer::new(json!({"listening": url}), text), json);
    let handle = server.handle();
    let serving = tokio::spawn(server);
    signals.received().await;
    sandbox.close();
    output::note(
        "stopping: waiting for requests under way, at most 30 s; Ctrl-C again ends at once",
        json,
    );
    let stopped = async {
        handle.stop(true).await;
        serving.await
    };
    signals.or_end_at_once(stopped).await???;
    Ok(Answer::new(json!({"stopped": true}), "stopped"))
}

/// Reads a reply on a phone of the sandbox by the gateway's own rule.
pub(super) fn read_consent(reply: &str) -> Option<ConsentReply> {
    ConsentRequest::of_text(reply).map(|request| match request {
        ConsentRequest::Stop => ConsentReply::Stop,
        ConsentRequest::Start => ConsentReply::Start,
    })
}
