//! The one statement this module runs itself, and the URL of what it creates.

use super::error::PostgresError;

/// Runs a statement on a connection of its own, and returns when it is done.
///
/// A thread with a runtime of its own, because the caller may be inside a runtime already,
/// where blocking on a future panics.
pub(super) fn execute(url: &str, statement: &str) -> Result<(), PostgresError> {
    let outcome = std::thread::scope(|scope| {
        let thread = scope.spawn(|| {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .map_err(PostgresError::io("start a runtime"))?;
            runtime
                .block_on(run(url, statement))
                .map_err(|error| PostgresError::Failed {
                    program: "SQL",
                    output: with_causes(&error),
                })
        });
        thread.join()
    });
    match outcome {
        Ok(result) => result,
        Err(panic) => std::panic::resume_unwind(panic),
    }
}

async fn run(url: &str, statement: &str) -> Result<(), tokio_postgres::Error> {
    // No TLS: a test's server is on this machine.
    let (client, connection) = tokio_postgres::connect(url, tokio_postgres::NoTls).await?;
    let connection = tokio::spawn(connection);
    let outcome = client.batch_execute(statement).await;
    // The connection says goodbye once its client is gone; then the server has let go of it.
    drop(client);
    let _ = connection.await;
    outcome
}

/// The driver's own message is `db error`; its cause says what happened.
fn with_causes(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |cause| cause.source());
    causes.fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}

/// The same server's URL with another database.
pub(super) fn with_database(url: &str, database: &str) -> String {
    let (address, parameters) = match url.split_once('?') {
        Some((address, parameters)) => (address, format!("?{parameters}")),
        None => (url, String::new()),
    };
    let host = address.find("://").map_or(0, |scheme| scheme + 3);
    let server = match address[host..].find('/') {
        Some(slash) => &address[..host + slash],
        None => address,
    };
    format!("{server}/{database}{parameters}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_database_of_a_url_changes() {
        for (url, expected) in [
            (
                "postgres://u@127.0.0.1:5433/postgres",
                "postgres://u@127.0.0.1:5433/new",
            ),
            (
                "postgres://u:p@host/old?sslmode=disable",
                "postgres://u:p@host/new?sslmode=disable",
            ),
            ("postgres://host", "postgres://host/new"),
            (
                "postgres://host/?host=/run/postgresql",
                "postgres://host/new?host=/run/postgresql",
            ),
        ] {
            assert_eq!(with_database(url, "new"), expected);
        }
    }
}
