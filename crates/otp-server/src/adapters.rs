//! The adapters of a running gateway: each port, with the adapter that implements it.
//!
//! A default adapter is chosen here; to replace one without a change to this crate, see [`Overrides`].

use std::sync::Arc;

use otp_core::channel::whatsapp::WhatsAppLimits;
use otp_core::ports::{
    Clock, Directory, MessageSender, Messages, NoticeSender, ProofKeys, ProofSigner,
    ProviderInspector, ProviderWebhook, Randomness, Receipts, RecipientIdentities, SendLedger,
    SenderExaminer, Storage, StorageHealth, TemplateRegistry, VerificationLedger, Verifications,
    WebhookCaller,
};
use otp_core::recipient::EmailAddress;
use otp_core::usecases::account_sealers::AccountSealers;
use otp_core::usecases::receive_test_message::ReceiveTestMessage;
use otp_hot_path::{
    BatchLimits, CachedDirectory, CachedProofKeys, GapWatch, GroupCommit, GroupedChecks,
    GroupedReads, NarrowReads, NotedKeyUses, PacedSender, SharedHealth, SpaceWatch,
};
use otp_proof::JwtSigner;
use otp_smtp::{SmtpMailer, SmtpNoticeSender, SmtpOtpSender};
use otp_webhooks::{HttpWebhookCaller, InvalidWebhookCaller, WebhookCallerOptions};
use otp_whatsapp::{
    CloudApiInspector, CloudApiNumbers, CloudApiSender, CloudApiTemplates, CloudApiWebhook,
};
use tokio::sync::Notify;

use crate::by_channel::ByChannel;
use crate::failure::SetupError;
use crate::inbox_bell::LocalBell;
use crate::keyring::Keys;
use crate::metrics::{
    CodeCounts, CountedChecks, CountedLedger, CountedSender, CountedWebhook, Metrics, Watched,
};
use crate::overrides::Overrides;
use crate::settings::Settings;
use crate::waking_ledger::WakingLedger;

/// The ports of a running gateway.
pub(crate) struct Adapters {
    /// Everything that is stored, without a decorator.
    pub(crate) storage: Arc<dyn Storage>,
    /// Shared by all who ask; watches whether the storage is full.
    pub(crate) health: Arc<dyn StorageHealth>,
    /// Cached.
    pub(crate) directory: Arc<dyn Directory>,
    /// The uses of API keys that are not stored yet.
    pub(crate) key_uses: Arc<NotedKeyUses>,
    /// Batched, and counted by batch. Notifies [`queued`](Self::queued) and [`failed`](Self::failed).
    pub(crate) ledger: Arc<dyn SendLedger>,
    /// Rung when a message was put into a test inbox.
    pub(crate) bell: LocalBell,
    /// Notified when a message was queued for its hand-over.
    pub(crate) queued: Arc<Notify>,
    /// Notified when a failed message was recorded, which may have a fallback.
    pub(crate) failed: Arc<Notify>,
    /// The address that mails come from; `None` if no mail server is set.
    pub(crate) mail_from: Option<EmailAddress>,
    /// Checks are batched.
    pub(crate) verification_ledger: Arc<dyn VerificationLedger>,
    /// Few at a time, with the other narrow reads.
    pub(crate) verifications: Arc<dyn Verifications>,
    /// Batched.
    pub(crate) messages: Arc<dyn Messages>,
    /// Few at a time.
    pub(crate) narrow_reads: Arc<NarrowReads>,
    /// Batched.
    pub(crate) receipts: Arc<dyn Receipts>,
    /// Batched.
    pub(crate) identities: Arc<dyn RecipientIdentities>,
    /// Paced, and counted by call.
    pub(crate) sender: Arc<PacedSender<WhatsAppLimits>>,
    /// `None` if nobody can be asked about senders.
    pub(crate) sender_examiner: Option<Arc<dyn SenderExaminer>>,
    /// `None` if nobody can be asked about templates.
    pub(crate) template_registry: Option<Arc<dyn TemplateRegistry>>,
    /// Counted, and watched for gaps; `None` if webhooks are off.
    pub(crate) provider_webhook: Option<Arc<GapWatch>>,
    /// `None` if no mail server is set.
    pub(crate) notice_sender: Option<Arc<dyn NoticeSender>>,
    /// `None` if no customer's server can be called.
    pub(crate) webhook_caller: Option<Arc<dyn WebhookCaller>>,
    /// Cached.
    pub(crate) proof_keys: Arc<dyn ProofKeys>,
    /// Over the cached keys.
    pub(crate) proof_signer: Arc<dyn ProofSigner>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) randomness: Arc<dyn Randomness>,
    pub(crate) keys: Keys,
    /// Over the cached directory.
    pub(crate) sealers: AccountSealers,
    pub(crate) codes: Arc<CodeCounts>,
    pub(crate) metrics: Metrics,
}

impl Adapters {
    /// Makes the adapters over an open store, and starts their decorators on the current runtime. Proofs
    /// name `public_url` as their issuer.
    pub(crate) fn start(
        settings: &Settings,
        overrides: &Overrides,
        storage: Arc<dyn Storage>,
        keys: Keys,
        public_url: String,
    ) -> Result<Self, SetupError> {
        let directory = Arc::new(CachedDirectory::new(storage.clone()));
        let codes = Arc::new(CodeCounts::default());
        let ledger = CountedLedger::new(storage.clone(), Arc::clone(&codes));
        let checks = CountedChecks::new(storage.clone());
        let watch = SpaceWatch::new(Arc::new(ledger), Arc::new(checks), storage.clone());
        let watch = Arc::new(watch);
        let ledger = Arc::new(GroupCommit::start(watch.clone(), BatchLimits::DEFAULT));
        let checks = Arc::new(GroupedChecks::start(watch.clone(), BatchLimits::DEFAULT));
        let reads = Arc::new(GroupedReads::start(storage.clone()));
        let narrow_reads = Arc::new(NarrowReads::of_store(storage.clone()));
        let mailer = mailer(settings)?;
        let bell = LocalBell::default();
        let test = ReceiveTestMessage {
            inbox: storage.clone(),
            bell: Arc::new(bell.clone()),
            clock: overrides.clock(),
        };
        let sender = message_sender(settings, overrides, mailer.as_ref(), test)?;
        let sender = CountedSender::new(sender);
        let sender = Arc::new(PacedSender::new(Arc::new(sender)));
        let proof_keys = Arc::new(CachedProofKeys::new(storage.clone()));
        let proof_signer = JwtSigner::new(
            proof_keys.clone(),
            Arc::clone(&keys.installation),
            overrides.clock(),
            public_url,
        );
        let (queued, failed) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let metrics = Metrics::start(Watched {
            storage: storage.clone(),
            sender: Arc::clone(&sender),
            ledger: Arc::clone(&ledger),
            checks: Arc::clone(&checks),
            directory: Arc::clone(&directory),
            codes: Arc::clone(&codes),
            clock: overrides.clock(),
        });
        Ok(Self {
            verification_ledger: checks,
            verifications: narrow_reads.clone(),
            narrow_reads,
            storage,
            health: Arc::new(SharedHealth::new(watch)),
            ledger: Arc::new(WakingLedger {
                ledger,
                queued: Arc::clone(&queued),
                failed: Arc::clone(&failed),
            }),
            queued,
            failed,
            bell,
            mail_from: mailer.as_ref().map(|mailer| mailer.address().clone()),
            messages: reads.clone(),
            receipts: reads.clone(),
            identities: reads,
            sender,
            sender_examiner: sender_examiner(settings, overrides)?,
            template_registry: own_template_registry(settings, overrides)?,
            provider_webhook: provider_webhook(settings, overrides, &keys),
            notice_sender: notice_sender(overrides, mailer.as_ref()),
            webhook_caller: webhook_caller(settings, overrides)?,
            proof_keys,
            proof_signer: Arc::new(proof_signer),
            clock: overrides.clock(),
            randomness: overrides.randomness(),
            sealers: keys.sealers(directory.clone()),
            keys,
            directory,
            key_uses: Arc::default(),
            codes,
            metrics: metrics.map_err(SetupError::caused_by)?,
        })
    }
}

/// Calls the endpoints of customers. Without root certificates nothing can prove that it is one; the rest works.
fn webhook_caller(
    settings: &Settings,
    overrides: &Overrides,
) -> Result<Option<Arc<dyn WebhookCaller>>, SetupError> {
    if let Some(caller) = &overrides.webhook_caller {
        return Ok(Some(Arc::clone(caller)));
    }
    let options = WebhookCallerOptions {
        private_targets: settings.webhooks.private_targets,
        ..WebhookCallerOptions::default()
    };
    match HttpWebhookCaller::new(&options) {
        Ok(caller) => Ok(Some(Arc::new(caller))),
        Err(error @ InvalidWebhookCaller::NoRootCertificates) => {
            tracing::warn!("webhooks are not delivered: {error}");
            Ok(None)
        }
        Err(error) => Err(SetupError::caused_by(error)),
    }
}

fn message_sender(
    settings: &Settings,
    overrides: &Overrides,
    mailer: Option<&Arc<SmtpMailer>>,
    test: ReceiveTestMessage,
) -> Result<Arc<dyn MessageSender>, SetupError> {
    let by_smtp = |mailer: &Arc<SmtpMailer>| {
        Arc::new(SmtpOtpSender::new(Arc::clone(mailer))) as Arc<dyn MessageSender>
    };
    Ok(Arc::new(ByChannel {
        whatsapp: whatsapp_sender(settings, overrides)?,
        email: overrides.email_sender.clone().or(mailer.map(by_smtp)),
        test,
    }))
}

fn whatsapp_sender(
    settings: &Settings,
    overrides: &Overrides,
) -> Result<Arc<dyn MessageSender>, SetupError> {
    if let Some(sender) = &overrides.sender {
        return Ok(Arc::clone(sender));
    }
    let sender = CloudApiSender::new(&settings.whatsapp.client);
    Ok(Arc::new(sender.map_err(SetupError::caused_by)?))
}

/// Asks the provider about senders. WhatsApp is not asked about the senders of another transport: it would
/// refuse their tokens, and that stops a sender.
pub(crate) fn sender_examiner(
    settings: &Settings,
    overrides: &Overrides,
) -> Result<Option<Arc<dyn SenderExaminer>>, SetupError> {
    if overrides.sender_examiner.is_some() || overrides.sender.is_some() {
        return Ok(overrides.sender_examiner.clone());
    }
    let whatsapp = &settings.whatsapp;
    let examiner = CloudApiNumbers::new(&whatsapp.client, whatsapp.timeout);
    Ok(Some(Arc::new(examiner.map_err(SetupError::caused_by)?)))
}

/// Asks the provider about the set-up of senders. WhatsApp is not asked about those of another transport.
pub(crate) fn provider_inspector(
    settings: &Settings,
    overrides: &Overrides,
) -> Result<Option<Arc<dyn ProviderInspector>>, SetupError> {
    if overrides.sender.is_some() {
        return Ok(None);
    }
    let whatsapp = &settings.whatsapp;
    let inspector = CloudApiInspector::new(&whatsapp.client, whatsapp.timeout);
    Ok(Some(Arc::new(inspector.map_err(SetupError::caused_by)?)))
}

/// Lists and creates templates at the provider.
pub(crate) fn template_registry(
    settings: &Settings,
    overrides: &Overrides,
) -> Result<Arc<dyn TemplateRegistry>, SetupError> {
    if let Some(registry) = &overrides.template_registry {
        return Ok(Arc::clone(registry));
    }
    let whatsapp = &settings.whatsapp;
    let registry = CloudApiTemplates::new(&whatsapp.client, whatsapp.timeout);
    Ok(Arc::new(registry.map_err(SetupError::caused_by)?))
}

/// Lists templates without an operator. WhatsApp is not asked about the templates of another transport:
/// what it does not list would count as deleted.
pub(crate) fn own_template_registry(
    settings: &Settings,
    overrides: &Overrides,
) -> Result<Option<Arc<dyn TemplateRegistry>>, SetupError> {
    if overrides.template_registry.is_none() && overrides.sender.is_some() {
        return Ok(None);
    }
    template_registry(settings, overrides).map(Some)
}

fn provider_webhook(
    settings: &Settings,
    overrides: &Overrides,
    keys: &Keys,
) -> Option<Arc<GapWatch>> {
    let of_whatsapp = || {
        let webhook = settings.whatsapp.webhook.as_ref()?;
        let (secret, token) = (webhook.app_secret.clone(), webhook.verify_token.clone());
        let webhook = CloudApiWebhook::new(secret, token, (*keys.installation).clone());
        Some(Arc::new(webhook) as Arc<dyn ProviderWebhook>)
    };
    let webhook = overrides.provider_webhook.clone().or_else(of_whatsapp)?;
    let counted = Arc::new(CountedWebhook::new(webhook));
    Some(Arc::new(GapWatch::new(counted)))
}

/// Mails; `None` if no mail server is set.
pub(crate) fn mailer(settings: &Settings) -> Result<Option<Arc<SmtpMailer>>, SetupError> {
    let mail = settings.mail.as_ref();
    mail.map(|mail| mail.mailer()).transpose()
}

/// Mails notices; `None` if no mail server is set.
pub(crate) fn notice_sender(
    overrides: &Overrides,
    mailer: Option<&Arc<SmtpMailer>>,
) -> Option<Arc<dyn NoticeSender>> {
    let by_smtp = |mailer: &Arc<SmtpMailer>| {
        Arc::new(SmtpNoticeSender::new(Arc::clone(mailer))) as Arc<dyn NoticeSender>
    };
    overrides.notice_sender.clone().or(mailer.map(by_smtp))
}
