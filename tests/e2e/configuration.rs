//! Failed starts end with one clear line and exit code 2: bad settings, an unreachable database, a
//! schema that is too new, a port in use.

use std::time::Duration;

use otp_e2e::world::client;
use otp_e2e::{Database, Ended, Running, World, on_every_store, process};

on_every_store! {
    a_command_names_its_database_and_creates_none;
    a_port_in_use_is_refused;
    another_master_key_is_refused_at_the_start;
    pending_migrations_can_be_refused;
}

#[track_caller]
fn assert_refused(ended: &Ended, words: &[&str]) {
    assert_eq!(ended.code, 2, "{}", ended.stderr);
    assert_eq!(ended.errors().len(), 1, "{}", ended.stderr);
    for word in words {
        assert!(
            ended.stderr.contains(word),
            "{word:?} is missing: {}",
            ended.stderr
        );
    }
}

fn serve(variables: &[(&str, &str)]) -> Ended {
    let key = (
        "SECURITY__MASTER_KEY",
        "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=",
    );
    let variables: Vec<_> = [&[key, ("HTTP__BIND", "127.0.0.1:0")], variables]
        .concat()
        .iter()
        .map(|(name, value)| (format!("OTP__{name}"), (*value).to_owned()))
        .collect();
    process::run(&["serve"], &variables, "")
}

#[test]
fn bad_settings_are_named() {
    assert_refused(
        &serve(&[("HTTP__BIND", "nowhere")]),
        &["http.bind", "OTP__HTTP__BIND"],
    );
    assert_refused(&serve(&[("HTTP__BNID", "x")]), &["http.bnid", "http.bind"]);
    assert_refused(
        &serve(&[("SECURITY__MASTER_KEY", "c2hvcnQ=")]),
        &["security.master_key"],
    );
    assert_refused(
        &serve(&[("SECURITY__MASTER_KEY", "")]),
        &["security.master_key", "new-master-key"],
    );
    let ended = process::run(&["serve", "--config", "/nowhere/otp.toml"], &[], "");
    assert_refused(&ended, &["/nowhere/otp.toml"]);
}

#[test]
fn an_unreachable_database_is_named_without_its_password() {
    let unused = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = unused.local_addr().expect("an address").port();
    drop(unused);
    let url = format!("postgres://otp:hunter2@127.0.0.1:{port}/otp");
    let ended = serve(&[("DATABASE__URL", &url)]);
    assert_refused(&ended, &["127.0.0.1"]);
    let named = format!("database: postgres://otp@127.0.0.1:{port}/otp\n");
    assert!(ended.stderr.starts_with(&named), "{}", ended.stderr);
    assert!(!ended.stderr.contains("hunter2"), "{}", ended.stderr);
    assert_refused(
        &serve(&[("DATABASE__URL", "sqlite:///nowhere/otp.db")]),
        &["/nowhere/otp.db"],
    );
    assert_refused(
        &serve(&[("DATABASE__URL", "sqlite:///etc/passwd")]),
        &["/etc/passwd"],
    );
}

#[test]
fn unreadable_certificates_are_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let database = format!("sqlite://{}", folder.path().join("otp.db").display());
    let tls = [
        ("DATABASE__URL", database.as_str()),
        ("HTTP__TLS__CERT", "/nowhere/cert.pem"),
        ("HTTP__TLS__KEY", "/nowhere/key.pem"),
    ];
    assert_refused(&serve(&tls), &["http.tls.cert", "/nowhere/cert.pem"]);
}

/// A newer program applied a migration that this one does not know.
const NEWER: &str = "INSERT INTO __diesel_schema_migrations (version) VALUES ('20991231000000')";

/// That migration removed something which this program needs.
const CONTRACTED: &str = "UPDATE schema_support SET oldest_version = '20991231000000'";

/// The longest time that a test waits for an event.
const PATIENCE: Duration = Duration::from_secs(20);

async fn ready(server: &Running) -> u16 {
    let url = format!("{}/health/ready", server.url());
    let answer = client().get(url).send().await.expect("an answer");
    answer.status().as_u16()
}

/// A newer schema is used as long as it serves the program, and then refused by every command.
async fn a_newer_schema_is_used_while_it_serves_the_program(
    world: World,
    mut execute: impl AsyncFnMut(&'static str),
) {
    execute(NEWER).await;
    world.command(&["account", "list"]);
    world.command(&["migrate"]);
    let server = world.serve();
    assert_eq!(ready(&server).await, 200);
    execute(CONTRACTED).await;
    // One check of the schema answers for half a second.
    let not_ready = async {
        while ready(&server).await != 503 {
            otp_e2e::pause_between_polls().await;
        }
    };
    let not_ready = tokio::time::timeout(PATIENCE, not_ready).await;
    not_ready.expect("the server stays ready");
    drop(server);
    assert_refused(&world.try_command(&["serve"]), &["newer"]);
    assert_refused(&world.try_command(&["serve", "--no-migrate"]), &["newer"]);
    assert_refused(&world.try_command(&["migrate"]), &["newer"]);
    assert_refused(&world.try_command(&["account", "list"]), &["newer"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_newer_schema_is_used_while_it_serves_the_program_on_sqlite() {
    let world = World::bare(Database::sqlite()).await;
    let Database::Sqlite(folder) = &world.database else {
        unreachable!("the world was created on SQLite")
    };
    use diesel::Connection as _;
    use diesel::connection::SimpleConnection as _;
    let path = folder.path().join("otp.db");
    let path = path.to_str().expect("Unicode");
    let mut connection = diesel::SqliteConnection::establish(path).expect("opened");
    a_newer_schema_is_used_while_it_serves_the_program(world, async |statement| {
        connection.batch_execute(statement).expect("written");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_newer_schema_is_used_while_it_serves_the_program_on_postgres() {
    let world = World::bare(Database::postgres()).await;
    let (client, connection) =
        tokio_postgres::connect(&world.database.url(), tokio_postgres::NoTls)
            .await
            .expect("connected");
    tokio::spawn(connection);
    a_newer_schema_is_used_while_it_serves_the_program(world, async |statement| {
        client.batch_execute(statement).await.expect("written");
    })
    .await;
}

async fn a_command_names_its_database_and_creates_none(database: Database) {
    let mut world = World::bare(Database::sqlite()).await;
    world.set("DATABASE__URL", &database.url());
    let nobody = "f5b2d2e9-2c1f-4f1d-9c89-2c41f3d9a4e2";
    let commands: [&[&str]; 6] = [
        &["account", "list"],
        &["account", "list", "--migrate"],
        &["ledger", "check"],
        &["mail", "list"],
        &["plan", "create", "--name", "Start", "--credits", "100"],
        &["opt-out", "list", "--account", nobody],
    ];
    for command in commands {
        let ended = world.try_command(command);
        assert_refused(&ended, &["otp-server migrate"]);
        assert!(ended.stderr.starts_with("database: "), "{}", ended.stderr);
        if let Database::Sqlite(folder) = &database {
            let files = std::fs::read_dir(folder.path()).expect("a folder");
            assert_eq!(files.count(), 0, "{command:?} created a file");
        }
    }
    world.command(&["migrate"]);
    let ended = world.try_command(&["ledger", "check", "--json"]);
    assert_eq!(ended.json()["addsUp"], true);
    let named: serde_json::Value = serde_json::from_str(&ended.stderr).expect("one JSON value");
    let place = named["database"].as_str().expect("a database");
    match &database {
        Database::Sqlite(_) => assert_eq!(place, database.url()),
        Database::Postgres(url) => {
            let name = url.split('?').next().and_then(|url| url.rsplit('/').next());
            assert!(place.ends_with(name.expect("a name")), "{place} of {url}");
        }
    }
}

async fn a_port_in_use_is_refused(database: Database) {
    let mut world = World::bare(database).await;
    let server = world.serve();
    world.set("HTTP__BIND", server.url().trim_start_matches("http://"));
    assert_refused(&world.try_command(&["serve"]), &["in use"]);
}

async fn another_master_key_is_refused_at_the_start(database: Database) {
    let mut world = World::with_credits(database, 1).await;
    world.set(
        "SECURITY__MASTER_KEY",
        "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=",
    );
    assert_refused(&world.try_command(&["serve"]), &["security.master_key"]);
}

async fn pending_migrations_can_be_refused(database: Database) {
    let mut world = World::bare(Database::sqlite()).await;
    world.set("DATABASE__URL", &database.url());
    assert_refused(
        &world.try_command(&["serve", "--no-migrate"]),
        &["otp-server migrate"],
    );
    let applied = world.command(&["migrate"]);
    assert!(
        applied["applied"].as_u64().is_some_and(|count| count > 0),
        "{applied}"
    );
    assert_eq!(world.command(&["migrate"])["applied"], 0);
}
