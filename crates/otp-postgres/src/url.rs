//! The database URL: what tokio-postgres reads, and the TLS modes that it does not know.

use std::net::IpAddr;
use std::time::Duration;

use percent_encoding::percent_decode_str;
use tokio_postgres::Config;
use tokio_postgres::config::Host;

use crate::errors::one_line;
use crate::tls::TlsMode;

/// The name of a connection in `pg_stat_activity`, unless the URL sets one.
const APPLICATION_NAME: &str = "otp-server";

/// Detects a dead peer after about half a minute; by default it takes hours.
const KEEPALIVE_IDLE: Duration = Duration::from_secs(15);
const KEEPALIVE_INTERVAL: Duration = Duration::from_secs(5);
const KEEPALIVE_RETRIES: u32 = 3;

/// The same while a statement is under way. A host that lost power or network sends nothing, and by
/// default a statement fails only after a quarter of an hour.
const UNACKNOWLEDGED: Duration = Duration::from_secs(10);

/// The server to connect to.
#[derive(Clone)]
pub(crate) struct Target {
    pub(crate) config: Config,
    pub(crate) tls: TlsMode,
    /// Host and port, for messages.
    pub(crate) server: String,
}

impl Target {
    /// User, server and database as a URL, without the password.
    pub(crate) fn shown(&self) -> String {
        let user = self.config.get_user();
        let user = user.map(|user| format!("{user}@")).unwrap_or_default();
        // PostgreSQL's default for the database is the user's name.
        let database = self.config.get_dbname().or(self.config.get_user());
        format!(
            "postgres://{user}{}/{}",
            self.server,
            database.unwrap_or_default()
        )
    }

    /// Whether somebody on the way could read the connection: it leaves this machine, and TLS is off or
    /// optional.
    pub(crate) fn may_be_read_on_the_way(&self) -> bool {
        let leaves_this_machine = self.config.get_hosts().iter().any(|host| match host {
            Host::Tcp(name) => !is_loopback(name),
            Host::Unix(_) => false,
        });
        leaves_this_machine && matches!(self.tls, TlsMode::Disable | TlsMode::Prefer)
    }
}

fn is_loopback(host: &str) -> bool {
    let address = host.parse::<IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

/// Reads a URL. An error names the parameter, never its value or the password.
pub(crate) fn parse(url: &str) -> Result<Target, String> {
    if !url.starts_with("postgres://") && !url.starts_with("postgresql://") {
        return Err("it must begin with postgres:// or postgresql://".to_owned());
    }
    // A password may contain a question mark; the parameters begin after the last @.
    let authority_end = url.rfind('@').unwrap_or_default();
    let query_start = url[authority_end..].find('?').map(|at| authority_end + at);
    let (base, query) = match query_start {
        Some(at) => (&url[..at], &url[at + 1..]),
        None => (url, ""),
    };
    if has_a_second_at(base) {
        return Err("write @ in a user name or a password as %40".to_owned());
    }
    let (mut mode, mut roots, mut others) = (None, None, Vec::new());
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        match pair.split_once('=') {
            Some(("sslmode", value)) => mode = Some(decode(value)?),
            Some(("sslrootcert", value)) => roots = Some(decode(value)?),
            Some(_) | None => others.push(pair),
        }
    }
    let tls = TlsMode::parse(mode.as_deref(), roots.as_deref())?;
    let rest = match others.join("&") {
        others if others.is_empty() => base.to_owned(),
        others => format!("{base}?{others}"),
    };
    let mut config: Config = rest.parse().map_err(|error| one_line(&error))?;
    config.ssl_mode(tls.ssl_mode());
    if config.get_application_name().is_none() {
        config.application_name(APPLICATION_NAME);
    }
    if !query.contains("keepalives") {
        config
            .keepalives_idle(KEEPALIVE_IDLE)
            .keepalives_interval(KEEPALIVE_INTERVAL)
            .keepalives_retries(KEEPALIVE_RETRIES);
    }
    if config.get_tcp_user_timeout().is_none() {
        config.tcp_user_timeout(UNACKNOWLEDGED);
    }
    let server = server(&config);
    Ok(Target {
        config,
        tls,
        server,
    })
}

/// Whether the path contains an @. Then an @ of the password is not encoded, and the rest of the password
/// would count as a host and a database, which messages show.
fn has_a_second_at(base: &str) -> bool {
    let place = base.split_once('@').map(|(_, place)| place);
    place.is_some_and(|place| {
        place
            .split_once('/')
            .is_some_and(|(_, path)| path.contains('@'))
    })
}

fn decode(value: &str) -> Result<String, String> {
    let decoded = percent_decode_str(value).decode_utf8();
    decoded
        .map(Into::into)
        .map_err(|_| "a parameter is not UTF-8".to_owned())
}

fn server(config: &Config) -> String {
    let ports = config.get_ports();
    let hosts = config.get_hosts().iter().enumerate().map(|(at, host)| {
        let port = ports.get(at).or(ports.first()).copied().unwrap_or(5432);
        match host {
            // An unquoted @ in a password makes the rest look like a host.
            Host::Tcp(name) => format!("{}:{port}", name.rsplit('@').next().unwrap_or_default()),
            Host::Unix(path) => format!("{}:{port}", path.display()),
        }
    });
    hosts.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tls_parameters_are_removed_and_the_others_kept() {
        let target = parse(
            "postgres://u:p@db:6000/otp?sslmode=verify-full&sslrootcert=%2Fetc%2Fca.pem&connect_timeout=7",
        );
        let target = target.expect("valid");
        assert_eq!(
            target.tls,
            TlsMode::VerifyFull {
                roots: Some("/etc/ca.pem".into())
            }
        );
        assert_eq!(target.server, "db:6000");
        assert_eq!(
            target.config.get_connect_timeout(),
            Some(&Duration::from_secs(7))
        );
        assert_eq!(target.config.get_application_name(), Some(APPLICATION_NAME));
    }

    #[test]
    fn a_dead_server_is_detected_soon_unless_the_url_sets_the_time() {
        let limit = |url| {
            let target = parse(url).expect("valid");
            target.config.get_tcp_user_timeout().copied()
        };
        assert_eq!(limit("postgres://u@db/otp"), Some(UNACKNOWLEDGED));
        let patient = limit("postgres://u@db/otp?tcp_user_timeout=60");
        assert_eq!(patient, Some(Duration::from_secs(60)));
    }

    #[test]
    fn a_url_is_shown_without_its_password() {
        for (url, expected) in [
            (
                "postgres://otp:s3cret@db/codes?sslmode=require",
                "postgres://otp@db:5432/codes",
            ),
            (
                "postgres://otp:s3cret@db:6000",
                "postgres://otp@db:6000/otp",
            ),
            (
                "postgres://otp:s3@cret@db/codes",
                "postgres://otp@db:5432/codes",
            ),
            (
                "postgres://u:s3/cret@db/codes",
                "postgres://u@db:5432/codes",
            ),
            (
                "postgres://otp@a,b/codes",
                "postgres://otp@a:5432, b:5432/codes",
            ),
        ] {
            assert_eq!(parse(url).expect(url).shown(), expected);
        }
    }

    #[test]
    fn only_a_connection_that_leaves_the_machine_needs_tls() {
        for (url, expected) in [
            ("postgres://u@db/otp", true),
            ("postgres://u@10.0.0.7/otp?sslmode=prefer", true),
            ("postgres://u@localhost,db/otp?sslmode=disable", true),
            ("postgres://u@db/otp?sslmode=require", false),
            ("postgres://u@localhost/otp", false),
            ("postgres://u@127.0.0.1/otp?sslmode=disable", false),
            ("postgres://u@%2Frun%2Fpostgresql/otp", false),
        ] {
            let target = parse(url).expect(url);
            assert_eq!(target.may_be_read_on_the_way(), expected, "{url}");
        }
    }

    #[test]
    fn a_bad_url_is_one_line_without_its_password() {
        for url in [
            "mysql://u:s3cret@db/otp",
            "host=db password=s3cret",
            "postgres://u:s3cret@db/otp?sslmode=maybe",
            "postgres://u:s3cret@db:port/otp",
            "postgres://u:s3cret@db/otp?nonsense=s3cret",
            "postgres://u:s3cret@db/otp?sslrootcert=s3cret",
            "postgres://u:p@s3cret/s3cret@db/otp",
        ] {
            let error = parse(url).err().expect(url);
            assert!(
                !error.contains("s3cret") && !error.contains('\n'),
                "{error}"
            );
        }
    }

    #[test]
    fn the_rest_of_an_unquoted_password_is_not_shown_as_a_host() {
        let target = parse("postgres://u:s3@cret@db/otp").expect("libpq reads it so, too");
        assert_eq!(target.server, "db:5432");
        let target = parse("postgres://u:s3?cret@db/otp?sslmode=disable").expect("valid");
        assert_eq!(target.tls, TlsMode::Disable);
    }
}
