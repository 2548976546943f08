//! `sandbox`: the WhatsApp sandbox alone, for gateways and tests elsewhere on the machine.

use actix_web::{App, HttpServer};
use otp_core::opt_out::ConsentRequest;
use serde_json::json;
use whatsapp_sandbox::{ConsentReply, Sandbox, SandboxOptions};

use crate::gateway::{StopSignals, listen};
use crate::output::{self, Answer};

pub(super) async fn run(port: u16, mail_port: Option<u16>, json: bool) -> anyhow::Result<Answer> {
    let signals = StopSignals::catch()?;
    let listener = listen(([127, 0, 0, 1], port).into())?;
    let url = format!("http://{}", listener.local_addr()?);
    let sandbox = Sandbox::new(SandboxOptions {
        read_consent: Some(read_consent),
        ..SandboxOptions::default()
    });
    let smtp_url = mail_port
        .map(|port| receive_mail(&sandbox, port))
        .transpose()?;
    let routes = sandbox.configure();
    let server = HttpServer::new(move || App::new().configure(routes.clone()))
        .disable_signals()
        .listen(listener)?
        .run();
    let mut text = format!(
        "WhatsApp sandbox on {url}\n\n\
         the phone           {url}/\n\
         as the Cloud API    whatsapp.base_url = \"{url}\"\n\
         phone number id     {}\n\
         WABA id             {}\n\
         access token        any",
        whatsapp_sandbox::DEFAULT_PHONE_NUMBER_ID,
        whatsapp_sandbox::DEFAULT_WABA_ID,
    );
    let mut object = json!({"listening": url});
    if let Some(smtp_url) = smtp_url {
        text.push_str(&format!("\nas the mail server  smtp.url = \"{smtp_url}\""));
        object["smtpUrl"] = json!(smtp_url);
    }
    output::print(&Answer::new(object, text), json);
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

/// Receives mail on a port of this machine, and returns the value of `smtp.url` for it.
pub(super) fn receive_mail(sandbox: &Sandbox, port: u16) -> anyhow::Result<String> {
    let listener = listen(([127, 0, 0, 1], port).into())?;
    let address = listener.local_addr()?;
    sandbox.receive_mail(listener)?;
    Ok(format!("smtp://{address}?tls=none"))
}

/// Reads a reply on a phone of the sandbox by the gateway's own rule.
pub(super) fn read_consent(reply: &str) -> Option<ConsentReply> {
    ConsentRequest::of_text(reply).map(|request| match request {
        ConsentRequest::Stop => ConsentReply::Stop,
        ConsentRequest::Start => ConsentReply::Start,
    })
}
