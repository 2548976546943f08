//! A sandbox on a real port, and the requests that most tests make.

use std::{net::SocketAddr, sync::Once, time::Duration};

use actix_web::{App, HttpServer, dev::ServerHandle, web};
use reqwest::{Client, Method, RequestBuilder, Response};
use serde_json::{Value, json};
use whatsapp_sandbox::{
    DEFAULT_PHONE_NUMBER_ID, DEFAULT_TEMPLATE_NAME, DEFAULT_WABA_ID, Sandbox, SandboxOptions,
};

pub(crate) const PHONE: &str = DEFAULT_PHONE_NUMBER_ID;
pub(crate) const WABA: &str = DEFAULT_WABA_ID;
/// A number without a special behaviour.
pub(crate) const RECIPIENT: &str = "+966512345678";

/// A running sandbox; it stops when dropped.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    pub(crate) sandbox: Sandbox,
    pub(crate) client: Client,
    prefix: &'static str,
    handle: ServerHandle,
}

impl Server {
    /// Returns the options of most tests: nothing takes time.
    pub(crate) fn options() -> SandboxOptions {
        SandboxOptions {
            pace: 0.0,
            ..SandboxOptions::default()
        }
    }

    pub(crate) fn start() -> Self {
        Self::with(Self::options())
    }

    /// Mounts the sandbox at a prefix, as a larger server does.
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

    /// Returns a Graph request with a token.
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

    /// Sends this body to the messages route.
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

    /// Posts to the control API, which has to answer 200.
    pub(crate) async fn act(&self, path: &str, body: Value) -> Value {
        let (status, answer) = self.control(Method::POST, path, body).await;
        assert_eq!(status, 200, "{path}: {answer}");
        answer
    }

    /// Reads from the control API, which has to answer 200.
    pub(crate) async fn read(&self, path: &str) -> Value {
        let (status, body) = self.control(Method::GET, path, Value::Null).await;
        assert_eq!(status, 200, "{path}: {body}");
        body
    }

    pub(crate) async fn put(&self, path: &str, body: Value) -> Value {
        let (status, body) = self.control(Method::PUT, path, body).await;
        assert_eq!(status, 200, "{path}: {body}");
        body
    }

    /// Returns the codes on a phone, oldest first.
    pub(crate) async fn codes(&self, number: &str) -> Vec<String> {
        let phone = self.read(&format!("/phones/{number}/messages")).await;
        let messages = phone["messages"].as_array().unwrap();
        messages
            .iter()
            .map(|message| message["code"].as_str().unwrap().to_owned())
            .collect()
    }

    /// Returns the latest call to a number.
    pub(crate) async fn call_to(&self, number: &str) -> Value {
        let calls = self
            .read(&format!("/calls?to={}", number.replace('+', "%2B")))
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
        // The command is sent when this returns; the test need not wait for the end.
        drop(self.handle.stop(false));
    }
}

/// Returns the message that a sender of passcodes sends.
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

/// Checks Meta's error shape and returns status and code.
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
        // Only this crate runs in the process, so no other provider is installed.
        let _ = rustls::crypto::ring::default_provider().install_default();
    });
    Client::builder()
        .timeout(Duration::from_secs(20))
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .build()
        .unwrap()
}
