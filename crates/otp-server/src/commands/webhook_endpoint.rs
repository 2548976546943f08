//! `webhook-endpoint …`

use clap::{ArgGroup, Args, Subcommand};
use otp_core::ids::{AccountId, WebhookEndpointId};
use otp_core::usecases::account_actor::AccountActor;
use otp_core::usecases::manage_webhook_endpoints::{
    NewWebhookEndpoint, ShownWebhookEndpoint, WebhookEndpointEdit,
};
use otp_core::webhook::{EventFilter, WebhookDescription, WebhookEventKind, WebhookSecret};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Administration, operator};
use crate::cli::values::{id, webhook_event};
use crate::output::Answer;

#[derive(Subcommand)]
pub(crate) enum WebhookEndpointCommand {
    /// Create an endpoint and print its secret; it cannot be shown again.
    Create {
        /// Account id.
        #[arg(long, value_parser = id)]
        account: Uuid,
        /// The URL, such as https://shop.example.com/webhooks/otp.
        #[arg(long)]
        url: String,
        /// The owner's description, on one line.
        #[arg(long, value_parser = WebhookDescription::parse)]
        description: Option<WebhookDescription>,
        /// The events it receives, separated by commas; all by default.
        #[arg(long, value_delimiter = ',', value_parser = webhook_event)]
        events: Vec<WebhookEventKind>,
    },
    /// List the endpoints of an account, oldest first.
    List {
        /// Account id.
        #[arg(long, value_parser = id)]
        account: Uuid,
    },
    /// Show an endpoint.
    Show(EndpointOf),
    /// Change an endpoint; what is left out stays as it is.
    Edit(EditArgs),
    /// Give an endpoint a new secret and print it; the old one signs too, for 24 hours.
    RotateSecret(EndpointOf),
    /// Delete an endpoint, with its deliveries.
    Delete(EndpointOf),
}

#[derive(Args)]
pub(crate) struct EndpointOf {
    /// Account id.
    #[arg(long, value_parser = id)]
    account: Uuid,
    /// Endpoint id.
    #[arg(long, value_parser = id)]
    id: Uuid,
}

#[derive(Args)]
#[command(group(ArgGroup::new("change").required(true).multiple(true)))]
pub(crate) struct EditArgs {
    #[command(flatten)]
    of: EndpointOf,
    /// The URL.
    #[arg(long, group = "change")]
    url: Option<String>,
    /// The owner's description, on one line.
    #[arg(long, group = "change", value_parser = WebhookDescription::parse)]
    description: Option<WebhookDescription>,
    /// Remove the description.
    #[arg(long, group = "change", conflicts_with = "description")]
    no_description: bool,
    /// The events it receives, separated by commas.
    #[arg(long, group = "change", value_delimiter = ',', value_parser = webhook_event)]
    events: Vec<WebhookEventKind>,
    /// Send it all events.
    #[arg(long, group = "change", conflicts_with = "events")]
    all_events: bool,
    /// Call it again.
    #[arg(long, group = "change")]
    enable: bool,
    /// Do not call it any more.
    #[arg(long, group = "change", conflicts_with = "enable")]
    disable: bool,
}

impl EndpointOf {
    fn ids(&self) -> (AccountId, WebhookEndpointId) {
        (AccountId(self.account), WebhookEndpointId(self.id))
    }
}

pub(super) async fn run(
    administration: &Administration,
    command: WebhookEndpointCommand,
) -> anyhow::Result<Answer> {
    let manage = administration.manage_webhook_endpoints()?;
    match command {
        WebhookEndpointCommand::Create {
            account,
            url,
            description,
            events,
        } => {
            let new = NewWebhookEndpoint {
                account_id: AccountId(account),
                url: Some(url),
                description,
                events: events.into_iter().collect(),
            };
            Ok(with_secret(
                &manage
                    .create(new, AccountActor::Operator(operator()?))
                    .await?,
            ))
        }
        WebhookEndpointCommand::List { account } => {
            let endpoints = manage.list(AccountId(account)).await?;
            let columns = [
                "id",
                "url",
                "events",
                "enabled",
                "disabledReason",
                "createdAt",
            ];
            Ok(Answer::table(
                endpoints.iter().map(shown).collect(),
                &columns,
            ))
        }
        WebhookEndpointCommand::Show(of) => {
            let (account, id) = of.ids();
            Ok(Answer::object(shown(&manage.show(account, id).await?)))
        }
        WebhookEndpointCommand::Edit(args) => {
            let changed = manage.change(
                args.of.ids(),
                args.edit(),
                AccountActor::Operator(operator()?),
            );
            let changed = changed.await?;
            Ok(Answer::object(shown(&changed)))
        }
        WebhookEndpointCommand::RotateSecret(of) => {
            let rotated = manage
                .rotate_secret(of.ids(), AccountActor::Operator(operator()?))
                .await?;
            Ok(with_secret(&rotated))
        }
        WebhookEndpointCommand::Delete(of) => {
            let (account, id) = of.ids();
            manage
                .remove((account, id), AccountActor::Operator(operator()?))
                .await?;
            let json = json!({"id": id.0, "deleted": true});
            Ok(Answer::new(json, format!("deleted {id}")))
        }
    }
}

impl EditArgs {
    fn edit(self) -> WebhookEndpointEdit {
        let named = (!self.events.is_empty()).then(|| self.events.into_iter().collect());
        let description = self.description.map(Some);
        WebhookEndpointEdit {
            url: self.url,
            description: description.or(self.no_description.then_some(None)),
            events: named.or(self.all_events.then_some(EventFilter::ALL)),
            enabled: (self.enable || self.disable).then_some(self.enable),
        }
    }
}

/// Shows a new secret, which is possible only once.
fn with_secret((endpoint, secret): &(ShownWebhookEndpoint, WebhookSecret)) -> Answer {
    let secret = secret.to_text();
    let mut json = shown(endpoint);
    json["secret"] = Value::from(secret.as_str());
    let text = format!(
        "{}\n\nKeep it safe: it cannot be shown again.\nid {}",
        secret.as_str(),
        endpoint.id
    );
    Answer::new(json, text)
}

fn shown(endpoint: &ShownWebhookEndpoint) -> Value {
    let reason = endpoint.standing.disabled_reason();
    let events: Vec<_> = endpoint
        .events
        .named()
        .map(WebhookEventKind::as_str)
        .collect();
    json!({
        "id": endpoint.id.0,
        "url": endpoint.url,
        "description": endpoint.description,
        "events": events,
        "enabled": reason.is_none(),
        "disabledReason": reason.map(|reason| reason.as_str()),
        "createdAt": endpoint.created_at.to_rfc3339(),
    })
}
