//! Crashes: the process is killed (SIGKILL) at each point of a send. After a restart no message has
//! had a second provider call, nothing acknowledged is lost, the ledger balances, and a message
//! whose outcome is unknown is still `Pending`.
//!
//! The product has no hooks for these tests: a provider that does not answer, or a database that
//! does not commit, holds each point open from outside.

use std::time::Duration;

use diesel::Connection as _;
use diesel::connection::SimpleConnection as _;
use otp_e2e::world::{client, recipient};
use otp_e2e::{Database, Running, World, on_every_store};
use serde_json::{Value, json};
use tokio::net::{TcpSocket, TcpStream};

on_every_store! {
    a_send_killed_before_its_admission_is_committed_never_happened;
    a_send_killed_before_its_provider_call_stays_pending_without_a_call;
    a_send_killed_during_its_provider_call_stays_pending;
    a_send_killed_before_its_settlement_stays_pending;
    a_send_killed_after_its_answer_is_replayed_as_sent;
}

const KEY: &str = "a3f1c2e4-9b27-4d6a-8e5f-1c2b3d4e5f60";

fn body() -> Value {
    json!({"otpCode": "1", "toPhoneE164": recipient(1), "idempotencyKey": KEY})
}

/// A lock that keeps all others from writing to the account, until it is dropped.
pub(crate) enum Lock {
    Sqlite(#[expect(dead_code, reason = "held, not used")] diesel::SqliteConnection),
    Postgres(tokio_postgres::Client),
}

impl Lock {
    /// Waits until the server has handed a batch of this operation to the database and waits for the
    /// lock.
    pub(crate) async fn is_waited_for(&self, server: &Running, operation: &str) {
        let queued = format!("otp_queue_depth{{operation=\"{operation}\"}} 1\n");
        until("a batch is under way", async || {
            let page = client().get(format!("{}/metrics", server.url())).send();
            let page = page.await.expect("an answer").text().await;
            page.expect("a page").contains(&queued)
        })
        .await;
        // SQLite does not tell who waits for its one lock; a batch that is under way does.
        if let Self::Postgres(holder) = self {
            blocks_somebody(holder).await;
        }
    }

    /// Waits until a program waits for the lock, or on SQLite, until it has the database open.
    pub(crate) async fn is_waited_for_by(&self, program: u32) {
        match self {
            Self::Postgres(holder) => blocks_somebody(holder).await,
            Self::Sqlite(_) => {
                let open = format!("/proc/{program}/fd");
                until("the program has the database open", async || {
                    let files = std::fs::read_dir(&open).into_iter().flatten().flatten();
                    let mut files = files.filter_map(|file| std::fs::read_link(file.path()).ok());
                    files.any(|file| file.ends_with("otp.db"))
                })
                .await;
            }
        }
    }
}

async fn blocks_somebody(holder: &tokio_postgres::Client) {
    let waiting = "SELECT FROM pg_stat_activity \
        WHERE datname = current_database() AND pg_backend_pid() = ANY(pg_blocking_pids(pid))";
    until("PostgreSQL names who waits", async || {
        // Within a transaction, it shows who waited when it was asked first.
        let forget = holder.batch_execute("SELECT pg_stat_clear_snapshot()");
        forget.await.expect("forgotten");
        let waiting = holder.query(waiting, &[]).await;
        !waiting.expect("read").is_empty()
    })
    .await;
}

pub(crate) async fn lock(database: &Database) -> Lock {
    match database {
        Database::Sqlite(folder) => {
            let path = folder.path().join("otp.db");
            let path = path.to_str().expect("Unicode");
            let mut connection = diesel::SqliteConnection::establish(path).expect("opened");
            connection
                .batch_execute("PRAGMA busy_timeout = 5000; BEGIN IMMEDIATE")
                .expect("locked");
            Lock::Sqlite(connection)
        }
        Database::Postgres(url) => {
            let connected = tokio_postgres::connect(url, tokio_postgres::NoTls).await;
            let (client, connection) = connected.expect("connected");
            tokio::spawn(connection);
            let statement =
                "BEGIN; SELECT FROM accounts FOR UPDATE; SELECT FROM messages FOR UPDATE";
            client.batch_execute(statement).await.expect("locked");
            Lock::Postgres(client)
        }
    }
}

/// Repeats a check until it succeeds, for at most 20 s.
pub(crate) async fn until<F: Future<Output = bool>>(what: &str, mut holds: impl FnMut() -> F) {
    let mut ticks = tokio::time::interval(Duration::from_millis(20));
    let reached = async {
        while !holds().await {
            ticks.tick().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), reached)
        .await
        .expect(what);
}

/// Starts a provider that accepts no connection: its backlog is full, so a connect waits.
pub(crate) async fn deaf_provider() -> (String, Vec<TcpStream>, tokio::net::TcpListener) {
    let socket = TcpSocket::new_v4().expect("a socket");
    socket
        .bind("127.0.0.1:0".parse().expect("an address"))
        .expect("bound");
    let listener = socket.listen(1).expect("listening");
    let address = listener.local_addr().expect("an address");
    let mut waiting = Vec::new();
    while let Ok(Ok(stream)) =
        tokio::time::timeout(Duration::from_millis(300), TcpStream::connect(address)).await
    {
        waiting.push(stream);
    }
    (format!("http://{address}"), waiting, listener)
}

/// Restarts the server, checks by a replay that the message has this status and this many calls,
/// and returns its id.
async fn assert_after_restart(world: &World, status: &str, calls: usize) -> String {
    let server = world.serve();
    let replay = world.send(&server, &body()).await;
    assert_eq!((replay.status, replay.message_status()), (200, status));
    assert_eq!(replay.headers["idempotent-replayed"], "true");
    assert_eq!(
        world.check(&server, replay.id()).await.message_status(),
        status
    );
    assert_eq!(world.sandbox.calls_about(replay.id()).await.len(), calls);
    assert_eq!(world.sandbox.total_calls().await, calls as u64);
    world.assert_ledger_balances(1).await;
    replay.id().to_owned()
}

async fn a_send_killed_before_its_admission_is_committed_never_happened(database: Database) {
    let world = World::with_credits(database, 5).await;
    let server = world.serve();
    // The first look-up fills the caches, so the request to be killed waits for nothing but the
    // lock.
    assert_eq!(
        world.check(&server, "x").await.error(),
        "MessageIdMustBeUuid"
    );
    let locked = lock(&world.database).await;
    let body = body();
    tokio::select! {
        answer = world.send(&server, &body) => panic!("answered without a commit: {answer:?}"),
        () = locked.is_waited_for(&server, "admit") => {}
    }
    server.kill();
    drop(locked);
    world.assert_ledger_balances(0).await;
    assert_eq!(world.sandbox.total_calls().await, 0);

    let server = world.serve();
    let first = world.send(&server, &body).await;
    assert_eq!(
        (first.status, first.message_status()),
        (200, "Sent"),
        "the idempotency key is still unused"
    );
    assert!(!first.headers.contains_key("idempotent-replayed"));
    assert_eq!(world.sandbox.total_calls().await, 1);
    world.assert_ledger_balances(1).await;
}

async fn a_send_killed_before_its_provider_call_stays_pending_without_a_call(database: Database) {
    let mut world = World::with_credits(database, 5).await;
    let reachable = world.sandbox.url().to_owned();
    let (deaf, _waiting, _listener) = deaf_provider().await;
    world.set("WHATSAPP__BASE_URL", &deaf);
    let server = world.serve();
    let storage = world.storage().await;
    let body = body();
    let admitted = || async {
        storage
            .ledger(world.account_id())
            .await
            .expect("ledger")
            .len()
            == 2
    };
    tokio::select! {
        answer = world.send(&server, &body) => panic!("answered without a provider: {answer:?}"),
        () = until("admitted", admitted) => {}
    }
    server.kill();
    world.set("WHATSAPP__BASE_URL", &reachable);
    assert_after_restart(&world, "Pending", 0).await;
}

async fn a_send_killed_during_its_provider_call_stays_pending(database: Database) {
    let world = World::with_credits(database, 5).await;
    let server = world.serve();
    world.sandbox.hold_answers().await;
    let (body, number) = (body(), recipient(1));
    tokio::select! {
        answer = world.send(&server, &body) => panic!("answered although held: {answer:?}"),
        _ = world.sandbox.wait_for_calls_to(&number, 1) => {}
    }
    server.kill();
    world.sandbox.release().await;
    assert_after_restart(&world, "Pending", 1).await;
}

async fn a_send_killed_before_its_settlement_stays_pending(database: Database) {
    let world = World::with_credits(database, 5).await;
    let server = world.serve();
    world.sandbox.hold_answers().await;
    let answered = async {
        world.sandbox.wait_for_calls_to(&recipient(1), 1).await;
        let locked = lock(&world.database).await;
        world.sandbox.release().await;
        let answered =
            || async { world.sandbox.calls_to(&recipient(1)).await[0]["answered_at"].is_string() };
        until("answered by the provider", answered).await;
        locked.is_waited_for(&server, "settle").await;
        locked
    };
    let body = body();
    let locked = tokio::select! {
        answer = world.send(&server, &body) => panic!("answered without a commit: {answer:?}"),
        locked = answered => locked,
    };
    server.kill();
    drop(locked);
    assert_after_restart(&world, "Pending", 1).await;
}

async fn a_send_killed_after_its_answer_is_replayed_as_sent(database: Database) {
    let world = World::with_credits(database, 5).await;
    let server = world.serve();
    let first = world.send(&server, &body()).await;
    server.kill();
    let replayed = assert_after_restart(&world, "Sent", 1).await;
    assert_eq!(replayed, first.id());
}
