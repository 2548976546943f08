//! `migrate`

use serde_json::json;

use crate::output::Answer;
use crate::settings::Settings;
use crate::wiring::Store;

pub(super) async fn run(settings: &Settings) -> anyhow::Result<Answer> {
    let applied = Store::open(&settings.database).await?.migrate().await?;
    let text = match applied {
        0 => "the database is up to date".to_owned(),
        1 => "applied 1 migration".to_owned(),
        _ => format!("applied {applied} migrations"),
    };
    Ok(Answer::new(json!({"applied": applied}), text))
}
