//! HTTPS from the server itself: TLS 1.3 and nothing older.

use otp_e2e::{Database, World};
use reqwest::tls::Version;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_server_speaks_tls_1_3_only() {
    let mut world = World::bare(Database::sqlite()).await;
    let folder = tempfile::tempdir().expect("a folder");
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate");
    for (name, pem) in [
        ("cert", made.cert.pem()),
        ("key", made.signing_key.serialize_pem()),
    ] {
        let path = folder.path().join(name);
        std::fs::write(&path, pem).expect("written");
        world.set(
            &format!("HTTP__TLS__{}", name.to_uppercase()),
            path.to_str().expect("Unicode"),
        );
    }
    let server = world.serve();
    assert!(server.url().starts_with("https://"), "{}", server.url());
    let url = format!(
        "{}/health/live",
        server.url().replace("127.0.0.1", "localhost")
    );
    let get = async |version| {
        otp_e2e::world::client(); // installs the TLS provider
        let root =
            reqwest::Certificate::from_pem(made.cert.pem().as_bytes()).expect("a certificate");
        let builder = reqwest::Client::builder().no_proxy().tls_certs_only([root]);
        let client = builder
            .tls_version_min(version)
            .tls_version_max(version)
            .build();
        client.expect("a client").get(&url).send().await
    };
    assert_eq!(
        get(Version::TLS_1_3).await.expect("an answer").status(),
        200
    );
    let refused = get(Version::TLS_1_2).await.expect_err("refused");
    assert!(refused.is_connect(), "{refused:?}");
    let plain = otp_e2e::world::client()
        .get(url.replace("https", "http"))
        .send()
        .await;
    assert!(
        !plain.is_ok_and(|answer| answer.status().is_success()),
        "plain HTTP is refused"
    );
}
