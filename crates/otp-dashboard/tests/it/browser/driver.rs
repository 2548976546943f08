//! A browser that is driven by WebDriver (W3C), with the commands of Chromium that the tests need.

use std::process::Stdio;

use fantoccini::key::Key;
use fantoccini::wd::WebDriverCompatibleCommand;
use fantoccini::{Client, ClientBuilder};
use hyper::Method;
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};
use url::{ParseError, Url};

/// The program that drives Chromium.
const DRIVER: &str = "chromedriver";

/// Precedes the port in the line that the program prints when it is ready.
const READY: &str = "started successfully on port ";

/// A browser with one window, without a person's settings. It must be closed at the end of a test.
pub(crate) struct Browser {
    pub(crate) client: Client,
    /// It is killed when it is dropped.
    _driver: Child,
}

impl Browser {
    pub(crate) async fn open() -> Self {
        let mut driver = Command::new(DRIVER)
            .arg("--port=0")
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap_or_else(|error| {
                panic!("{DRIVER} does not start ({error}); `cargo xtask test` installs it")
            });
        let output = driver.stdout.take().expect("its output");
        let mut lines = BufReader::new(output).lines();
        let port = loop {
            let line = lines.next_line().await.expect("a line");
            let line = line.expect("it names its port before it ends");
            if let Some((_, port)) = line.split_once(READY) {
                break port.trim_end_matches('.').to_owned();
            }
        };
        let capabilities = json!({
            "browserName": "chrome",
            "goog:chromeOptions": { "args": [
                "--headless",
                // As root, as in a container, Chromium has no sandbox; it shows only our own pages.
                "--no-sandbox",
                "--disable-gpu",
                // It ends with its driver, so none is left behind by a test that failed.
                "--remote-debugging-pipe",
                "--disable-dev-shm-usage",
                // No request but those of the pages.
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--lang=en",
            ] },
            "goog:loggingPrefs": { "browser": "ALL" },
        });
        let capabilities = capabilities.as_object().cloned().unwrap_or_default();
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities)
            .connect(&format!("http://127.0.0.1:{port}"))
            .await
            .expect("a session");
        Self {
            client,
            _driver: driver,
        }
    }

    pub(crate) async fn close(self) {
        self.client.close().await.expect("closed");
    }

    pub(crate) async fn goto(&self, url: &str) {
        self.client.goto(url).await.expect("a page");
    }

    /// Runs a script in the page and returns its result.
    pub(crate) async fn run(&self, script: &str) -> Value {
        let result = self.client.execute(script, Vec::new()).await;
        result.expect("a result")
    }

    /// Runs a script that calls its last argument with its result.
    pub(crate) async fn run_async(&self, script: &str) -> Value {
        let result = self.client.execute_async(script, Vec::new()).await;
        result.expect("a result")
    }

    /// Runs a script at the beginning of each page from now on, before those of the page.
    pub(crate) async fn run_on_each_page(&self, script: &str) {
        let parameters = json!({ "source": script });
        self.command("Page.addScriptToEvaluateOnNewDocument", parameters)
            .await;
    }

    /// Presses keys, each in the element that has the focus by then.
    pub(crate) async fn press(&self, keys: &[Key]) {
        for key in keys {
            let focused = self.client.active_element().await.expect("an element");
            let key = char::from(*key).to_string();
            focused.send_keys(&key).await.expect("a key");
        }
    }

    pub(crate) async fn prefer_scheme(&self, scheme: &str) {
        let features = json!([{ "name": "prefers-color-scheme", "value": scheme }]);
        self.emulate("setEmulatedMedia", json!({ "features": features }))
            .await;
    }

    pub(crate) async fn be_as_wide_as(&self, width: u32) {
        let metrics =
            json!({ "width": width, "height": 640, "deviceScaleFactor": 1, "mobile": false });
        self.emulate("setDeviceMetricsOverride", metrics).await;
    }

    /// Returns the lines of the console since the last call.
    pub(crate) async fn console(&self) -> Vec<String> {
        let lines = self.post("se/log", json!({ "type": "browser" })).await;
        let lines = lines.as_array().cloned().unwrap_or_default().into_iter();
        lines.map(|line| line["message"].to_string()).collect()
    }

    /// Returns the cookies, each as `name=value`.
    pub(crate) async fn cookies(&self) -> Vec<String> {
        let cookies = self.client.get_all_cookies().await.expect("cookies");
        let cookies = cookies.iter();
        cookies
            .map(|cookie| format!("{}={}", cookie.name(), cookie.value()))
            .collect()
    }

    async fn emulate(&self, command: &str, parameters: Value) {
        self.command(&format!("Emulation.{command}"), parameters)
            .await;
    }

    /// Sends a command of the Chrome DevTools Protocol.
    async fn command(&self, command: &str, parameters: Value) {
        let body = json!({ "cmd": command, "params": parameters });
        self.post("goog/cdp/execute", body).await;
    }

    async fn post(&self, path: &'static str, body: Value) -> Value {
        let answer = self.client.issue_cmd(Post { path, body }).await;
        answer.expect("an answer")
    }
}

/// A command of Chromium's driver that is not part of WebDriver.
#[derive(Debug)]
struct Post {
    path: &'static str,
    body: Value,
}

impl WebDriverCompatibleCommand for Post {
    fn endpoint(&self, base: &Url, session: Option<&str>) -> Result<Url, ParseError> {
        base.join(&format!(
            "session/{}/{}",
            session.unwrap_or_default(),
            self.path
        ))
    }

    fn method_and_body(&self, _: &Url) -> (Method, Option<String>) {
        (Method::POST, Some(self.body.to_string()))
    }
}
