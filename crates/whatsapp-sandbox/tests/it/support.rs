//! A sandbox behind a real port, and the requests most tests make.

use std::{net::SocketAddr, sync::Once, time::Duration};

use actix_web::{App, HttpServer, dev::ServerHandle, web};
use reqwest::{Client, Method, RequestBuilder, Response};
use serde_json::{Value, json};
use whatsapp_sandbox::{
    DEFAULT_PHONE_NUMBER_ID, DEFAULT_TEMPLATE_NAME, DEFAULT_WABA_ID, Sandbox, SandboxOptions,
};

pub(crate) const PHONE: &str = DEFAULT_PHONE_NUMBER_ID;
pub(crate) const WABA: &str = DEFAULT_WABA_ID;
/// A number without a behaviour of its own.
pub(crate) const ANYBODY: &str = "+966512345678";

/// A running sandbox; it stops when dropped.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    pub(crate) sandbox: Sandbox,
    pub(crate) client: Client,
    prefix: &'static str,
    handle: ServerHandle,
}

impl Server {
    /// Options for tests: the numbers that are slow answer at once.
    pub(crate) fn options() -> SandboxOptions {
        SandboxOptions {
            seed: Some(1),
            pace: 0.0,
            ..SandboxOptions::default()
        }
    }

    pub(crate) fn start() -> Self {
        Self::with(Self::options())
    }

    /// Below a prefix, as a bigger server mounts it.
    pub(crate) fn with(options: SandboxOptions) -> Self {
        Self::mounted("/some/sandbox", options)
    }

    pub(crate) fn mounted(prefix: &'static str, options: SandboxOptions) -> Self {
        let sandbox = Sandbox::new(options);
        let routes = sandbox.configure();
        let server = HttpServer::new(move || {
            let app = App::new();
            if prefix.is_empty() {
                app.configure(routes.clone())
            } else {
                app.service(web::scope(prefix).configure(routes.clone()))
            }
        })
        .workers(2)
        .disable_signals()
        .bind(("127.0.0.1", 0))
        .unwrap();
        let address = server.addrs()[0];
        let server = server.run();
        let handle = server.handle();
        tokio::spawn(server);
        Self {
            address,
            sandbox,
            client: client(),
            prefix,
            handle,
        }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{}{path}", self.address, self.prefix)
    }

    /// A Graph request with a token.
    pub(crate) fn graph(&self, method: Method, path: &str) -> RequestBuilder {
        self.client
            .request(method, self.url(&format!("/v26.0/{path}")))
            .bearer_auth("token")
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> (u16, Value) {
        answer(
            self.graph(Method::POST, path)
                .json(body)
                .send()
                .await
                .unwrap(),
        )
        .await
    }

    pub(crate) async fn get(&self, path: &str) -> (u16, Value) {
        answer(self.graph(Method::GET, path).send().await.unwrap()).await
    }

    pub(crate) async fn delete(&self, path: &str) -> (u16, Value) {
        answer(self.graph(Method::DELETE, path).send().await.unwrap()).await
    }

    /// Sends a message body as it is.
    pub(crate) async fn send(&self, message: &Value) -> (u16, Value) {
        self.post(&format!("{PHONE}/messages"), message).await
    }

    /// Sends the code 123456 in English.
    pub(crate) async fn send_to(&self, to: &str) -> (u16, Value) {
        self.send(&message(to)).await
    }

    pub(crate) async fn control(&self, method: Method, path: &str, body: Value) -> (u16, Value) {
        let request = self
            .client
            .request(method, self.url(&format!("/control{path}")));
        let request = if body.is_null() {
            request
        } else {
            request.json(&body)
        };
        answer(request.send().await.unwrap()).await
    }

    /// Reads from the control API what must be there.
    pub(crate) async fn look(&self, path: &str) -> Value {
        let (status, body) = self.control(Method::GET, path, Value::Null).await;
        assert_eq!(status, 200, "{path}: {body}");
        body
    }

    pub(crate) async fn put(&self, path: &str, body: Value) -> Value {
        let (status, body) = self.control(Method::PUT, path, body).await;
        assert_eq!(status, 200, "{path}: {body}");
        body
    }

    /// The codes on a phone, oldest first.
    pub(crate) async fn codes(&self, number: &str) -> Vec<String> {
        let phone = self.look(&format!("/phones/{number}/messages")).await;
        let messages = phone["messages"].as_array().unwrap();
        messages
            .iter()
            .map(|message| message["code"].as_str().unwrap().to_owned())
            .collect()
    }

    /// The latest call to a number.
    pub(crate) async fn call_to(&self, number: &str) -> Value {
        let calls = self
            .look(&format!("/calls?to={}", number.replace('+', "%2B")))
            .await;
        calls["calls"]
            .as_array()
            .unwrap()
            .last()
            .cloned()
            .unwrap_or(Value::Null)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.sandbox.close();
        // The command is on its way when this returns; nobody waits for its end.
        drop(self.handle.stop(false));
    }
}

/// What the gateway's kind of client sends for a passcode.
pub(crate) fn message(to: &str) -> Value {
    message_with(to, "en", "123456")
}

pub(crate) fn message_with(to: &str, language: &str, code: &str) -> Value {
    json!({
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "to": to,
        "type": "template",
        "biz_opaque_callback_data": format!("for {to}"),
        "template": {
            "name": DEFAULT_TEMPLATE_NAME,
            "language": {"code": language},
            "components": [
                {"type": "body", "parameters": [{"type": "text", "text": code}]},
                {"type": "button", "sub_type": "url", "index": "0",
                 "parameters": [{"type": "text", "text": code}]},
            ],
        },
    })
}

pub(crate) async fn answer(response: Response) -> (u16, Value) {
    let status = response.status().as_u16();
    let text = response.text().await.unwrap();
    (
        status,
        serde_json::from_str(&text).unwrap_or(Value::String(text)),
    )
}

/// Checks Meta's error shape and gives back status and code.
pub(crate) fn error((status, body): (u16, Value)) -> (u16, u64) {
    let error = &body["error"];
    assert!(error["message"].is_string(), "{body}");
    assert!(error["type"].is_string(), "{body}");
    assert!(error["fbtrace_id"].is_string(), "{body}");
    if !error["error_data"].is_null() {
        assert_eq!(error["error_data"]["messaging_product"], "whatsapp");
        assert!(error["error_data"]["details"].is_string());
    }
    (status, error["code"].as_u64().unwrap())
}

fn client() -> Client {
    static PROVIDER: Once = Once::new();
    PROVIDER.call_once(|| {
        // Another test crate in this process cannot have installed one.
        let _ = rustls::crypto::ring::default_provider().install_default();
    });
    Client::builder()
        .timeout(Duration::from_secs(20))
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .build()
        .unwrap()
}
