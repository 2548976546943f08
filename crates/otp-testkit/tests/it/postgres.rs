//! The test cluster keeps what it promises: databases apart, crashes survived, nothing left.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt;
use std::process::{Child, Command, Stdio};

use otp_testkit::postgres::{Options, TestPostgres};
use tokio_postgres::{Client, Error, NoTls};

async fn connect(url: &str) -> Result<Client, Error> {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
    tokio::spawn(connection);
    Ok(client)
}

async fn query(client: &Client, statement: &str) -> i64 {
    client.query_one(statement, &[]).await.unwrap().get(0)
}

#[tokio::test]
async fn every_database_is_empty_and_apart() {
    let (first, second) = (
        TestPostgres::shared().create_database(),
        TestPostgres::shared().create_database(),
    );
    assert_ne!(first, second);
    let (first, second) = (
        connect(&first).await.unwrap(),
        connect(&second).await.unwrap(),
    );
    first
        .batch_execute("CREATE TABLE t (n bigint)")
        .await
        .unwrap();
    let tables = "SELECT count(*) FROM pg_tables WHERE tablename = 't'";
    assert_eq!(query(&first, tables).await, 1);
    assert_eq!(query(&second, tables).await, 0);
}

#[test]
fn many_databases_can_be_created_at_once() {
    let mut urls: Vec<String> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8)
            .map(|_| scope.spawn(|| TestPostgres::shared().create_database()))
            .collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap())
            .collect()
    });
    urls.sort();
    urls.dedup();
    assert_eq!(urls.len(), 8);
}

#[tokio::test]
async fn an_acknowledged_commit_survives_a_crash_of_the_server() {
    let postgres = TestPostgres::start(Options::default()).unwrap();
    let url = postgres.create_database();
    let client = connect(&url).await.unwrap();
    client
        .batch_execute("CREATE TABLE t (n bigint); INSERT INTO t VALUES (7)")
        .await
        .unwrap();

    postgres.stop_immediately();
    assert!(
        client.batch_execute("SELECT 1").await.is_err(),
        "the connection outlived the server"
    );
    assert!(
        connect(&url).await.is_err(),
        "the server still accepts connections"
    );

    postgres.start_again();
    let client = connect(&url).await.unwrap();
    assert_eq!(query(&client, "SELECT n FROM t").await, 7);
}

#[tokio::test]
async fn a_durable_cluster_waits_for_the_disk_and_takes_settings() {
    let settings = vec![("work_mem".to_owned(), "5MB".to_owned())];
    let postgres = TestPostgres::start(Options {
        durable: true,
        settings,
    })
    .unwrap();
    let client = connect(postgres.url()).await.unwrap();
    for (name, expected) in [
        ("fsync", "on"),
        ("synchronous_commit", "on"),
        ("work_mem", "5MB"),
    ] {
        let row = client
            .query_one(&format!("SHOW {name}"), &[])
            .await
            .unwrap();
        assert_eq!(row.get::<_, &str>(0), expected, "{name}");
    }
}

#[test]
fn a_cluster_ends_with_its_process_however_that_dies() {
    for death in [Death::InputEnds, Death::Killed] {
        let folder = tempfile::tempdir().unwrap();
        // The server's account, where we are root, has to pass through.
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o711)).unwrap();
        let mut owner = Command::new(env!("CARGO_BIN_EXE_otp-test-postgres"))
            .env("TMPDIR", folder.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut url = String::new();
        BufReader::new(owner.stdout.take().unwrap())
            .read_line(&mut url)
            .unwrap();
        let address = url.split(['@', '/']).nth(3).unwrap().to_owned();
        assert!(
            TcpStream::connect(&address).is_ok(),
            "nobody listens at {address}"
        );

        let mut errors = owner.stderr.take().unwrap();
        death.happen_to(&mut owner);
        // The watchdog shares this pipe, so that its end means that both are gone.
        let mut complaints = String::new();
        errors.read_to_string(&mut complaints).unwrap();

        assert_eq!(complaints, "", "{death:?}");
        assert!(
            TcpStream::connect(&address).is_err(),
            "{death:?}: the server lives on"
        );
        let left: Vec<_> = fs::read_dir(folder.path()).unwrap().collect();
        assert!(left.is_empty(), "{death:?} left {left:?}");
    }
}

#[derive(Debug, Clone, Copy)]
enum Death {
    InputEnds,
    Killed,
}

impl Death {
    fn happen_to(self, owner: &mut Child) {
        match self {
            Self::InputEnds => drop(owner.stdin.take()),
            Self::Killed => owner.kill().unwrap(),
        }
        owner.wait().unwrap();
    }
}

#[test]
fn a_machine_without_the_server_is_told_so() {
    let empty = tempfile::tempdir().unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_otp-test-postgres"))
        .env("OTP_TEST_POSTGRES_BIN", empty.path())
        .output()
        .unwrap();
    assert!(!output.status.success());
    let message = String::from_utf8(output.stderr).unwrap();
    assert!(
        message.contains(&*empty.path().to_string_lossy()),
        "{message}"
    );
}
