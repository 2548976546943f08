//! Operations for which the core has no use case yet: each calls a storage port.

use anyhow::Context;
use otp_core::account::Account;
use otp_core::api_key::ApiKey;
use otp_core::channel::whatsapp::health::{HealthChange, SenderHealth};
use otp_core::channel::whatsapp::template::{AuthenticationTemplate, TemplateName};
use otp_core::channel::whatsapp::{AccessToken, Sender};
use otp_core::credits::Credits;
use otp_core::ids::{AccountId, ApiKeyId, PlanId, SenderId, TemplateId};
use otp_core::language::LanguageTag;
use otp_core::notice::QueuedNotice;
use otp_core::plan::{Money, Plan};
use otp_core::ports::{Accounts, ApiKeys, NoticeOutbox, Plans, Prices, Senders, Subscriptions};
use otp_core::region::Region;
use otp_core::sealing::Purpose;
use otp_core::subscription::Subscription;

use super::Administration;

/// At most this many notices are listed.
const MAX_NOTICES: usize = 1_000;

impl Administration {
    pub(in crate::commands) async fn list_accounts(&self) -> anyhow::Result<Vec<Account>> {
        Ok(Accounts::list(&*self.storage).await?)
    }

    pub(in crate::commands) async fn find_account(
        &self,
        id: AccountId,
    ) -> anyhow::Result<Option<Account>> {
        Ok(Accounts::find(&*self.storage, id).await?)
    }

    pub(in crate::commands) async fn list_api_keys(
        &self,
        account: AccountId,
    ) -> anyhow::Result<Vec<ApiKey>> {
        Ok(ApiKeys::list(&*self.storage, account).await?)
    }

    /// Returns `false` if there is no such key.
    pub(in crate::commands) async fn revoke_api_key(&self, id: ApiKeyId) -> anyhow::Result<bool> {
        Ok(self.storage.revoke(id, self.clock.now()).await?)
    }

    pub(in crate::commands) async fn create_plan(
        &self,
        name: String,
        credits: Credits,
        price: Option<Money>,
    ) -> anyhow::Result<Plan> {
        let now = self.clock.now();
        let plan = Plan {
            id: PlanId::generate(now, &*self.randomness),
            name,
            credits,
            price,
            created_at: now,
        };
        Plans::create(&*self.storage, &plan).await?;
        Ok(plan)
    }

    pub(in crate::commands) async fn list_plans(&self) -> anyhow::Result<Vec<Plan>> {
        Ok(Plans::list(&*self.storage).await?)
    }

    pub(in crate::commands) async fn list_subscriptions(
        &self,
        account: AccountId,
    ) -> anyhow::Result<Vec<Subscription>> {
        Ok(Subscriptions::list(&*self.storage, account).await?)
    }

    /// Sets all of these prices or none.
    pub(in crate::commands) async fn set_prices(
        &self,
        prices: &[(Region, Credits)],
    ) -> anyhow::Result<()> {
        Ok(Prices::set(&*self.storage, prices).await?)
    }

    pub(in crate::commands) async fn list_prices(&self) -> anyhow::Result<Vec<(Region, Credits)>> {
        Ok(Prices::list(&*self.storage).await?)
    }

    pub(in crate::commands) async fn list_senders(&self) -> anyhow::Result<Vec<Sender>> {
        Ok(Senders::list(&*self.storage).await?)
    }

    pub(in crate::commands) async fn find_sender(
        &self,
        id: SenderId,
    ) -> anyhow::Result<Option<Sender>> {
        Ok(Senders::find(&*self.storage, id).await?)
    }

    /// Returns the health of every sender that was ever examined.
    pub(in crate::commands) async fn list_sender_health(
        &self,
    ) -> anyhow::Result<Vec<SenderHealth>> {
        Ok(self.storage.list_health().await?)
    }

    /// Returns `false` if there is no such sender.
    pub(in crate::commands) async fn replace_access_token(
        &self,
        sender: SenderId,
        token: &AccessToken,
    ) -> anyhow::Result<bool> {
        let Some(found) = self.find_sender(sender).await? else {
            return Ok(false);
        };
        let sealer = self.sealer(found.account_id).await?;
        let sealer = sealer.context("the account's key is deleted")?;
        let row = sender.0;
        let sealed = sealer.seal(Purpose::AccessToken, row, token.expose(), &*self.randomness);
        Ok(self.storage.replace_token(sender, &sealed).await?)
    }

    pub(in crate::commands) async fn change_sender_health(
        &self,
        sender: SenderId,
        change: &HealthChange,
    ) -> anyhow::Result<SenderHealth> {
        let now = self.clock.now();
        let changed = self.storage.change_health(sender, change, now).await?;
        Ok(changed.after)
    }

    /// Adds a template that the provider has approved, as the operator says.
    pub(in crate::commands) async fn add_template(
        &self,
        sender: SenderId,
        name: TemplateName,
        language: LanguageTag,
    ) -> anyhow::Result<AuthenticationTemplate> {
        let now = self.clock.now();
        let id = TemplateId::generate(now, &*self.randomness);
        let template = AuthenticationTemplate::assumed_approved(id, sender, name, language, now);
        self.storage.add_template(&template).await?;
        Ok(template)
    }

    pub(in crate::commands) async fn list_templates(
        &self,
        sender: Option<SenderId>,
    ) -> anyhow::Result<Vec<AuthenticationTemplate>> {
        Ok(self.storage.list_templates(sender).await?)
    }

    pub(in crate::commands) async fn list_unsent_notices(
        &self,
    ) -> anyhow::Result<Vec<QueuedNotice>> {
        Ok(NoticeOutbox::list_unsent(&*self.storage, MAX_NOTICES).await?)
    }
}
