//! No request of a client makes the service fail.

use otp_core::send::{Admission, Refusal};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::super::support::{World, post};
use super::PATH;

fn run(body: Vec<u8>) -> u16 {
    actix_web::rt::System::new().block_on(async {
        let mut world = World::new();
        world
            .ledger
            .expect_admit()
            .returning(|_| Ok(vec![Admission::Refused(Refusal::InsufficientBalance)]));
        world
            .ask(post(PATH, &Value::Null).set_payload(body))
            .await
            .error()
            .0
    })
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        "[A-Za-z0-9]{0,9}".prop_map(Value::from),
        r"\+[0-9]{0,15}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
            prop::collection::hash_map(any::<String>(), inner, 0..3)
                .prop_map(|map| map.into_iter().collect::<serde_json::Map<_, _>>().into()),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn no_bytes_as_a_body_are_the_services_fault(body in prop::collection::vec(any::<u8>(), 0..300)) {
        prop_assert!((400..500).contains(&run(body)));
    }

    #[test]
    fn no_json_as_a_body_is_the_services_fault(
        otp in any_json(), to in any_json(), language in any_json(), key in any_json(),
    ) {
        let body = json!({"otpCode": otp, "toPhoneE164": to, "languageCode": language, "idempotencyKey": key});
        prop_assert!((400..500).contains(&run(body.to_string().into_bytes())));
    }
}
