//! The contenders: the server at each of its tasks, and the baselines that it is compared with.

use std::rc::Rc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use http_body_util::Full;
use hyper::Request;
use hyper::body::Bytes;
use otp_e2e::meta;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::contest::{Contender, Sample};
use crate::database::ByHand;
use crate::load::in_turn;
use crate::measure::{Span, Used, load};
use crate::pgbench;
use crate::process::Process;
use crate::provider::provider_message_id;
use crate::rig::{Rig, post};

/// At most this many messages are remembered, for status look-ups and receipts.
const MAX_REMEMBERED: usize = 2_000_000;

/// Ids of messages that were sent, in no particular order.
pub(crate) type Sent = Arc<Mutex<Vec<Uuid>>>;

/// The baseline, in a database of its own on the same PostgreSQL.
pub(crate) struct Baseline<'a> {
    pub(crate) url: &'a str,
    pub(crate) by_hand: &'a ByHand,
    pub(crate) run: pgbench::Run,
}

#[async_trait(?Send)]
impl Contender for Baseline<'_> {
    fn name(&self) -> String {
        format!("pgbench, {}", self.run.script.name())
    }

    async fn measure(&mut self) -> anyhow::Result<Sample> {
        self.by_hand.checkpoint().await?;
        let before = self.by_hand.counted().await?;
        let latencies = pgbench::run(self.url, self.run).await?;
        let after = self.by_hand.counted().await?;
        let count = latencies.count();
        let mut sample = Sample::of(latencies, self.run.duration);
        let used = |database| Used {
            server: None,
            database: Some(database),
        };
        used(after).since(&used(before), count, &mut sample);
        Ok(sample)
    }
}

/// The server, which sends.
pub(crate) struct Sends {
    pub(crate) name: &'static str,
    pub(crate) rig: Rc<Rig>,
    pub(crate) by_hand: Option<ByHand>,
    pub(crate) connections: usize,
    pub(crate) accounts: usize,
    /// Sends to this number of recipients in turn, so most are refused by the cooldown. `None`:
    /// each to a new recipient.
    pub(crate) recipients: Option<u32>,
    pub(crate) delay: Duration,
    pub(crate) measured: Duration,
    pub(crate) sent: Sent,
}

#[async_trait(?Send)]
impl Contender for Sends {
    fn name(&self) -> String {
        self.name.to_owned()
    }

    async fn measure(&mut self) -> anyhow::Result<Sample> {
        let rig = &self.rig;
        rig.provider.set_delay(self.delay);
        let next = rig.sends(self.accounts, self.recipients);
        let sent = Arc::clone(&self.sent);
        let (loaded, sample) = load(
            &rig.server,
            self.by_hand.as_ref(),
            (self.connections, Span::For(self.measured)),
            Arc::new(next),
            Arc::new(move |status, body| {
                if status.as_u16() == 200 {
                    remember(&sent, body);
                }
            }),
        )
        .await?;
        if self.recipients.is_none() {
            loaded.require_only(200)?;
        }
        Ok(sample)
    }

    async fn audit(&mut self) -> anyhow::Result<()> {
        self.rig.audit().await
    }
}

/// Remembers the id in an answer, `{"id":"…`.
fn remember(sent: &Sent, body: &Bytes) {
    let id = body
        .get(7..43)
        .and_then(|text| std::str::from_utf8(text).ok())
        .and_then(|text| Uuid::parse_str(text).ok());
    let mut sent = sent.lock().unwrap_or_else(PoisonError::into_inner);
    if let (Some(id), true) = (id, sent.len() < MAX_REMEMBERED) {
        sent.push(id);
    }
}

/// The server, which is asked for the status of messages that it sent.
pub(crate) struct Checks {
    pub(crate) rig: Rc<Rig>,
    pub(crate) by_hand: Option<ByHand>,
    pub(crate) connections: usize,
    pub(crate) measured: Duration,
    pub(crate) sent: Sent,
}

#[async_trait(?Send)]
impl Contender for Checks {
    fn name(&self) -> String {
        "the server, CheckMessageStatus".to_owned()
    }

    async fn measure(&mut self) -> anyhow::Result<Sample> {
        let ids = self
            .sent
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        let (loaded, sample) = load(
            &self.rig.server,
            self.by_hand.as_ref(),
            (self.connections, Span::For(self.measured)),
            Arc::new(self.rig.checks(ids)),
            Arc::new(|_, _| ()),
        )
        .await?;
        loaded.require_only(200)?;
        Ok(sample)
    }
}

/// The server, which receives Meta's reports on messages. The rate counts receipts, not requests.
pub(crate) struct Receipts {
    pub(crate) rig: Rc<Rig>,
    pub(crate) by_hand: Option<ByHand>,
    pub(crate) connections: usize,
    /// Receipts in each notification.
    pub(crate) together: usize,
    /// Each measurement reports on one part in `share` of the messages without a report.
    pub(crate) share: usize,
    pub(crate) sent: Sent,
    /// Number of messages reported on so far.
    pub(crate) reported: Arc<AtomicUsize>,
}

/// The reports on each message.
const LIFE: [&str; 3] = ["sent", "delivered", "read"];

#[async_trait(?Send)]
impl Contender for Receipts {
    fn name(&self) -> String {
        format!("the server, receipts by {}", self.together)
    }

    async fn measure(&mut self) -> anyhow::Result<Sample> {
        // The requests are made before the measurement, because making and signing them costs more
        // than sending them.
        let messages = {
            let sent = self.sent.lock().unwrap_or_else(PoisonError::into_inner);
            let from = self.reported.load(Ordering::Relaxed);
            let to = from + (sent.len() - from) / self.share;
            self.reported.store(to, Ordering::Relaxed);
            sent[from..to].to_vec()
        };
        let statuses = LIFE.iter().flat_map(|status| {
            let messages = messages.iter();
            messages.map(move |id| status_of(*id, status))
        });
        let statuses: Vec<Value> = statuses.collect();
        let requests: Vec<_> = statuses.chunks(self.together).map(notification).collect();
        drop(statuses);
        let (loaded, mut sample) = load(
            &self.rig.server,
            self.by_hand.as_ref(),
            (self.connections, Span::UntilDone),
            in_turn(requests),
            Arc::new(|_, _| ()),
        )
        .await?;
        loaded.require_only(200)?;
        #[expect(clippy::cast_precision_loss, reason = "a thousand at most")]
        let together = self.together as f64;
        sample.rate *= together;
        for each in [
            &mut sample.transactions,
            &mut sample.syncs,
            &mut sample.server_us,
            &mut sample.database_us,
        ] {
            *each = each.map(|each| each / together);
        }
        Ok(sample)
    }

    /// Checks that every receipt was applied: each message that was reported on is `Read`.
    async fn audit(&mut self) -> anyhow::Result<()> {
        let reported = i64::try_from(self.reported.load(Ordering::Relaxed))?;
        let read = self.rig.messages_read().await?;
        anyhow::ensure!(read == reported, "{read} of {reported} messages are Read");
        self.rig.audit().await
    }
}

/// Returns a status in Meta's format. Each message always has the same recipient.
fn status_of(id: Uuid, status: &str) -> Value {
    let number = format!("9665{:08}", id.as_u128() % 100_000_000);
    json!({
        "id": provider_message_id(id),
        "status": status,
        "timestamp": "1767225600",
        "recipient_id": number,
        "biz_opaque_callback_data": id.to_string(),
        "pricing": {
            "billable": true,
            "pricing_model": "PMP",
            "type": "regular",
            "category": "authentication",
        },
    })
}

fn notification(statuses: &[Value]) -> Request<Full<Bytes>> {
    let body = json!({"object": "whatsapp_business_account", "entry": [{
        "id": "102290129340398",
        "changes": [{"field": "messages", "value": {
            "messaging_product": "whatsapp",
            "metadata": {
                "display_phone_number": "15550783881",
                "phone_number_id": "106540352200000",
            },
            "statuses": statuses,
        }}],
    }]});
    let body = body.to_string().into_bytes();
    let signature = meta::signature(&body);
    let mut request = post("/webhooks/whatsapp", None, body);
    let signature = signature.parse().expect("a header's value");
    request
        .headers_mut()
        .insert("x-hub-signature-256", signature);
    request
}

/// Bare HTTP, with nothing or only one call behind it.
pub(crate) struct Bare {
    pub(crate) name: &'static str,
    pub(crate) process: Process,
    pub(crate) connections: usize,
    pub(crate) measured: Duration,
}

#[async_trait(?Send)]
impl Contender for Bare {
    fn name(&self) -> String {
        self.name.to_owned()
    }

    async fn measure(&mut self) -> anyhow::Result<Sample> {
        let body = br#"{"otpCode":"482913","toPhoneE164":"+966551234567","languageCode":"en","idempotencyKey":"0199c2f0-7a3b-7c11-8d2e-3f4a5b6c7d8e"}"#;
        let (loaded, sample) = load(
            &self.process,
            None,
            (self.connections, Span::For(self.measured)),
            Arc::new(|| Some(post("/", None, body.to_vec()))),
            Arc::new(|_, _| ()),
        )
        .await?;
        loaded.require_only(200)?;
        Ok(sample)
    }
}

/// SQLite without grouping: each admission and each settlement is a transaction, one by one.
pub(crate) struct OneByOne {
    pub(crate) rig: Rc<Rig>,
    pub(crate) storage: Arc<dyn otp_core::ports::Storage>,
    pub(crate) attempt: otp_core::send::SendAttempt,
    pub(crate) measured: Duration,
}

#[async_trait(?Send)]
impl Contender for OneByOne {
    fn name(&self) -> String {
        "one transaction a step, no HTTP".to_owned()
    }

    async fn measure(&mut self) -> anyhow::Result<Sample> {
        use otp_core::ids::MessageId;
        use otp_core::sealing::{RecipientIndex, Sealed, SealedProviderMessageId};
        use otp_core::send::{Admission, Outcome, Settlement};

        let start = tokio::time::Instant::now();
        let mut latencies = crate::latency::Latencies::default();
        while start.elapsed() < self.measured {
            let begun = tokio::time::Instant::now();
            let mut attempt = self.attempt.clone();
            attempt.message_id = MessageId(Uuid::from_u128(rand::random()));
            attempt.recipient_index = RecipientIndex(rand::random());
            let key = Uuid::from_u128(rand::random());
            attempt.idempotency_key = Some(otp_core::idempotency::IdempotencyKey(key));
            let settlement = Settlement {
                message_id: attempt.message_id,
                account_id: attempt.account_id,
                outcome: Outcome::Accepted(SealedProviderMessageId {
                    index: otp_core::sealing::ProviderMessageIndex(rand::random()),
                    sealed: Some(Sealed(vec![0; 93])),
                }),
                provider_time: None,
                at: attempt.at,
            };
            let admitted = self.storage.admit(Arc::from([attempt])).await?;
            anyhow::ensure!(admitted == [Admission::Admitted], "{admitted:?}");
            self.storage.settle(Arc::from([settlement])).await?;
            self.rig.add_foreign_messages(1);
            latencies.add(begun.elapsed());
        }
        Ok(Sample::of(latencies, start.elapsed()))
    }
}
