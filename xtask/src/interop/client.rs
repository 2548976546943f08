//! The scripts, and the languages that they need.

use std::fmt;

use clap::ValueEnum;

/// A script of `tests/interop`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Client {
    /// pywa sends, lists and creates.
    Pywa,
    /// pywa's webhook server receives the sandbox's webhooks.
    PywaWebhooks,
    /// heyoo sends.
    Heyoo,
    /// @kapso/whatsapp-cloud-api sends, lists and receives webhooks.
    Kapso,
    /// whatsapp-api-js sends and receives webhooks.
    WhatsappApiJs,
    /// @great-detail/whatsapp sends, lists and receives webhooks.
    GreatDetail,
    /// The gateway's webhook receives notifications from other libraries' tests.
    Gateway,
    /// A real SMTP server and two DKIM verifiers receive the gateway's mail.
    Mail,
    /// Verifiers in four languages check proofs, as the documentation shows.
    Proofs,
    /// Verifiers of Standard Webhooks and of Svix check calls to customers.
    Webhooks,
    /// schemathesis compares the gateway's answers with its OpenAPI document.
    Openapi,
}

/// The language of a script.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Language {
    Python,
    Node,
}

impl Client {
    /// Returns the named scripts in the usual order, or all if none is named.
    pub(super) fn plan(only: &[Self]) -> Vec<Self> {
        let asked = |client: &Self| only.is_empty() || only.contains(client);
        Self::value_variants()
            .iter()
            .copied()
            .filter(asked)
            .collect()
    }

    /// Returns its file in `tests/interop`.
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
            Self::Proofs => "proofs.py",
            Self::Webhooks => "webhooks.py",
            Self::Openapi => "openapi.py",
        }
    }

    /// Returns whether it needs this language.
    pub(super) fn uses(self, language: Language) -> bool {
        // Some of the verifiers of mail, proofs and webhooks are in Node.
        let both = matches!(self, Self::Mail | Self::Proofs | Self::Webhooks);
        language == self.language() || both
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
    fn every_script_exists() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/interop");
        for client in Client::value_variants() {
            assert!(folder.join(client.file()).is_file(), "{client}");
        }
    }

    /// The page shows what the scripts run.
    #[test]
    fn every_snippet_about_proofs_is_part_of_a_script() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let read = |file: &str| std::fs::read_to_string(root.join(file)).expect("a file");
        let page = read("docs/PROOFS.md");
        for (language, extension) in [
            ("rust", "rs"),
            ("ts", "ts"),
            ("python", "py"),
            ("php", "php"),
        ] {
            let fence = format!("```{language}\n");
            let snippets = page.split(&fence).skip(1);
            let snippets = snippets.map(|rest| rest.split("```").next().expect("a block"));
            let snippets: Vec<_> = snippets.collect();
            let file = format!("tests/interop/verify_proof.{extension}");
            let script = read(&file);
            assert!(!snippets.is_empty(), "{language}");
            for snippet in snippets {
                assert!(script.contains(snippet), "not in {file}:\n{snippet}");
            }
        }
    }
}
