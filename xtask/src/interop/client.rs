//! The scripts, and what runs each of them.

use std::fmt;

use clap::ValueEnum;

/// A script of `tests/interop`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Client {
    /// pywa sends, lists and creates.
    Pywa,
    /// pywa's webhook server is told by the sandbox.
    PywaWebhooks,
    /// heyoo sends.
    Heyoo,
    /// @kapso/whatsapp-cloud-api sends, lists and is told.
    Kapso,
    /// whatsapp-api-js sends and is told.
    WhatsappApiJs,
    /// @great-detail/whatsapp sends, lists and is told.
    GreatDetail,
    /// Other suites' notifications, against the gateway's webhook.
    Gateway,
    /// The gateway's mail, at a real SMTP server and two DKIM verifiers.
    Mail,
}

/// What a script is written for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Language {
    Python,
    Node,
}

impl Client {
    /// The named ones in the usual order; all where none is named.
    pub(super) fn plan(only: &[Self]) -> Vec<Self> {
        let asked = |client: &Self| only.is_empty() || only.contains(client);
        Self::value_variants()
            .iter()
            .copied()
            .filter(asked)
            .collect()
    }

    /// Its file in `tests/interop`.
    pub(super) fn file(self) -> &'static str {
        match self {
            Self::Pywa => "pywa_client.py",
            Self::PywaWebhooks => "pywa_webhooks.py",
            Self::Heyoo => "heyoo_client.py",
            Self::Kapso => "kapso.mjs",
            Self::WhatsappApiJs => "whatsapp_api_js.mjs",
            Self::GreatDetail => "great_detail.mjs",
            Self::Gateway => "gateway_webhooks.py",
            Self::Mail => "mail.py",
        }
    }

    /// Whether anything of it is written for this.
    pub(super) fn uses(self, language: Language) -> bool {
        // Of the mail's two verifiers one is for Node.
        language == self.language() || self == Self::Mail
    }

    pub(super) fn language(self) -> Language {
        if self.file().ends_with(".py") {
            Language::Python
        } else {
            Language::Node
        }
    }
}

impl fmt::Display for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // No script is hidden from the command line, so each has a name.
        match self.to_possible_value() {
            Some(value) => f.write_str(value.get_name()),
            None => f.write_str(self.file()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn the_usual_order_is_kept_whatever_order_is_typed() {
        assert_eq!(
            Client::plan(&[Client::Kapso, Client::Pywa]),
            [Client::Pywa, Client::Kapso]
        );
        assert_eq!(Client::plan(&[]), Client::value_variants());
    }

    #[test]
    fn every_script_is_there() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/interop");
        for client in Client::value_variants() {
            assert!(folder.join(client.file()).is_file(), "{client}");
        }
    }
}
