//! Wiring: which adapter stands behind which port. To swap one, change it here.

use std::sync::Arc;

use otp_core::ports::{
    Clock, Directory, MessageSender, Randomness, SchemaState, SendLedger, Storage,
};
use otp_core::sealing::{OpenError, Purpose, Sealer};
use otp_core::usecases::apply_receipts::ApplyReceipts;
use otp_core::usecases::apply_sender_events::ApplySenderEvents;
use otp_core::usecases::apply_template_events::ApplyTemplateEvents;
use otp_core::usecases::authenticate::Authenticate;
use otp_core::usecases::check_message_status::CheckMessageStatus;
use otp_core::usecases::examine_sender::ExamineSender;
use otp_core::usecases::explain_send::ExplainSend;
use otp_core::usecases::handle_provider_webhook::HandleProviderWebhook;
use otp_core::usecases::list_messages::ListMessages;
use otp_core::usecases::mail_notices::MailNotices;
use otp_core::usecases::record_consent::RecordConsent;
use otp_core::usecases::send_message::{SendMessage, SendMessagePorts, SendPolicy};
use otp_core::usecases::show_message::ShowMessage;
use otp_hot_path::{CachedDirectory, GroupCommit, GroupCommitOptions, GroupedReads, PacedSender};
use otp_http::{Api, ApiState, HttpOptions, WhatsAppWebhook};
use otp_postgres::{PgOptions, PgStore};
use otp_sqlite::{SqliteOptions, SqliteStore};
use otp_whatsapp::{CloudApiNumbers, CloudApiSender, CloudApiWebhook};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::failure::{SetupError, setup};
use crate::metrics::{CountedLedger, CountedSender, CountedWebhook, Metrics, Watched};
use crate::settings::{Database, DatabaseUrl, Settings, Webhook};
use crate::system::{SystemClock, SystemRandomness};
use crate::workers::{self, SenderWatch};

/// An open store, whichever it is.
pub(crate) enum Store {
    Sqlite(SqliteStore),
    Postgres(PgStore),
}

impl Store {
    /// Opens the store of the settings; its schema is left as it is.
    pub(crate) async fn open(database: &Database) -> anyhow::Result<Self> {
        match &database.url {
            DatabaseUrl::Sqlite(url) => {
                let mut options = SqliteOptions::from_url(url).map_err(setup)?;
                options.low_balance = database.low_balance;
                SqliteStore::connect(&options)
                    .await
                    .map(Self::Sqlite)
                    .map_err(setup)
            }
            DatabaseUrl::Postgres(url) => {
                let mut options = PgOptions::from_url(url).map_err(setup)?;
                options.max_connections = database.max_connections;
                options.low_balance = database.low_balance;
                PgStore::connect(&options)
                    .await
                    .map(Self::Postgres)
                    .map_err(setup)
            }
        }
    }

    /// Opens the store and brings its schema up to date, as every command but `serve --no-migrate`
    /// does.
    pub(crate) async fn open_migrated(database: &Database) -> anyhow::Result<Self> {
        let store = Self::open(database).await?;
        store.migrate().await?;
        Ok(store)
    }

    /// Applies the pending migrations and returns their number. A schema that no longer serves this
    /// program is refused and left alone.
    pub(crate) async fn migrate(&self) -> anyhow::Result<usize> {
        self.ports().migrate().await.map_err(setup)
    }

    /// Fails unless this program can run on the schema as it is.
    pub(crate) async fn require_current_schema(&self) -> anyhow::Result<()> {
        let state = self.ports().state().await.map_err(setup)?;
        let remedy = match state {
            SchemaState::UpToDate | SchemaState::Ahead => return Ok(()),
            SchemaState::Behind(_) => "run `otp-server migrate`",
            SchemaState::TooNew => "install a newer program",
        };
        Err(SetupError(format!("the schema of the database {state}; {remedy}")).into())
    }

    /// The storage ports.
    pub(crate) fn ports(&self) -> Arc<dyn Storage> {
        match self {
            Self::Sqlite(store) => Arc::new(store.clone()),
            Self::Postgres(store) => Arc::new(store.clone()),
        }
    }

    /// SQLite has one writer; on PostgreSQL several batches of different accounts can be under way.
    fn lanes(&self) -> usize {
        match self {
            Self::Sqlite(_) => 1,
            Self::Postgres(_) => 1,
        }
    }
}

/// What a server runs.
pub(crate) struct Wired {
    pub(crate) api: Api,
    pub(crate) metrics: Metrics,
    /// Requests under way and background workers.
    pub(crate) tasks: TaskTracker,
    /// Ends the workers.
    pub(crate) stop_workers: CancellationToken,
}

/// The API over the settings' adapters, and the workers beside it, started.
pub(crate) fn wire(settings: &Settings, store: &Store) -> anyhow::Result<Wired> {
    let sealer = Sealer::new(settings.master_key()?);
    let storage = store.ports();
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let randomness: Arc<dyn Randomness> = Arc::new(SystemRandomness);
    let cached = Arc::new(CachedDirectory::new(storage.clone()));
    let directory: Arc<dyn Directory> = cached.clone();
    let grouping = GroupCommitOptions {
        lanes: store.lanes(),
        ..GroupCommitOptions::default()
    };
    let ledger: Arc<dyn SendLedger> = Arc::new(CountedLedger::new(storage.clone()));
    let grouping = Arc::new(GroupCommit::start(&ledger, grouping));
    let ledger: Arc<dyn SendLedger> = grouping.clone();
    let reads = Arc::new(GroupedReads::start(storage.clone()));
    let sender = CloudApiSender::new(&settings.whatsapp.client).map_err(setup)?;
    let counted = CountedSender::new(Arc::new(sender));
    let paced = Arc::new(PacedSender::new(Arc::new(counted)));
    let metrics = Metrics::start(Watched {
        storage: storage.clone(),
        paced: Arc::clone(&paced),
        grouping,
        directory: cached,
    })
    .map_err(setup)?;
    let sender: Arc<dyn MessageSender> = paced.clone();
    let policy = SendPolicy {
        request_deadline: settings.messages.request_deadline,
        provider_timeout: settings.whatsapp.timeout,
        message_lifetime: settings.messages.lifetime,
    };
    let apply_template_events = ApplyTemplateEvents {
        templates: storage.clone(),
        senders: storage.clone(),
        outbox: storage.clone(),
        clock: Arc::clone(&clock),
    };
    let whatsapp_webhook = settings.whatsapp.webhook.as_ref().map(|webhook| {
        let Webhook {
            app_secret,
            verify_token,
        } = webhook;
        let (secret, token) = (app_secret.clone(), verify_token.clone());
        WhatsAppWebhook {
            provider: Arc::new(CountedWebhook::new(Arc::new(CloudApiWebhook::new(
                secret,
                token,
                sealer.clone(),
            )))),
            handle_provider_webhook: HandleProviderWebhook {
                apply_receipts: ApplyReceipts::new(
                    reads.clone(),
                    Arc::clone(&ledger),
                    reads.clone(),
                ),
                record_consent: RecordConsent::new(storage.clone(), storage.clone()),
                apply_template_events: apply_template_events.clone(),
                apply_sender_events: ApplySenderEvents {
                    senders: storage.clone(),
                    healths: storage.clone(),
                    clock: Arc::clone(&clock),
                },
            },
            clock: Arc::clone(&clock),
        }
    });
    let ports = SendMessagePorts {
        directory: Arc::clone(&directory),
        ledger,
        sender,
        templates: apply_template_events,
        clock: Arc::clone(&clock),
        randomness,
    };
    let tasks = TaskTracker::new();
    let stop_workers = CancellationToken::new();
    tasks.spawn(workers::expire_pending_messages(
        storage.clone(),
        Arc::clone(&ports.ledger),
        Arc::clone(&clock),
        stop_workers.clone(),
    ));
    tasks.spawn(workers::resolve_consents(
        RecordConsent::new(storage.clone(), storage.clone()),
        Arc::clone(&clock),
        stop_workers.clone(),
    ));
    let watch = SenderWatch {
        examine: examine_sender(settings, storage.clone())?,
        paced,
        outbox: storage.clone(),
    };
    tasks.spawn(watch.run(stop_workers.clone()));
    let send_message = SendMessage::new(ports, sealer.clone(), policy);
    if let Some(mail) = &settings.mail {
        let mail = MailNotices::new(
            storage.clone(),
            storage.clone(),
            Arc::new(mail.mailer()?),
            Arc::clone(&clock),
            sealer.clone(),
        );
        tasks.spawn(workers::mail_notices(mail, stop_workers.clone()));
    }
    tasks.spawn(workers::look_after_notices(
        storage.clone(),
        Arc::clone(&clock),
        stop_workers.clone(),
    ));
    let state = ApiState {
        authenticate: Authenticate::new(directory, clock),
        explain_send: ExplainSend::new(send_message.clone(), storage.clone()),
        send_message,
        check_message_status: CheckMessageStatus::new(reads, sealer.clone()),
        show_message: ShowMessage::new(storage.clone(), sealer.clone()),
        list_messages: ListMessages::new(storage.clone(), sealer),
        whatsapp_webhook,
        health: storage,
        runtime: tokio::runtime::Handle::current(),
        tasks: tasks.clone(),
    };
    let options = HttpOptions {
        per_ip: settings.rate_limit,
        trusted_proxies: settings.http.trusted_proxies.clone(),
        public_url: settings.http.public_url.clone(),
    };
    Ok(Wired {
        api: Api::new(state, options),
        metrics,
        tasks,
        stop_workers,
    })
}

/// Asks WhatsApp about senders.
pub(crate) fn examine_sender(
    settings: &Settings,
    storage: Arc<dyn Storage>,
) -> anyhow::Result<ExamineSender> {
    let whatsapp = &settings.whatsapp;
    let numbers = CloudApiNumbers::new(&whatsapp.client, whatsapp.timeout).map_err(setup)?;
    Ok(ExamineSender {
        senders: storage.clone(),
        healths: storage,
        examiner: Arc::new(numbers),
        clock: Arc::new(SystemClock),
        sealer: Sealer::new(settings.master_key()?),
    })
}

/// Fails if what is stored was sealed with another master key: better now than at the first send.
pub(crate) async fn require_matching_master_key(
    settings: &Settings,
    storage: &dyn Storage,
) -> anyhow::Result<()> {
    let sealer = Sealer::new(settings.master_key()?);
    for sender in otp_core::ports::Senders::list(storage).await? {
        if sealer.open(Purpose::AccessToken, &sender.access_token) == Err(OpenError::OtherKey) {
            let why =
                "security.master_key is not the key the stored access tokens were sealed with";
            return Err(SetupError(why.to_owned()).into());
        }
    }
    Ok(())
}
