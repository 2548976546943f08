//! The public pages of the built server: their samples and commands run, and their links lead somewhere.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use otp_e2e::world::{answer, client};
use otp_e2e::{Database, Running, World};
use reqwest::header::ACCEPT_LANGUAGE;
use reqwest::redirect::Policy;
use serde_json::Value;

/// The address of the gateway in the texts.
const PLACEHOLDER: &str = "https://otp.example.com";

/// The ending of the programs in each language, and what runs them. Node takes an ES module by its ending.
const LANGUAGES: [(&str, &str, &str); 4] = [
    ("sh", "sh", "sh"),
    ("js", "node", "mjs"),
    ("py", "python3", "py"),
    ("php", "php", "php"),
];

const PAGES: [&str; 8] = [
    "start",
    "send",
    "check",
    "verifications",
    "webhooks",
    "errors",
    "test-numbers",
    "limits",
];

fn guide() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/otp-dashboard/guide")
}

/// A new test key of the account.
fn test_key(world: &World, name: &str) -> String {
    let created = world.create_test_key(name);
    created["apiKey"].as_str().expect("a key").to_owned()
}

/// Runs a text as a program.
fn run(program: &str, ending: &str, text: &str, environment: &[(&str, &str)]) -> Output {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join(format!("sample.{ending}"));
    std::fs::write(&file, text).expect("written");
    let mut command = Command::new(program);
    command.arg(&file).envs(environment.iter().copied());
    let output = command.current_dir(folder.path()).output();
    output.expect("cargo xtask test installs the languages")
}

/// Runs a sample that is to succeed, and returns what it prints.
fn run_sample(
    server: &Running,
    (ending, program, file_ending): (&str, &str, &str),
    name: &str,
    environment: &[(&str, &str)],
) -> Value {
    let path = guide().join(format!("samples/{name}.{ending}"));
    let text = std::fs::read_to_string(path).expect("a sample");
    let text = text.replace(PLACEHOLDER, server.url());
    // Test numbers, whose codes are known. Each program has its own, or they would meet each other's cooldowns.
    let index = LANGUAGES.iter().position(|language| language.0 == ending);
    let index = index.expect("a language") + if name == "send" { 0 } else { 4 };
    let text = text.replace("+966551234567", &format!("+1202555017{index}"));
    let output = run(program, file_ending, &text, environment);
    let printed = String::from_utf8_lossy(&output.stdout);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "{name}.{ending}: {printed}{errors}"
    );
    let line = printed.lines().next().unwrap_or_default();
    serde_json::from_str(line).unwrap_or_else(|_| panic!("{name}.{ending}: {printed}"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_sample_runs_in_every_language() {
    let world = World::with_credits(Database::sqlite(), 10).await;
    let server = world.serve();
    for language in LANGUAGES {
        let key = test_key(&world, language.0);
        let with_key = ("OTP_KEY", key.as_str());
        let sent = run_sample(&server, language, "send", &[with_key]);
        assert_eq!(sent["messageStatus"], "Sent", "{language:?}");
        let id = sent["id"].as_str().expect("an id");
        let checked = run_sample(&server, language, "check", &[with_key, ("MESSAGE_ID", id)]);
        assert_eq!(checked["id"], id, "{language:?}: {checked}");
        let created = run_sample(&server, language, "verify-create", &[with_key]);
        let id = created["id"].as_str().expect("an id");
        let typed = [with_key, ("VERIFICATION_ID", id), ("CODE", "424242")];
        let approved = run_sample(&server, language, "verify-check", &typed);
        assert_eq!(approved["status"], "Approved", "{language:?}: {approved}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sample_shows_why_a_call_was_refused() {
    let world = World::bare(Database::sqlite()).await;
    let server = world.serve();
    for (ending, program, file_ending) in LANGUAGES {
        let path = guide().join(format!("samples/send.{ending}"));
        let text = std::fs::read_to_string(path).expect("a sample");
        let text = text.replace(PLACEHOLDER, server.url());
        let unknown = format!("otp_live_{}", "x".repeat(43));
        let output = run(program, file_ending, &text, &[("OTP_KEY", &unknown)]);
        let printed = [output.stdout, output.stderr].concat();
        let printed = String::from_utf8_lossy(&printed);
        assert!(!output.status.success(), "{ending}: {printed}");
        assert!(printed.contains("ApiKeyNotFound"), "{ending}: {printed}");
    }
}

/// The blocks of commands of a page, in order.
fn commands(language: &str, page: &str) -> Vec<String> {
    let path = guide().join(format!("{language}/{page}.md"));
    let text = std::fs::read_to_string(path).expect("a page");
    let blocks = text.split("\n```sh\n").skip(1);
    let blocks = blocks.map(|rest| rest.split_once("\n```").expect("its end").0.to_owned());
    blocks.collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_command_of_the_guide_runs() {
    let world = World::with_credits(Database::sqlite(), 10).await;
    let server = world.serve();
    let mut ran = 0;
    // The commands are the same in both languages, and would meet each other's cooldowns.
    for page in PAGES {
        let english = commands("en", page);
        assert_eq!(english, commands("ar", page), "{page}");
        let key = test_key(&world, page);
        for block in english {
            let script = block.replace(PLACEHOLDER, server.url());
            let output = run(
                "sh",
                "sh",
                &format!("set -e\n{script}\n"),
                &[("OTP_KEY", &key)],
            );
            let printed = String::from_utf8_lossy(&output.stdout);
            let errors = String::from_utf8_lossy(&output.stderr);
            assert!(
                output.status.success(),
                "{page}: {block}\n{printed}{errors}"
            );
            assert!(
                !printed.contains("errorMessage"),
                "{page}: {block}\n{printed}"
            );
            ran += 1;
        }
    }
    assert!(ran > 0, "the guide has commands");
}

/// The values of an attribute.
fn values<'a>(html: &'a str, attribute: &str) -> Vec<&'a str> {
    let mark = format!(" {attribute}=\"");
    let values = html.split(mark.as_str()).skip(1);
    values.filter_map(|rest| rest.split('"').next()).collect()
}

/// Everything of a site that pages for everybody lead to: the path, and its text.
async fn crawled(server: &Running, language: &str) -> (BTreeMap<String, String>, BTreeSet<String>) {
    let browser = reqwest::Client::builder()
        .no_proxy()
        .redirect(Policy::none());
    let browser = browser.build().expect("a client");
    let mut links = BTreeSet::new();
    let mut pages = BTreeMap::new();
    let mut waiting = vec!["/".to_owned()];
    while let Some(path) = waiting.pop() {
        if pages.contains_key(&path) {
            continue;
        }
        let request = browser.get(format!("{}{path}", server.url()));
        let request = request.header(ACCEPT_LANGUAGE, language);
        let answer = request.send().await.expect("an answer");
        let status = answer.status().as_u16();
        // A page for people who are signed in leads to the page of sign-in.
        assert!(matches!(status, 200 | 302 | 303), "{path}: {status}");
        let type_ = answer.headers().get("content-type");
        let is_page = type_.is_some_and(|type_| type_.as_bytes().starts_with(b"text/html"));
        let text = answer.text().await.unwrap_or_default();
        if is_page {
            let targets = [
                values(&text, "href"),
                values(&text, "src"),
                values(&text, "action"),
            ];
            for target in targets.concat() {
                if target.starts_with("?lang=") {
                    continue;
                }
                assert!(
                    target.starts_with('/')
                        || target.starts_with('#')
                        || target.starts_with("https://"),
                    "{path} leads to {target}"
                );
                let absolute = match target.starts_with('#') {
                    true => format!("{path}{target}"),
                    false => target.to_owned(),
                };
                if absolute.starts_with('/') {
                    waiting.push(absolute.split('#').next().unwrap_or_default().to_owned());
                    links.insert(absolute);
                }
            }
        }
        pages.insert(path, text);
    }
    (pages, links)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_link_of_a_public_page_is_dead() {
    let mut world = World::bare(Database::sqlite()).await;
    world.send_mail();
    let server = world.serve();
    for language in ["en", "ar"] {
        let (pages, links) = crawled(&server, language).await;
        assert!(pages.len() > 15, "{:?}", pages.keys());
        for link in &links {
            if let Some((path, place)) = link.split_once('#') {
                let id = format!(" id=\"{place}\"");
                assert!(pages[path].contains(&id), "{language}: {link}");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_error_leads_to_its_description() {
    let mut world = World::bare(Database::sqlite()).await;
    for has_pages in [true, false] {
        world.set("DASHBOARD__ENABLED", &has_pages.to_string());
        let server = world.serve();
        let url = server.url();
        let unknown = format!("{url}/v1/messages/00000000-0000-7000-8000-000000000000");
        let json = "application/problem+json";
        let requests = [
            (
                client().post(format!("{url}/SendMessage")),
                "ApiKeyIsRequired",
            ),
            (
                world.post(&server, "/SendMessage").json(&1),
                "MalformedRequestBody",
            ),
            (
                client().get(unknown).header("X-Api-Key", &world.api_key),
                "MessageNotFound",
            ),
            (
                client().get(format!("{url}/SendMessage")),
                "MethodNotAllowed",
            ),
            (client().get(format!("{url}/nothing")), "NotFound"),
        ];
        for (request, code) in requests {
            let problem = answer(request.try_clone().expect("a copy").header("Accept", json)).await;
            let refused = request.send().await.expect("an answer");
            let link = refused
                .headers()
                .get("link")
                .map(|link| link.to_str().expect("text"));
            let Some(link) = link else {
                // The reference describes the errors of operations only.
                assert!(!has_pages && code == "NotFound", "{code} has no link");
                continue;
            };
            let (target, relation) = link.split_once(">; ").expect("a link");
            let target = target.strip_prefix('<').expect("a link");
            assert_eq!(relation, "rel=\"help\"");
            let (path, place) = target.split_once('#').expect("a place");
            assert_eq!(path, if has_pages { "/guide/errors" } else { "/docs" });
            assert!(place.ends_with(code), "{place}");
            if let Some(named) = problem.body["type"].as_str() {
                assert_eq!(named, target);
            }
            let page = client().get(format!("{url}{path}")).send().await;
            let page = page.expect("an answer").text().await.expect("a page");
            assert!(page.contains(&format!(" id=\"{place}\"")), "{target}");
        }
    }
}
