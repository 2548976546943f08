//! `migrate`

use serde_json::json;

use crate::output::{self, Answer};
use crate::overrides::Overrides;
use crate::settings::Settings;
use crate::store::{self, Store};

pub(super) async fn run(
    settings: &Settings,
    overrides: &Overrides,
    json: bool,
) -> anyhow::Result<Answer> {
    output::name_database(&store::shown(&settings.database, overrides)?, json);
    let opened = Store::open(settings, overrides).await?;
    let applied = opened.migrate().await?;
    let text = match applied {
        0 => "the database is up to date".to_owned(),
        _ => store::applied_text(applied),
    };
    Ok(Answer::new(json!({"applied": applied}), text))
}
