//! The use cases of administrative commands, one method each. No command calls a storage port by itself.

mod without_use_case;

use std::sync::Arc;
use std::time::Duration;

use otp_core::account::{Account, Contact};
use otp_core::api_key::{ApiKey, ApiKeySecret};
use otp_core::channel::whatsapp::Sender;
use otp_core::channel::whatsapp::template::draft::TemplateDraft;
use otp_core::channel::whatsapp::template::preflight::Check;
use otp_core::credits::Credits;
use otp_core::credits::audit::CreditReport;
use otp_core::ids::{AccountId, ApiKeyId, PlanId, SenderId};
use otp_core::language::LanguageTag;
use otp_core::opt_out::ConsentRequest;
use otp_core::ports::{Clock, Randomness, Storage, TemplateRegistry};
use otp_core::recipient::PhoneNumber;
use otp_core::sealing::Sealer;
use otp_core::subscription::Subscription;
use otp_core::time::Timestamp;
use otp_core::usecases::add_sender::{NewSender, add_sender};
use otp_core::usecases::audit_credits::audit_credits;
use otp_core::usecases::create_account::create_account;
use otp_core::usecases::create_api_key::create_api_key;
use otp_core::usecases::create_templates::{Created, create_templates};
use otp_core::usecases::enter_consent::enter_consent;
use otp_core::usecases::examine_sender::{ExamineSender, Examined};
use otp_core::usecases::grant_subscription::grant_subscription;
use otp_core::usecases::preflight_templates::preflight_templates;
use otp_core::usecases::rotate_api_key::rotate_api_key;
use otp_core::usecases::sync_templates::{Synced, TemplatePorts, sync_templates};

use crate::adapters;
use crate::overrides::Overrides;
use crate::settings::{Settings, Sources};
use crate::store::Store;

/// An open store, and what administrative commands need beside it.
pub(crate) struct Administration {
    storage: Arc<dyn Storage>,
    clock: Arc<dyn Clock>,
    randomness: Arc<dyn Randomness>,
    settings: Settings,
    overrides: Overrides,
}

impl Administration {
    /// Starts the log, opens the store and applies pending migrations.
    pub(super) async fn open(sources: &Sources, overrides: Overrides) -> anyhow::Result<Self> {
        let settings = sources.load()?;
        crate::logging::start(&settings.log);
        let store = Store::open_migrated(&settings.database, &overrides).await?;
        Ok(Self::new(store.ports(), settings, overrides))
    }

    pub(crate) fn new(storage: Arc<dyn Storage>, settings: Settings, overrides: Overrides) -> Self {
        Self {
            storage,
            clock: overrides.clock(),
            randomness: overrides.randomness(),
            settings,
            overrides,
        }
    }

    /// Returns the sealer. Only commands that touch personal data need the master key.
    pub(super) fn sealer(&self) -> anyhow::Result<Sealer> {
        Ok(Sealer::new(self.settings.master_key()?))
    }

    pub(super) async fn create_account(
        &self,
        contact: &Contact,
        language: LanguageTag,
    ) -> anyhow::Result<Account> {
        let sealer = self.sealer()?;
        let created = create_account(&*self.storage, self.world(), &sealer, contact, language);
        Ok(created.await?)
    }

    pub(super) async fn create_api_key(
        &self,
        account: AccountId,
        name: String,
        expires_at: Option<Timestamp>,
    ) -> anyhow::Result<(ApiKey, ApiKeySecret)> {
        let created = create_api_key(&*self.storage, self.world(), account, name, expires_at);
        Ok(created.await?)
    }

    pub(super) async fn rotate_api_key(
        &self,
        key: ApiKeyId,
        overlap: Duration,
    ) -> anyhow::Result<(ApiKey, ApiKeySecret)> {
        Ok(rotate_api_key(&*self.storage, self.world(), key, overlap).await?)
    }

    pub(super) async fn audit_credits(&self) -> anyhow::Result<CreditReport> {
        Ok(audit_credits(&*self.storage).await?)
    }

    pub(super) async fn grant_subscription(
        &self,
        account: AccountId,
        credits: Credits,
        plan: Option<PlanId>,
    ) -> anyhow::Result<Subscription> {
        let granted = grant_subscription(&*self.storage, self.world(), account, credits, plan);
        Ok(granted.await?)
    }

    pub(super) async fn add_sender(&self, new: NewSender) -> anyhow::Result<Sender> {
        let sealer = self.sealer()?;
        Ok(add_sender(&*self.storage, self.world(), &sealer, new).await?)
    }

    /// Asks the provider about a sender; `None` if there is no such sender.
    pub(super) async fn examine_sender(
        &self,
        sender: SenderId,
    ) -> anyhow::Result<Option<Examined>> {
        let examiner = adapters::sender_examiner(&self.settings, &self.overrides)?;
        let examiner = examiner
            .ok_or_else(|| anyhow::anyhow!("this program cannot ask its provider about senders"))?;
        let examine = ExamineSender {
            senders: self.storage.clone(),
            healths: self.storage.clone(),
            examiner,
            clock: Arc::clone(&self.clock),
            sealer: self.sealer()?,
        };
        Ok(examine.execute(sender, None).await?)
    }

    pub(super) async fn enter_consent(
        &self,
        account: AccountId,
        phone: &PhoneNumber,
        request: ConsentRequest,
    ) -> anyhow::Result<()> {
        let sealer = self.sealer()?;
        let of = (account, phone);
        let entered = enter_consent(&*self.storage, self.world(), &sealer, of, request);
        Ok(entered.await?)
    }

    pub(super) async fn create_templates(
        &self,
        sender: &Sender,
        draft: &TemplateDraft,
        languages: &[LanguageTag],
    ) -> anyhow::Result<Vec<Created>> {
        let (registry, sealer) = (self.template_registry()?, self.sealer()?);
        let ports = self.template_ports(&*registry, &sealer);
        Ok(create_templates(ports, sender, draft, languages).await?)
    }

    pub(super) async fn sync_templates(&self, sender: &Sender) -> anyhow::Result<Synced> {
        let (registry, sealer) = (self.template_registry()?, self.sealer()?);
        let ports = self.template_ports(&*registry, &sealer);
        Ok(sync_templates(ports, sender).await?)
    }

    pub(super) async fn preflight_templates(
        &self,
        senders: &[Sender],
    ) -> anyhow::Result<Vec<Check>> {
        let (registry, sealer) = (self.template_registry()?, self.sealer()?);
        let ports = self.template_ports(&*registry, &sealer);
        Ok(preflight_templates(ports, &*self.storage, senders).await?)
    }

    fn world(&self) -> (&dyn Clock, &dyn Randomness) {
        (&*self.clock, &*self.randomness)
    }

    fn template_registry(&self) -> anyhow::Result<Arc<dyn TemplateRegistry>> {
        Ok(adapters::template_registry(
            &self.settings,
            &self.overrides,
        )?)
    }

    fn template_ports<'a>(
        &'a self,
        registry: &'a dyn TemplateRegistry,
        sealer: &'a Sealer,
    ) -> TemplatePorts<'a> {
        TemplatePorts {
            templates: &*self.storage,
            registry,
            clock: &*self.clock,
            randomness: &*self.randomness,
            sealer,
        }
    }
}
