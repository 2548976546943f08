//! `opt-out …`

use otp_core::ids::AccountId;
use otp_core::opt_out::ConsentRequest;
use otp_core::recipient::PhoneNumber;
use otp_core::sealing::{Purpose, Sealed, Sealer};
use otp_core::usecases::enter_consent::enter_consent;
use serde_json::{Value, json};

use super::{Administration, conflict_means};
use crate::cli::{OptOutCommand, OptOutOf};
use crate::output::Answer;

pub(super) async fn run(
    administration: &Administration,
    command: OptOutCommand,
) -> anyhow::Result<Answer> {
    let storage = &*administration.storage;
    let sealer = administration.sealer()?;
    match command {
        OptOutCommand::List { account } => {
            let listed = storage.list_opt_outs(AccountId(account)).await?;
            let rows: anyhow::Result<_> = listed
                .iter()
                .map(|row| {
                    let phone = masked(&sealer, row.recipient.as_ref())?;
                    Ok(json!({"phone": phone, "since": row.since.to_rfc3339()}))
                })
                .collect();
            Ok(Answer::table(rows?, &["phone", "since"]))
        }
        OptOutCommand::Add(of) => enter(administration, &sealer, &of, ConsentRequest::Stop).await,
        OptOutCommand::Remove(of) => {
            enter(administration, &sealer, &of, ConsentRequest::Start).await
        }
        OptOutCommand::Log { account, phone } => {
            let index = phone.as_ref().map(|phone| sealer.index(phone));
            let log = storage.consent_log(AccountId(account), index).await?;
            let rows: anyhow::Result<_> = log
                .iter()
                .map(|entry| {
                    let shown = match &phone {
                        Some(phone) => Value::from(phone.e164()),
                        None => masked(&sealer, entry.recipient.as_ref())?,
                    };
                    Ok(json!({
                        "phone": shown,
                        "request": entry.request.as_str(),
                        "source": entry.source.as_str(),
                        "requestedAt": entry.requested_at.to_rfc3339(),
                        "recordedAt": entry.recorded_at.to_rfc3339(),
                    }))
                })
                .collect();
            let columns = ["phone", "request", "source", "requestedAt", "recordedAt"];
            Ok(Answer::table(rows?, &columns))
        }
    }
}

async fn enter(
    administration: &Administration,
    sealer: &Sealer,
    OptOutOf { account, phone }: &OptOutOf,
    request: ConsentRequest,
) -> anyhow::Result<Answer> {
    let of = (AccountId(*account), phone);
    enter_consent(
        &*administration.storage,
        Administration::WORLD,
        sealer,
        of,
        request,
    )
    .await
    .map_err(|error| conflict_means(error, "no account has that id"))?;
    let json = json!({"phone": phone.e164(), "request": request.as_str()});
    let text = match request {
        ConsentRequest::Stop => "no more messages go there",
        ConsentRequest::Start => "messages go there again",
    };
    Ok(Answer::new(json, text))
}

/// The number as it may be shown; null where it is not known, as of who wrote before anybody sent to them.
fn masked(sealer: &Sealer, recipient: Option<&Sealed>) -> anyhow::Result<Value> {
    let Some(sealed) = recipient else {
        return Ok(Value::Null);
    };
    let number = sealer.open(Purpose::Recipient, sealed)?;
    Ok(Value::from(PhoneNumber::restore(&number)?.masked()))
}
