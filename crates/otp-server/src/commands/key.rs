//! `key …`

use otp_core::api_key::{ApiKey, ApiKeySecret};
use otp_core::ids::{AccountId, ApiKeyId};
use otp_core::ports::ApiKeys;
use otp_core::usecases::create_api_key::create_api_key;
use otp_core::usecases::rotate_api_key::rotate_api_key;
use serde_json::{Value, json};

use super::Administration;
use crate::cli::KeyCommand;
use crate::output::Answer;

pub(super) async fn run(
    administration: &Administration,
    command: KeyCommand,
) -> anyhow::Result<Answer> {
    let storage = &*administration.storage;
    let world = Administration::WORLD;
    match command {
        KeyCommand::Create {
            account,
            name,
            expires_at,
        } => {
            let name = name.as_str().to_owned();
            let made = create_api_key(storage, world, AccountId(account), name, expires_at).await?;
            Ok(created(&made))
        }
        KeyCommand::List { account } => {
            let keys = ApiKeys::list(storage, AccountId(account)).await?;
            let columns = ["id", "name", "hint", "createdAt", "expiresAt", "revokedAt"];
            Ok(Answer::table(keys.iter().map(shown).collect(), &columns))
        }
        KeyCommand::Revoke { id } => {
            if !storage.revoke(ApiKeyId(id), world.0.now()).await? {
                anyhow::bail!("no API key has the id {id}");
            }
            Ok(Answer::new(json!({"id": id}), format!("revoked {id}")))
        }
        KeyCommand::Rotate { id, overlap } => {
            let made = rotate_api_key(storage, world, ApiKeyId(id), overlap).await?;
            Ok(created(&made))
        }
    }
}

/// The one time a key is shown.
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
        "hint": format!("{}…", key.hint),
        "createdAt": key.created_at.to_rfc3339(),
        "expiresAt": key.expires_at.map(|at| at.to_rfc3339()),
        "revokedAt": key.revoked_at.map(|at| at.to_rfc3339()),
    })
}
