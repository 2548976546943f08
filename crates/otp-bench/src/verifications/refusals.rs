//! Checks that are refused, for each reason as many.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::ensure;
use http_body_util::Full;
use hyper::Request;
use hyper::body::Bytes;
use rand::seq::SliceRandom as _;
use uuid::Uuid;

use super::requests::{Created, Keyed, cancel, check, code_of, creates};
use crate::load::{Load, OnAnswer};
use crate::measure::CONNECTIONS;
use crate::rig::Rig;

/// Every verification confirms a transaction and every check repeats it, so that all requests are equally
/// long.
macro_rules! transaction {
    ($amount:literal) => {
        concat!(
            r#","transaction":{"amount":""#,
            $amount,
            r#"","currency":"SAR","payee":"A Shop"}"#
        )
    };
}

const TRANSACTION: &str = transaction!("49.90");
const OTHER_TRANSACTION: &str = transaction!("59.90");
const LONG: &str = concat!(r#","lifetimeSeconds":600"#, transaction!("49.90"));
const SHORT: &str = concat!(r#","lifetimeSeconds":30"#, transaction!("49.90"));

/// The shortest lifetime of a code, and a little more.
const EXPIRY: Duration = Duration::from_secs(32);

const GUESSES_PER_CODE: usize = otp_core::verification::GUESSES_PER_CODE;

/// Longer than a part of the preparation, or the measurement, takes; codes expire a little later.
pub(super) const MAX_SPAN: Duration = Duration::from_secs(500);

/// The reason a check is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reason {
    WrongCode,
    OtherTransaction,
    Expired,
    Canceled,
    Approved,
    Exhausted,
    NotFound,
}

impl Reason {
    pub(super) const ALL: [Self; 7] = [
        Self::WrongCode,
        Self::OtherTransaction,
        Self::Expired,
        Self::Canceled,
        Self::Approved,
        Self::Exhausted,
        Self::NotFound,
    ];

    /// Returns the code of the error.
    pub(super) const fn error(self) -> &'static str {
        match self {
            Self::WrongCode => "CodeIncorrect",
            Self::OtherTransaction => "TransactionMismatch",
            Self::Expired => "VerificationExpired",
            Self::Canceled => "VerificationCanceled",
            Self::Approved => "VerificationAlreadyApproved",
            Self::Exhausted => "TooManyAttempts",
            Self::NotFound => "VerificationNotFound",
        }
    }
}

/// A check that will be refused.
pub(super) struct Refusal {
    pub(super) reason: Reason,
    pub(super) request: Request<Full<Bytes>>,
}

/// Creates the verifications, brings each to its end, and returns `count` checks for each reason, in random
/// order. Each check is the only one of its verification. All but those of [`Reason::WrongCode`] have the right
/// code.
pub(super) async fn prepare(rig: &Rig, count: usize) -> anyhow::Result<Vec<Refusal>> {
    let expired = create(rig, count, SHORT).await?;
    let expired_at = tokio::time::Instant::now() + EXPIRY;
    let mut refusals = Vec::new();
    for reason in Reason::ALL {
        let created = if reason == Reason::Expired {
            expired.clone()
        } else {
            create(rig, count, LONG).await?
        };
        end(rig, reason, &created).await?;
        for created in created {
            let request = refused(rig, reason, created)?;
            refusals.push(Refusal { reason, request });
        }
    }
    refusals.shuffle(&mut rand::rng());
    tokio::time::sleep_until(expired_at).await;
    Ok(refusals)
}

fn refused(rig: &Rig, reason: Reason, created: Created) -> anyhow::Result<Request<Full<Bytes>>> {
    let right = code_of(rig, created)?;
    let (id, code, transaction) = match reason {
        Reason::WrongCode => (created.id, wrong(right.as_str()), TRANSACTION),
        Reason::OtherTransaction => (created.id, right.as_str(), OTHER_TRANSACTION),
        Reason::NotFound => (beside(created.id), right.as_str(), TRANSACTION),
        Reason::Expired | Reason::Canceled | Reason::Approved | Reason::Exhausted => {
            (created.id, right.as_str(), TRANSACTION)
        }
    };
    Ok(check(rig, id, code, transaction))
}

/// Ends verifications, so that their checks are refused for this reason.
async fn end(rig: &Rig, reason: Reason, created: &[Created]) -> anyhow::Result<()> {
    let right = |created: &Created| {
        let code = code_of(rig, *created)?;
        Ok(check(rig, created.id, code.as_str(), TRANSACTION))
    };
    let wrong = |created: &Created| {
        let code = code_of(rig, *created)?;
        Ok(check(rig, created.id, wrong(code.as_str()), TRANSACTION))
    };
    match reason {
        Reason::Canceled => {
            let requests = created.iter().map(|created| cancel(rig, created.id));
            // Each cancellation locks the account for itself.
            let on_answer: OnAnswer = Arc::new(|_, _| ());
            send(rig, (2, requests.collect()), 200, on_answer).await
        }
        Reason::Approved => {
            let requests = created.iter().map(right);
            send_all(rig, requests.collect::<anyhow::Result<_>>()?, 200).await
        }
        Reason::Exhausted => {
            for _ in 0..GUESSES_PER_CODE {
                let requests = created.iter().map(wrong);
                send_all(rig, requests.collect::<anyhow::Result<_>>()?, 400).await?;
            }
            Ok(())
        }
        Reason::WrongCode | Reason::OtherTransaction | Reason::Expired | Reason::NotFound => Ok(()),
    }
}

async fn create(rig: &Rig, count: usize, fields: &'static str) -> anyhow::Result<Vec<Created>> {
    let next = creates(rig, Keyed::No, fields);
    let created = Arc::<Mutex<Vec<Created>>>::default();
    let answered = Arc::clone(&created);
    let on_answer: OnAnswer = Arc::new(move |_, answer| {
        let mut answered = answered.lock().unwrap_or_else(PoisonError::into_inner);
        answered.extend(Created::parse(answer));
    });
    let requests = (0..count).map(|_| next()).collect();
    send(rig, (CONNECTIONS, requests), 201, on_answer).await?;
    let created = std::mem::take(&mut *created.lock().unwrap_or_else(PoisonError::into_inner));
    ensure!(created.len() == count, "{} of {count}", created.len());
    Ok(created)
}

async fn send_all(
    rig: &Rig,
    requests: Vec<Request<Full<Bytes>>>,
    status: u16,
) -> anyhow::Result<()> {
    send(rig, (CONNECTIONS, requests), status, Arc::new(|_, _| ())).await
}

/// Sends requests over this number of connections, and fails unless each is answered with this status.
async fn send(
    rig: &Rig,
    (connections, requests): (usize, Vec<Request<Full<Bytes>>>),
    status: u16,
    on_answer: OnAnswer,
) -> anyhow::Result<()> {
    let count = requests.len();
    let load = Load::of_all(
        rig.server.address(),
        connections,
        MAX_SPAN,
        requests,
        on_answer,
    );
    let loaded = load.run().await?;
    loaded.require_only(status)?;
    let answered = loaded.latencies.count();
    ensure!(answered == count, "{answered} of {count} were answered");
    Ok(())
}

/// Returns a code that differs.
fn wrong(code: &str) -> &'static str {
    if code == "000000" { "111111" } else { "000000" }
}

/// Returns an id near this one, which no verification has: its time is the same, its random part is not.
fn beside(id: Uuid) -> Uuid {
    Uuid::from_u128(id.as_u128() ^ u128::from(rand::random::<u32>() | 1))
}
