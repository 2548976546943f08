//! Business accounts and their phone numbers.

use std::collections::BTreeMap;

use serde_json::{Value, json};

/// More than this of either kind are refused, so that a test that runs wild stays small.
const MOST_ACCOUNTS: usize = 1_000;

/// A WhatsApp Business Account.
#[derive(Clone, Debug)]
pub(crate) struct Waba {
    pub(crate) id: String,
    pub(crate) name: String,
    /// Whether an app is subscribed to its webhooks, and where they go if not to the app's own URL.
    pub(crate) subscription: Option<Subscription>,
}

/// An app's subscription to the webhooks of an account.
#[derive(Clone, Debug, Default)]
pub(crate) struct Subscription {
    pub(crate) override_callback_uri: Option<String>,
}

/// A phone number of an account, from which messages are sent.
#[derive(Clone, Debug)]
pub(crate) struct BusinessNumber {
    pub(crate) id: String,
    pub(crate) waba_id: String,
    pub(crate) display_phone_number: String,
    pub(crate) verified_name: String,
    pub(crate) registered: bool,
    pub(crate) quality_rating: String,
}

/// All accounts and numbers.
#[derive(Debug, Default)]
pub(crate) struct Accounts {
    wabas: BTreeMap<String, Waba>,
    numbers: BTreeMap<String, BusinessNumber>,
}

impl Accounts {
    /// Adds an account or renames it; its subscription stays.
    pub(crate) fn put_waba(&mut self, id: &str, name: &str) -> Result<(), String> {
        if let Some(waba) = self.wabas.get_mut(id) {
            name.clone_into(&mut waba.name);
            return Ok(());
        }
        if self.wabas.len() >= MOST_ACCOUNTS {
            return Err(format!("there are already {MOST_ACCOUNTS} accounts"));
        }
        let waba = Waba {
            id: id.to_owned(),
            name: name.to_owned(),
            subscription: None,
        };
        self.wabas.insert(id.to_owned(), waba);
        Ok(())
    }

    /// Adds a number or replaces it.
    pub(crate) fn put_number(&mut self, number: BusinessNumber) -> Result<(), String> {
        if !self.numbers.contains_key(&number.id) && self.numbers.len() >= MOST_ACCOUNTS {
            return Err(format!("there are already {MOST_ACCOUNTS} phone numbers"));
        }
        self.numbers.insert(number.id.clone(), number);
        Ok(())
    }

    pub(crate) fn waba(&self, id: &str) -> Option<&Waba> {
        self.wabas.get(id)
    }

    pub(crate) fn waba_mut(&mut self, id: &str) -> Option<&mut Waba> {
        self.wabas.get_mut(id)
    }

    pub(crate) fn wabas(&self) -> impl Iterator<Item = &Waba> {
        self.wabas.values()
    }

    pub(crate) fn number(&self, id: &str) -> Option<&BusinessNumber> {
        self.numbers.get(id)
    }

    pub(crate) fn number_mut(&mut self, id: &str) -> Option<&mut BusinessNumber> {
        self.numbers.get_mut(id)
    }

    pub(crate) fn numbers_of<'a>(
        &'a self,
        waba_id: &'a str,
    ) -> impl Iterator<Item = &'a BusinessNumber> {
        self.numbers
            .values()
            .filter(move |number| number.waba_id == waba_id)
    }
}

impl Waba {
    /// The account as `GET /{waba_id}` shows it.
    pub(crate) fn to_graph(&self) -> Value {
        json!({
            "id": self.id,
            "name": self.name,
            "timezone_id": "1",
            "currency": "USD",
            "account_review_status": "APPROVED",
            "business_verification_status": "verified",
            "message_template_namespace": "5f1d7c0e_1d5b_4f2a_9a57_0c1b2a3d4e5f",
        })
    }

    /// The body of `GET /{waba_id}/subscribed_apps`.
    pub(crate) fn subscribed_apps(&self) -> Value {
        let apps: Vec<Value> = self
            .subscription
            .iter()
            .map(|subscription| {
                let mut app = json!({"whatsapp_business_api_data": {
                    "link": "https://www.facebook.com/games/?app_id=670843887433847",
                    "name": "Sandbox app",
                    "id": "670843887433847",
                }});
                if let Some(uri) = &subscription.override_callback_uri {
                    app["override_callback_uri"] = json!(uri);
                }
                app
            })
            .collect();
        json!({ "data": apps })
    }
}

impl BusinessNumber {
    /// The number as Graph shows it, on its own and in the list of its account.
    pub(crate) fn to_graph(&self) -> Value {
        json!({
            "id": self.id,
            "display_phone_number": self.display_phone_number,
            "verified_name": self.verified_name,
            "code_verification_status": "VERIFIED",
            "quality_rating": self.quality_rating,
            "status": if self.registered { "CONNECTED" } else { "DISCONNECTED" },
            "name_status": "APPROVED",
            "platform_type": if self.registered { "CLOUD_API" } else { "NOT_APPLICABLE" },
            "account_mode": "SANDBOX",
            "is_official_business_account": false,
            "messaging_limit_tier": "TIER_UNLIMITED",
            "whatsapp_business_manager_messaging_limit": "TIER_UNLIMITED",
            "throughput": {"level": "STANDARD"},
            "quality_score": {"score": self.quality_rating},
        })
    }

    /// The digits of the number, to tell whether somebody sends to themselves.
    pub(crate) fn digits(&self) -> String {
        self.display_phone_number
            .chars()
            .filter(char::is_ascii_digit)
            .collect()
    }
}
