//! Tests of the requests in people's messages, and of the recipients' names in receipts.

use otp_core::opt_out::{ConsentRequest, ConsentSource};

use super::{fixtures, read};

#[test]
fn every_form_of_a_stop_is_a_request_with_its_author_and_its_context() {
    // Whether it has a user id, a number of Meta's, a valid number; whether it names the answered
    // message.
    let expected = [
        (
            "inbound_text",
            ConsentSource::Typed,
            [true, true, true],
            false,
        ),
        (
            "inbound_bsuid_only",
            ConsentSource::Typed,
            [true, false, false],
            false,
        ),
        (
            "inbound_button",
            ConsentSource::Button,
            [true, true, true],
            true,
        ),
        (
            "inbound_interactive",
            ConsentSource::Button,
            [true, true, true],
            false,
        ),
    ];
    let fixtures = fixtures();
    for (name, source, known, context) in expected {
        let said = read(&fixtures[name]).expect(name).said;
        let [request] = said.consents.as_slice() else {
            panic!("{name}: {said:?}")
        };
        assert_eq!(
            (request.request, request.source),
            (ConsentRequest::Stop, source),
            "{name}"
        );
        let found = [
            request.from.user_id().is_some(),
            request.from.number().is_some(),
            request.number.is_some(),
        ];
        assert_eq!(
            (found, request.context.is_some()),
            (known, context),
            "{name}"
        );
        assert!(request.phone_number_id.is_some(), "{name}");
        let requests = |name: &str| read(&fixtures[name]).expect(name).said.consents.len();
        assert_eq!(requests("inbound_changed_number") + requests("batch"), 0);
    }
}

#[test]
fn receipts_have_metas_names_for_their_recipients() {
    for (name, known) in [
        ("status_sent", (true, true)),
        ("status_bsuid_only", (true, false)),
        ("status_before_v24", (false, true)),
    ] {
        let said = read(&fixtures()[name]).expect(name).said;
        let recipient = &said.receipts[0].recipient;
        assert_eq!(
            (recipient.user_id().is_some(), recipient.number().is_some()),
            known,
            "{name}"
        );
    }
}
