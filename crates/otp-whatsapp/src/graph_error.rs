//! Graph's error object, read leniently because Graph writes it loosely: only its code is required.

use serde_json::Value;

/// An error as Graph reports it. A text is `None` if it is missing, empty or not a string.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct GraphError {
    pub(crate) code: i64,
    pub(crate) subcode: Option<i64>,
    pub(crate) kind: Option<String>,
    pub(crate) message: Option<String>,
    /// The details of this case; Meta recommends reading them first.
    pub(crate) details: Option<String>,
    pub(crate) is_transient: Option<bool>,
}

impl GraphError {
    /// Reads an answer's body; `None` if it is not Graph's, because proxies and edges send bodies
    /// of their own.
    pub(crate) fn parse(body: &[u8]) -> Option<Self> {
        let body: Value = serde_json::from_slice(body).ok()?;
        let error = body.get("error")?;
        let data = error.get("error_data");
        Some(Self {
            code: number(error.get("code"))?,
            subcode: number(error.get("error_subcode")),
            kind: text(error.get("type")),
            message: text(error.get("message")),
            details: text(data.and_then(|data| data.get("details")))
                .or_else(|| text(data))
                .or_else(|| text(error.get("error_user_msg"))),
            is_transient: error.get("is_transient").and_then(Value::as_bool),
        })
    }
}

/// Reads a number, or the text of one.
fn number(value: Option<&Value>) -> Option<i64> {
    let value = value?;
    value
        .as_i64()
        .or_else(|| value.as_str()?.trim().parse().ok())
}

fn text(value: Option<&Value>) -> Option<String> {
    let text = value?.as_str()?.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn parse(body: &Value) -> Option<GraphError> {
        GraphError::parse(body.to_string().as_bytes())
    }

    fn code_only(code: i64) -> GraphError {
        GraphError {
            code,
            subcode: None,
            kind: None,
            message: None,
            details: None,
            is_transient: None,
        }
    }

    #[test]
    fn a_complete_error_is_read() {
        let body = json!({"error": {
            "message": "(#132001) Template name does not exist in the translation",
            "type": "OAuthException",
            "code": 132001,
            "error_subcode": 2494073,
            "is_transient": false,
            "error_user_title": "Template",
            "error_user_msg": "There is no such template.",
            "error_data": {
                "messaging_product": "whatsapp",
                "details": "template name (otp_code) does not exist in ar"
            },
            "fbtrace_id": "Az8or2yhqkZ"
        }});
        let expected = GraphError {
            code: 132_001,
            subcode: Some(2_494_073),
            kind: Some("OAuthException".to_owned()),
            message: Some("(#132001) Template name does not exist in the translation".to_owned()),
            details: Some("template name (otp_code) does not exist in ar".to_owned()),
            is_transient: Some(false),
        };
        assert_eq!(parse(&body), Some(expected));
    }

    #[test]
    fn only_the_code_is_needed() {
        assert_eq!(parse(&json!({"error": {"code": 2}})), Some(code_only(2)));
        assert_eq!(
            parse(&json!({"error": {"code": "190"}})),
            Some(code_only(190))
        );
        let odd = json!({"error": {
            "code": 131000, "message": 5, "type": null, "error_subcode": "none", "error_data": [],
            "is_transient": "perhaps"
        }});
        assert_eq!(parse(&odd), Some(code_only(131_000)));
    }

    #[test]
    fn error_data_may_be_a_string() {
        let body = json!({"error": {"code": 131009, "error_data": "to: not a number"}});
        let details = parse(&body).and_then(|error| error.details);
        assert_eq!(details.as_deref(), Some("to: not a number"));
    }

    #[test]
    fn the_text_for_the_user_replaces_missing_details() {
        let body = json!({"error": {"code": 1, "error_data": {"details": " "}, "error_user_msg": "Later."}});
        let details = parse(&body).and_then(|error| error.details);
        assert_eq!(details.as_deref(), Some("Later."));
    }

    #[test]
    fn anything_else_is_not_graphs() {
        for body in [
            "",
            "<html><body><h1>502 Bad Gateway</h1></body></html>",
            "null",
            "[]",
            "{}",
            r#"{"error":"no"}"#,
            r#"{"error":{}}"#,
            r#"{"error":{"message":"no code"}}"#,
            r#"{"error":{"code":1.5}}"#,
            r#"{"error":{"code":99999999999999999999}}"#,
            r#"{"error":{"code":131026}"#,
        ] {
            assert_eq!(GraphError::parse(body.as_bytes()), None, "{body}");
        }
        assert_eq!(GraphError::parse(&[0xff, 0xfe]), None);
        assert_eq!(GraphError::parse("[".repeat(60_000).as_bytes()), None);
    }
}
