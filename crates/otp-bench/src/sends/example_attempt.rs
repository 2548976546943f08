//! An attempt to send, for the store alone.

use std::time::Duration;

use anyhow::Context as _;
use otp_core::credits::Credits;
use otp_core::send::{RoutedTo, SendAttempt};

use crate::rig::Rig;

/// Returns an attempt of the rig's account, as the server would make it.
pub(super) async fn example_attempt(rig: &Rig) -> anyhow::Result<SendAttempt> {
    use otp_core::ids::{ApiKeyId, MessageId};
    use otp_core::ports::{Accounts, Clock as _, Directory};
    use otp_core::sealing::{RecipientIndex, Sealed};

    let storage = rig.database.open().await;
    let account = Accounts::list(&*storage).await?;
    let account = account.first().context("an account")?.id;
    let profile = Directory::find_sending_profile(&*storage, account).await?;
    let profile = profile.context("the account's senders")?;
    let english = otp_core::language::LanguageTag::parse("en")?;
    let route = profile.route(Some(&english));
    let route = route.map_err(|no_route| anyhow::anyhow!("{no_route:?}"))?;
    let start = otp_core::time::Timestamp::parse("2026-01-01T00:00:00Z")?;
    let clock = otp_testkit::ManualClock::starting_at(start);
    Ok(SendAttempt {
        message_id: MessageId(uuid::Uuid::nil()),
        account_id: account,
        api_key_id: ApiKeyId(account.0),
        idempotency_key: None,
        recipient_index: RecipientIndex([0; 32]),
        recipient: Sealed(vec![0; 46]),
        region: Some(otp_core::recipient::PhoneNumber::parse("+966551234567")?.region()),
        price: Credits::new(1)?,
        route: Ok(RoutedTo::WhatsApp(route.into())),
        notice_language: None,
        at: clock.now(),
        expires_at: clock.now() + Duration::from_secs(600),
        verification: None,
    })
}
