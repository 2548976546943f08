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
use otp_core::ports::{Clock, Randomness, Storage};
use otp_core::sealing::AccountSealer;
use otp_core::subscription::Subscription;
use otp_core::time::Timestamp;
use otp_core::usecases::account_sealers::AccountSealers;
use otp_core::usecases::add_sender::{AddSender, NewSender};
use otp_core::usecases::audit_credits::AuditCredits;
use otp_core::usecases::check_keyring::CheckKeyring;
use otp_core::usecases::create_account::{CreateAccount, NewAccount};
use otp_core::usecases::create_api_key::{CreateApiKey, NewApiKey};
use otp_core::usecases::create_templates::{CreateTemplates, Created, NewTemplate};
use otp_core::usecases::enter_consent::EnterConsent;
use otp_core::usecases::examine_sender::{ExamineSender, Examined};
use otp_core::usecases::grant_subscription::{GrantSubscription, NewSubscription};
use otp_core::usecases::preflight_templates::PreflightTemplates;
use otp_core::usecases::rotate_api_key::{RotateApiKey, RotateApiKeyRequest};
use otp_core::usecases::rotate_keyring::RotateKeyring;
use otp_core::usecases::show_consent::ShowConsent;
use otp_core::usecases::sync_templates::{SyncTemplates, Synced, TemplatePorts};

use crate::adapters;
use crate::keyring::Keys;
use crate::overrides::Overrides;
use crate::settings::{Settings, Sources};
use crate::store::Store;

/// An open store, and what administrative commands need beside it.
pub(crate) struct Administration {
    storage: Arc<dyn Storage>,
    /// `None` if no master key is set; only commands that touch personal data need one.
    keys: Option<Keys>,
    clock: Arc<dyn Clock>,
    randomness: Arc<dyn Randomness>,
    settings: Settings,
    overrides: Overrides,
}

impl Administration {
    /// Starts the log, opens the store and its keyring, and applies pending migrations.
    pub(super) async fn open(sources: &Sources, overrides: Overrides) -> anyhow::Result<Self> {
        let settings = sources.load()?;
        crate::logging::start(&settings.log);
        let (store, keys) = Store::open_ready(&settings, &overrides).await?;
        Ok(Self::new(store.ports(), keys, settings, overrides))
    }

    pub(crate) fn new(
        storage: Arc<dyn Storage>,
        keys: Option<Keys>,
        settings: Settings,
        overrides: Overrides,
    ) -> Self {
        Self {
            storage,
            keys,
            clock: overrides.clock(),
            randomness: overrides.randomness(),
            settings,
            overrides,
        }
    }

    /// Returns the keys, or fails if no master key is set.
    fn keys(&self) -> anyhow::Result<&Keys> {
        if let Some(keys) = &self.keys {
            return Ok(keys);
        }
        self.settings.master_keys()?;
        anyhow::bail!("the keyring is not open")
    }

    fn sealers(&self) -> anyhow::Result<AccountSealers> {
        Ok(self.keys()?.sealers(self.storage.clone()))
    }

    /// Returns what opens the data of an account; `None` if its key is deleted.
    pub(super) async fn sealer(
        &self,
        account: AccountId,
    ) -> anyhow::Result<Option<Arc<AccountSealer>>> {
        Ok(self.sealers()?.find(account).await?)
    }

    pub(super) async fn create_account(
        &self,
        contact: Contact,
        default_language: LanguageTag,
    ) -> anyhow::Result<Account> {
        let create_account = CreateAccount {
            accounts: self.storage.clone(),
            master_keys: Arc::clone(&self.keys()?.master_keys),
            clock: Arc::clone(&self.clock),
            randomness: Arc::clone(&self.randomness),
        };
        let new = NewAccount {
            contact,
            default_language,
            rules: self.settings.new_account_rules,
        };
        Ok(create_account.execute(new).await?)
    }

    pub(super) async fn create_api_key(
        &self,
        account_id: AccountId,
        name: String,
        expires_at: Option<Timestamp>,
    ) -> anyhow::Result<(ApiKey, ApiKeySecret)> {
        let create_api_key = CreateApiKey {
            keys: self.storage.clone(),
            clock: Arc::clone(&self.clock),
            randomness: Arc::clone(&self.randomness),
        };
        let new = NewApiKey {
            account_id,
            name,
            expires_at,
        };
        Ok(create_api_key.execute(new).await?)
    }

    pub(super) async fn rotate_api_key(
        &self,
        id: ApiKeyId,
        overlap: Duration,
    ) -> anyhow::Result<(ApiKey, ApiKeySecret)> {
        let rotate_api_key = RotateApiKey {
            keys: self.storage.clone(),
            clock: Arc::clone(&self.clock),
            randomness: Arc::clone(&self.randomness),
        };
        let request = RotateApiKeyRequest { id, overlap };
        Ok(rotate_api_key.execute(request).await?)
    }

    pub(super) async fn audit_credits(&self) -> anyhow::Result<CreditReport> {
        let audit_credits = AuditCredits {
            audit: self.storage.clone(),
        };
        Ok(audit_credits.execute().await?)
    }

    pub(super) async fn grant_subscription(
        &self,
        account_id: AccountId,
        credits: Credits,
        plan_id: Option<PlanId>,
    ) -> anyhow::Result<Subscription> {
        let grant_subscription = GrantSubscription {
            subscriptions: self.storage.clone(),
            clock: Arc::clone(&self.clock),
            randomness: Arc::clone(&self.randomness),
        };
        let new = NewSubscription {
            account_id,
            credits,
            plan_id,
        };
        Ok(grant_subscription.execute(new).await?)
    }

    pub(super) async fn add_sender(&self, new: NewSender) -> anyhow::Result<Sender> {
        let add_sender = AddSender {
            senders: self.storage.clone(),
            sealers: self.sealers()?,
            clock: Arc::clone(&self.clock),
            randomness: Arc::clone(&self.randomness),
        };
        Ok(add_sender.execute(new).await?)
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
            sealers: self.sealers()?,
        };
        Ok(examine.execute(sender, None).await?)
    }

    /// Records what a recipient asked the account holder for.
    pub(super) fn enter_consent(&self) -> anyhow::Result<EnterConsent> {
        Ok(EnterConsent {
            opt_outs: self.storage.clone(),
            sealers: self.sealers()?,
            clock: Arc::clone(&self.clock),
        })
    }

    /// Shows who opted out, and every request.
    pub(super) fn show_consent(&self) -> anyhow::Result<ShowConsent> {
        Ok(ShowConsent {
            opt_outs: self.storage.clone(),
            sealers: self.sealers()?,
        })
    }

    /// Wraps the keyring again.
    pub(super) fn rotate_keyring(&self) -> anyhow::Result<RotateKeyring> {
        Ok(RotateKeyring {
            keyring: self.storage.clone(),
            master_keys: Arc::clone(&self.keys()?.master_keys),
            randomness: Arc::clone(&self.randomness),
        })
    }

    /// Checks every key of the keyring.
    pub(super) fn check_keyring(&self) -> anyhow::Result<CheckKeyring> {
        Ok(CheckKeyring {
            keyring: self.storage.clone(),
            master_keys: Arc::clone(&self.keys()?.master_keys),
        })
    }

    pub(super) async fn create_templates(
        &self,
        sender: &Sender,
        draft: &TemplateDraft,
        languages: &[LanguageTag],
    ) -> anyhow::Result<Vec<Created>> {
        let ports = self.template_ports()?;
        let new = NewTemplate {
            sender,
            draft,
            languages,
        };
        Ok(CreateTemplates { ports }.execute(new).await?)
    }

    pub(super) async fn sync_templates(&self, sender: &Sender) -> anyhow::Result<Synced> {
        let ports = self.template_ports()?;
        Ok(SyncTemplates { ports }.execute(sender).await?)
    }

    pub(super) async fn preflight_templates(
        &self,
        senders: &[Sender],
    ) -> anyhow::Result<Vec<Check>> {
        let preflight = PreflightTemplates {
            ports: self.template_ports()?,
            accounts: self.storage.clone(),
        };
        Ok(preflight.execute(senders).await?)
    }

    fn template_ports(&self) -> anyhow::Result<TemplatePorts> {
        Ok(TemplatePorts {
            templates: self.storage.clone(),
            registry: adapters::template_registry(&self.settings, &self.overrides)?,
            sealers: self.sealers()?,
            clock: Arc::clone(&self.clock),
            randomness: Arc::clone(&self.randomness),
        })
    }
}
