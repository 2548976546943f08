//! The generated documentation.

use std::path::Path;

use whatsapp_sandbox::test_numbers_markdown;

const HEAD: &str = "# Test numbers\n\n\
    The sandbox treats messages to these numbers in a special way, and accepts messages to all others. So\n\
    does the gateway with messages of [test keys](API.md#test-keys), whose verifications of these numbers\n\
    have the code 424242. A test key gets the answers and statuses that a live key gets with the\n\
    sandbox: after a broken answer, for example, the message is `Pending`.\n\n\
    The numbers are +1 202 555 0100 to 0199, which the North American numbering plan reserves for\n\
    fiction.\n\n\
    This page is generated from `crates/whatsapp-sandbox/src/test_numbers.rs`, and compared with\n\
    `crates/otp-core/src/test_number/` by a test:\n\
    `UPDATE_TEST_NUMBERS=1 cargo test -p whatsapp-sandbox documentation`\n\n";

#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "the variable asks to write the page instead of comparing it"
)]
fn the_documented_test_numbers_are_those_of_the_code() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/TEST-NUMBERS.md");
    let generated = format!("{HEAD}{}", test_numbers_markdown());
    if std::env::var_os("UPDATE_TEST_NUMBERS").is_some() {
        std::fs::write(&path, &generated).expect("written");
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(
        committed, generated,
        "docs/TEST-NUMBERS.md is out of date; UPDATE_TEST_NUMBERS=1 writes it"
    );
}
