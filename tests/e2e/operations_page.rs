//! docs/OPERATIONS.md, pasted from top to bottom.

use std::net::TcpListener;
use std::process::Command;

use otp_e2e::process::program;

const PAGE: &str = include_str!("../../docs/OPERATIONS.md");

/// Returns the shell commands of the page from one heading to another.
fn commands(from: &str, to: &str) -> String {
    let begin = PAGE.find(from).expect("it begins");
    let end = begin + PAGE[begin..].find(to).expect("it ends");
    let blocks = PAGE[begin..end].split("```sh\n").skip(1);
    let blocks = blocks.map(|block| block.split("```").next().expect("a block"));
    blocks.collect::<Vec<_>>().join("\n")
}

/// Returns a port that is free now.
fn free_port() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    address.port().to_string()
}

#[test]
fn the_set_up_can_be_pasted_and_ends_with_a_code() {
    let folder = tempfile::tempdir().expect("a folder");
    let root = folder.path().to_str().expect("UTF-8");
    let mut script = commands("### Configure", "### Templates");
    for path in ["/etc/otp", "/var/lib/otp"] {
        script = script.replace(path, &format!("{root}{path}"));
    }
    for port in ["8080", "9090"] {
        let address = |port: &str| format!("127.0.0.1:{port}");
        script = script.replace(&address(port), &address(&free_port()));
    }
    let port = free_port();
    script = script.replace("127.0.0.1:8090", &format!("127.0.0.1:{port}"));
    let sandbox = "otp-server sandbox --mail-port 1025 &";
    assert!(script.contains(sandbox), "{script}");
    let mail_port = free_port();
    script = script.replace(
        sandbox,
        &format!("otp-server sandbox --port {port} --mail-port {mail_port} &"),
    );
    let program = program().parent().expect("a folder").display();
    let around = "set -euo pipefail; trap 'kill $(jobs -p); wait' EXIT; export no_proxy='*'";
    let script = format!("{around}\nexport PATH={program}:$PATH\ncd {root}\n{script}");
    let output = Command::new("bash").args(["-c", &script]).output();
    let output = output.expect("bash");
    let [stdout, stderr] =
        [&output.stdout, &output.stderr].map(|text| String::from_utf8_lossy(text));
    assert!(output.status.success(), "{script}\n{stdout}\n{stderr}");
    assert!(
        stdout.contains(r#""messageStatus":"Sent""#),
        "{stdout}\n{stderr}"
    );
}
