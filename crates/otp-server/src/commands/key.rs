//! `key …`

use std::time::Duration;

use clap::Subcommand;
use otp_core::account::ContactLine;
use otp_core::api_key::{ApiKey, ApiKeySecret};
use otp_core::ids::{AccountId, ApiKeyId};
use otp_core::time::Timestamp;
use otp_core::usecases::account_actor::AccountActor;
use otp_core::usecases::create_api_key::NewApiKey;
use otp_core::usecases::rotate_api_key::RotateApiKeyRequest;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Administration, operator, staff_operator};
use crate::cli::values::id;
use crate::output::Answer;

#[derive(Subcommand)]
pub(crate) enum KeyCommand {
    /// Create a key and print it; it cannot be shown again.
    Create {
        /// Account id.
        #[arg(long, value_parser = id)]
        account: Uuid,
        /// Name of the key.
        #[arg(long, value_parser = ContactLine::parse)]
        name: ContactLine,
        /// Time of expiry, such as 2027-01-01T00:00:00Z.
        #[arg(long, value_parser = Timestamp::parse)]
        expires_at: Option<Timestamp>,
        /// Make a test key: what it sends goes to the account's test inbox and costs nothing.
        #[arg(long)]
        test: bool,
    },
    /// List the keys of an account, test keys included.
    List {
        /// Account id.
        #[arg(long, value_parser = id)]
        account: Uuid,
    },
    /// Revoke a key; it stops working within a second.
    Revoke {
        /// Key id.
        #[arg(long, value_parser = id)]
        id: Uuid,
    },
    /// Replace a key and print the new one; the old one works during the overlap.
    Rotate {
        /// Key id.
        #[arg(long, value_parser = id)]
        id: Uuid,
        /// How long the old key still works.
        #[arg(long, default_value = "24h", value_parser = humantime::parse_duration)]
        overlap: Duration,
        /// Time of expiry of the new key; by default that of the old one.
        #[arg(long, value_parser = Timestamp::parse)]
        expires_at: Option<Timestamp>,
    },
}

pub(super) async fn run(
    administration: &Administration,
    command: KeyCommand,
) -> anyhow::Result<Answer> {
    match command {
        KeyCommand::Create {
            account,
            name,
            expires_at,
            test,
        } => {
            let mut account_id = AccountId(account);
            if test {
                let open = administration.open_test_account()?;
                account_id = open.execute(account_id, staff_operator()?).await?.id;
            }
            let new = NewApiKey {
                account_id,
                name: name.as_str().to_owned(),
                expires_at,
            };
            let key = administration
                .create_api_key()
                .execute(new, AccountActor::Operator(operator()?))
                .await?;
            Ok(created(&key))
        }
        KeyCommand::List { account } => {
            let list = administration.list_api_keys();
            let keys = list.execute(AccountId(account)).await?;
            let columns = [
                "id",
                "name",
                "mode",
                "hint",
                "createdAt",
                "expiresAt",
                "revokedAt",
                "lastUsedOn",
            ];
            Ok(Answer::table(keys.iter().map(shown).collect(), &columns))
        }
        KeyCommand::Revoke { id } => {
            let revoke = administration.revoke_api_key();
            revoke
                .execute(ApiKeyId(id), AccountActor::Operator(operator()?))
                .await?;
            Ok(Answer::new(json!({"id": id}), format!("revoked {id}")))
        }
        KeyCommand::Rotate {
            id,
            overlap,
            expires_at,
        } => {
            let request = RotateApiKeyRequest {
                id: ApiKeyId(id),
                overlap,
                expires_at,
            };
            let key = administration
                .rotate_api_key()
                .execute(request, AccountActor::Operator(operator()?))
                .await?;
            Ok(created(&key))
        }
    }
}

/// Shows a new key, which is possible only once.
fn created((key, secret): &(ApiKey, ApiKeySecret)) -> Answer {
    let mut json = shown(key);
    json["apiKey"] = Value::from(secret.expose());
    let text = format!(
        "{}\n\nKeep it safe: it is not stored and cannot be shown again.\nid {}",
        secret.expose(),
        key.id
    );
    Answer::new(json, text)
}

fn shown(key: &ApiKey) -> Value {
    json!({
        "id": key.id.0,
        "accountId": key.account_id.0,
        "name": key.name,
        "mode": key.mode().as_str(),
        "hint": format!("{}…", key.hint),
        "createdAt": key.created_at.to_rfc3339(),
        "expiresAt": key.expires_at.map(|at| at.to_rfc3339()),
        "revokedAt": key.revoked_at.map(|at| at.to_rfc3339()),
        "lastUsedOn": key.last_used_on.map(|day| day.to_date()),
    })
}
