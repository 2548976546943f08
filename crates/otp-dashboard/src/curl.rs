//! Curl: commands that ask the API for what a page shows.

use otp_core::api_key::ApiKeyMode;

/// A command, in the parts around the key: the reader replaces that one.
#[derive(Debug, Clone)]
pub(crate) struct Curl {
    pub(crate) before: String,
    /// The part that the reader replaces by a key.
    pub(crate) key: &'static str,
    pub(crate) after: String,
}

impl Curl {
    /// Returns the command that gets a resource by `GET`, with these parameters.
    pub(crate) fn get(url: &str, mode: ApiKeyMode, parameters: &[(&str, String)]) -> Self {
        let key = match mode {
            ApiKeyMode::Live => "otp_live_…",
            ApiKeyMode::Test => "otp_test_…",
        };
        let parameters = parameters.iter().map(|(name, value)| {
            let parameter = quoted(&format!("{name}={value}"));
            format!(" \\\n  --data-urlencode {parameter}")
        });
        let after: String = parameters.collect();
        Self {
            before: format!("curl --get {} \\\n  -H 'X-Api-Key: ", quoted(url)),
            key,
            after: format!("'{after}"),
        }
    }
}

/// Writes a text as one word of a POSIX shell.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_value_ends_its_word() {
        let parameters = [
            ("status", "Failed".to_owned()),
            ("recipient", "o'neil; rm@example.com".to_owned()),
        ];
        let url = "https://otp.example.com/v1/messages";
        let Curl { before, key, after } = Curl::get(url, ApiKeyMode::Test, &parameters);
        assert_eq!(
            format!("{before}{key}{after}"),
            "curl --get 'https://otp.example.com/v1/messages' \\\n  \
             -H 'X-Api-Key: otp_test_…' \\\n  \
             --data-urlencode 'status=Failed' \\\n  \
             --data-urlencode 'recipient=o'\\''neil; rm@example.com'"
        );
    }
}
