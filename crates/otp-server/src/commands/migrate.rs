//! `migrate`

use serde_json::json;

use crate::output::Answer;
use crate::overrides::Overrides;
use crate::settings::Settings;
use crate::store::Store;

pub(super) async fn run(settings: &Settings, overrides: &Overrides) -> anyhow::Result<Answer> {
    let store = Store::open(settings, overrides).await?;
    let applied = store.migrate().await?;
    let text = match applied {
        0 => "the database is up to date".to_owned(),
        1 => "applied 1 migration".to_owned(),
        _ => format!("applied {applied} migrations"),
    };
    Ok(Answer::new(json!({"applied": applied}), text))
}
