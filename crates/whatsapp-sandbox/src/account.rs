//! The business account and the phone numbers it sends from.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::{DEFAULT_DISPLAY_PHONE_NUMBER, DEFAULT_PHONE_NUMBER_ID};

/// The name that recipients see as the sender.
pub(crate) const BUSINESS_NAME: &str = "Sandbox business";

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

    /// Returns the body of `GET /{waba_id}/subscribed_apps`.
    pub(crate) fn subscribed_apps(&self) -> Value {
        let app = |subscription: &Subscription| {
            let mut app = json!({"whatsapp_business_api_data": {
                "link": "https://www.facebook.com/games/?app_id=670843887433847",
                "name": "Sandbox app",
                "id": "670843887433847",
            }});
            if let Some(uri) = &subscription.override_callback_uri {
                app["override_callback_uri"] = json!(uri);
            }
            app
        };
        json!({ "data": self.subscription.iter().map(app).collect::<Vec<_>>() })
    }
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
