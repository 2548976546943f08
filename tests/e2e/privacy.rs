//! Logs and databases must not contain codes, keys, tokens, numbers or addresses.

use otp_e2e::meta::{APP_SECRET, VERIFY_TOKEN, report, status, typed, write};
use otp_e2e::{Database, Running, World, on_every_store};
use serde_json::json;

const CODE: &str = "Zq7Canry";
const NUMBER: &str = "+966551237654";
const USER_ID: &str = "SA.K4naryUser9981";
const TEXT: &str = "Kanarienvogel-Text";
const FAILING_NUMBER: &str = "+966551237655";

/// Returns the forms in which a secret could appear.
fn forms(secret: &str) -> Vec<Vec<u8>> {
    let hex = secret
        .bytes()
        .map(|byte| format!("{byte:02x}"))
        .collect::<String>();
    let url = secret.replace('+', "%2B").replace('@', "%40");
    // Base64 at each of the three possible offsets, without the digits that depend on the
    // neighbouring bytes.
    let base64 = (0..3).map(|offset| {
        let mut text = vec![0; offset];
        text.extend_from_slice(secret.as_bytes());
        let encoded = base64(&text);
        let first = [0, 2, 3][offset];
        encoded.as_bytes()[first..encoded.len() - 4].to_vec()
    });
    let plain = [secret.to_owned(), hex.to_uppercase(), hex, url].map(String::into_bytes);
    plain.into_iter().chain(base64).collect()
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let digits = bytes.chunks(3).flat_map(|chunk| {
        let word = chunk
            .iter()
            .fold(0, |word, byte| (word << 8) | u32::from(*byte));
        let word = word << (8 * (3 - chunk.len()));
        (0..4).map(move |i| char::from(DIGITS[(word >> (18 - 6 * i)) as usize & 63]))
    });
    digits.collect()
}

#[track_caller]
pub(crate) fn assert_absent(what: &[u8], place: &str, secrets: &[&str]) {
    for secret in secrets {
        for form in forms(secret) {
            let found = what.windows(form.len()).any(|window| window == form);
            assert!(
                !found,
                "{secret} is in {place} as {:?}",
                String::from_utf8_lossy(&form)
            );
        }
    }
}

on_every_store! {
    logs_and_database_contain_no_personal_data_and_no_secrets;
}

async fn logs_and_database_contain_no_personal_data_and_no_secrets(database: Database) {
    let mut world = World::with_webhook(database, 10).await;
    world.set("LOG__LEVEL", "trace");
    world.set("LOG__FORMAT", "json");
    let server = world.serve();
    let webhook = json!({
        "url": format!("{}/webhooks/whatsapp", server.url()),
        "app_secret": APP_SECRET,
        "verify_token": VERIFY_TOKEN,
    });
    world.sandbox.put("webhook", &webhook).await;
    let refused = json!({"answer": "refused", "code": 131026});
    world.sandbox.script(FAILING_NUMBER, refused).await;
    for number in [NUMBER, NUMBER, FAILING_NUMBER] {
        world
            .send(&server, &json!({"otpCode": CODE, "toPhoneE164": number}))
            .await;
    }
    let bad = [
        json!({"otpCode": format!("{CODE}-too-long"), "toPhoneE164": NUMBER}),
        json!({"otpCode": CODE, "toPhoneE164": format!("{NUMBER}99999999")}),
        json!({"otpCode": CODE, "toPhoneE164": NUMBER, "idempotencyKey": NUMBER}),
        json!([CODE, NUMBER]),
    ];
    for body in bad {
        assert_eq!(world.send(&server, &body).await.status, 400);
    }
    let sent = world
        .send(
            &server,
            &json!({"otpCode": CODE, "toPhoneE164": "+12025550103"}),
        )
        .await;
    world.check(&server, sent.id()).await;
    // The sandbox's reports contain the number.
    world
        .sandbox
        .get("webhooks?at_least=2&timeout_ms=20000")
        .await;
    people_write(&server, sent.id()).await;
    let listed = world.command(&["opt-out", "list", "--account", &world.account]);
    assert_eq!(listed.as_array().map(Vec::len), Some(2), "{listed}");
    let logs = server.kill();
    assert!(logs.contains("SendMessage"), "the request is logged");

    let secrets = [
        CODE,
        &NUMBER[1..],
        &FAILING_NUMBER[1..],
        &world.api_key[20..],
        "EAAGe2etoken",
        APP_SECRET,
        VERIFY_TOKEN,
        USER_ID,
        TEXT,
        "amal@example.com",
    ];
    assert_absent(logs.as_bytes(), "the logs", &secrets);
    let at_rest = [&secrets[..], &["4930901820", "15550783881"]].concat();
    let contents = contents(&world.database).await;
    // On SQLite: the database and its write-ahead log, which the killed server had no time to
    // merge.
    assert!(
        contents.len() >= 2,
        "only {} places were searched",
        contents.len()
    );
    for (place, bytes) in contents {
        assert_absent(&bytes, &place, &at_rest);
    }
}

/// Reports a receipt that names its recipient, who then writes a text and STOP. A person known by
/// number and an unknown person write STOP as well; the latter's is stored until it can be
/// resolved.
async fn people_write(server: &Running, message: &str) {
    let mut introducing = status(message, "delivered");
    introducing["recipient_id"] = json!(&NUMBER[1..]);
    introducing["recipient_user_id"] = json!(USER_ID);
    report(server, &[introducing]).await;
    let mut by_number = typed(&format!("{USER_ID}2"), "STOP");
    by_number["from"] = json!(&NUMBER[1..]);
    by_number["context"] = json!({"id": format!("wamid.{NUMBER}")});
    let stranger = typed(&format!("{USER_ID}3"), "STOP");
    let chat = typed(USER_ID, TEXT);
    write(server, &[chat, typed(USER_ID, "stop"), by_number, stranger]).await;
}

/// Returns what a thief of the database would have: the files, or every row of every table as text.
pub(crate) async fn contents(database: &Database) -> Vec<(String, Vec<u8>)> {
    match database {
        Database::Sqlite(folder) => {
            let files = std::fs::read_dir(folder.path()).expect("a folder");
            let paths = files.map(|entry| entry.expect("an entry").path());
            paths
                .map(|path| {
                    (
                        path.display().to_string(),
                        std::fs::read(path).expect("read"),
                    )
                })
                .collect()
        }
        Database::Postgres(url) => {
            let connected = tokio_postgres::connect(url, tokio_postgres::NoTls).await;
            let (client, connection) = connected.expect("connected");
            tokio::spawn(connection);
            let tables = "SELECT tablename::text FROM pg_tables WHERE schemaname = 'public'";
            let mut contents = Vec::new();
            for table in client.query(tables, &[]).await.expect("tables") {
                let table: String = table.get(0);
                // Binary columns become hexadecimal digits, one of the forms that are searched for.
                let rows = format!("SELECT t::text FROM {table} t");
                let rows = client.query(&rows, &[]).await.expect("rows");
                let text: String = rows.iter().map(|row| row.get::<_, String>(0)).collect();
                contents.push((table, text.into_bytes()));
            }
            contents
        }
    }
}

#[test]
fn the_search_finds_plain_and_encoded_secrets() {
    for place in [
        "a +966551237654 b",
        "%2B966551237654",
        "x3936363535313233373635343",
    ] {
        let found = std::panic::catch_unwind(|| {
            assert_absent(place.as_bytes(), "a text", &["966551237654"]);
        });
        assert!(found.is_err(), "{place}");
    }
    let encoded = base64(b"..966551237654..");
    let found =
        std::panic::catch_unwind(|| assert_absent(encoded.as_bytes(), "a text", &["966551237654"]));
    assert!(found.is_err(), "{encoded}");
}
