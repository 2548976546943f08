//! The business account and the phone numbers it sends from.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::{DEFAULT_DISPLAY_PHONE_NUMBER, DEFAULT_PHONE_NUMBER_ID, DEFAULT_WABA_ID};

/// The name that recipients see as the sender.
pub(crate) const BUSINESS_NAME: &str = "Sandbox business";

/// The app that every access token was made for.
pub(crate) const APP_ID: &str = "670843887433847";

pub(crate) const APP_NAME: &str = "Sandbox app";

const MAX_NUMBERS: usize = 1_000;

/// The WhatsApp Business Account. All its numbers share one display number and one name.
#[derive(Debug)]
pub(crate) struct Account {
    phone_number_ids: BTreeSet<String>,
    /// The app's subscription to the account's webhooks.
    pub(crate) subscription: Option<Subscription>,
}

/// An app's subscription to the account's webhooks.
#[derive(Clone, Debug)]
pub(crate) struct Subscription {
    pub(crate) override_callback_uri: Option<String>,
}

impl Account {
    /// Returns the account with its first number.
    pub(crate) fn new() -> Self {
        Self {
            phone_number_ids: BTreeSet::from([DEFAULT_PHONE_NUMBER_ID.to_owned()]),
            subscription: None,
        }
    }

    pub(crate) fn add_number(&mut self, id: &str) -> Result<(), String> {
        if !self.has_number(id) && self.phone_number_ids.len() >= MAX_NUMBERS {
            return Err(format!("an account has at most {MAX_NUMBERS} numbers"));
        }
        self.phone_number_ids.insert(id.to_owned());
        Ok(())
    }

    pub(crate) fn has_number(&self, id: &str) -> bool {
        self.phone_number_ids.contains(id)
    }

    pub(crate) fn phone_number_ids(&self) -> impl Iterator<Item = &str> {
        self.phone_number_ids.iter().map(String::as_str)
    }

    /// Subscribes the app, unless it is subscribed already. At Meta an app's webhook and its subscription
    /// are two steps; whoever names the sandbox a receiver wants its webhooks.
    pub(crate) fn subscribe(&mut self) {
        self.subscription.get_or_insert(Subscription {
            override_callback_uri: None,
        });
    }

    /// Returns the body of `GET /{waba_id}/subscribed_apps`.
    pub(crate) fn subscribed_apps(&self) -> Value {
        let app = |subscription: &Subscription| {
            let mut app = json!({"whatsapp_business_api_data": {
                "link": format!("https://www.facebook.com/games/?app_id={APP_ID}"),
                "name": APP_NAME,
                "id": APP_ID,
            }});
            if let Some(uri) = &subscription.override_callback_uri {
                app["override_callback_uri"] = json!(uri);
            }
            app
        };
        json!({ "data": self.subscription.iter().map(app).collect::<Vec<_>>() })
    }
}

/// Returns the account as Graph shows it. The statuses are shown only if `is_detailed`.
pub(crate) fn account_to_graph(is_detailed: bool) -> Value {
    let mut account = json!({
        "id": DEFAULT_WABA_ID,
        "name": BUSINESS_NAME,
        "timezone_id": "1",
        "message_template_namespace": "5f2b8a10_6c1e_4a55_9c1b_2d7b9a3c4e11",
    });
    if is_detailed {
        account["account_review_status"] = json!("APPROVED");
        account["business_verification_status"] = json!("verified");
    }
    account
}

/// Returns a number as Graph shows it, on its own and in the account's list.
pub(crate) fn number_to_graph(id: &str) -> Value {
    json!({
        "id": id,
        "display_phone_number": DEFAULT_DISPLAY_PHONE_NUMBER,
        "verified_name": BUSINESS_NAME,
        "code_verification_status": "VERIFIED",
        "quality_rating": "GREEN",
        "status": "CONNECTED",
        "name_status": "APPROVED",
        "platform_type": "CLOUD_API",
        "account_mode": "SANDBOX",
        "is_official_business_account": false,
        "messaging_limit_tier": "TIER_UNLIMITED",
        "whatsapp_business_manager_messaging_limit": "TIER_UNLIMITED",
        "throughput": {"level": "STANDARD"},
        "quality_score": {"score": "GREEN"},
    })
}

/// Returns the digits of the display number.
pub(crate) fn sender_digits() -> String {
    DEFAULT_DISPLAY_PHONE_NUMBER
        .chars()
        .filter(char::is_ascii_digit)
        .collect()
}
