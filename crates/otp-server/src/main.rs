//! The gateway's program, with the adapters that its settings name.

use std::process::ExitCode;

fn main() -> ExitCode {
    otp_server::Program::new().main()
}
