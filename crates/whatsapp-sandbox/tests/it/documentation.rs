//! The documentation's table of test numbers is the code's.

use std::path::Path;

use whatsapp_sandbox::test_numbers_markdown;

const HEAD: &str = "# Test numbers\n\n\
    The sandbox's numbers that behave in a way of their own. They are +1 202 555 0100 to 0199, which the\n\
    North American numbering plan keeps for fiction; every number that is not listed is accepted.\n\
    This page is generated from `crates/whatsapp-sandbox/src/test_numbers.rs`:\n\
    `UPDATE_TEST_NUMBERS=1 cargo test -p whatsapp-sandbox documentation`\n\n";

#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "asks to write the page instead of comparing it"
)]
fn the_table_in_the_documentation_is_current() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/TEST-NUMBERS.md");
    let generated = format!("{HEAD}{}", test_numbers_markdown());
    if std::env::var_os("UPDATE_TEST_NUMBERS").is_some() {
        std::fs::write(&path, &generated).expect("written");
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(
        committed, generated,
        "docs/TEST-NUMBERS.md is stale; UPDATE_TEST_NUMBERS=1 writes it"
    );
}
