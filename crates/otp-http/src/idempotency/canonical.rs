//! The canonical form of a body: equal bytes for equal requests.

use serde_json::Value;

/// The field of a body that has the key.
pub(super) const FIELD: &str = "idempotencyKey";

/// Returns the body without spaces, its fields in order, and without the key itself, which may move from
/// the body to the header. A body that is not JSON is its own form.
pub(super) fn form(body: &[u8]) -> Vec<u8> {
    let Ok(mut value) = serde_json::from_slice::<Value>(body) else {
        return body.to_vec();
    };
    if let Value::Object(fields) = &mut value {
        fields.remove(FIELD);
    }
    value.sort_all_objects();
    value.to_string().into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_and_spaces_do_not_count_and_values_do() {
        let body =
            br#"{"to": "a", "steps": [{"channel": "email", "to": "b"}], "idempotencyKey": "k"}"#;
        let same = br#"{"steps":[{"to":"b","channel":"email"}],"to":"\u0061"}"#;
        assert_eq!(form(body), form(same));
        for other in [
            &br#"{"steps":[{"to":"b","channel":"email"}],"to":"A"}"#[..],
            br#"{"steps":[{"to":"b","channel":"email"}],"to":null}"#,
            br#"{"steps":[{"to":"b","channel":"email","idempotencyKey":"k"}],"to":"a"}"#,
            br#"{"steps":[],"to":"a"}"#,
            b"",
        ] {
            assert_ne!(form(body), form(other));
        }
        assert_eq!(form(b""), b"");
        assert_ne!(form(b"[1,2]"), form(b"[2,1]"));
    }
}
