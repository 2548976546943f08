//! The runtimes that the contracts' tests run on, so that a caller's crate needs no tokio of its own.

use tokio::runtime::Builder;

/// Runs a test on four threads: promises about races need them.
pub fn with_threads(test: impl Future<Output = ()>) {
    let mut builder = Builder::new_multi_thread();
    run(builder.worker_threads(4), test);
}

/// Runs a test on the thread of the caller alone: what it logs there is all that is logged.
pub fn on_this_thread<T>(test: impl Future<Output = T>) -> T {
    run(&mut Builder::new_current_thread(), test)
}

fn run<T>(builder: &mut Builder, test: impl Future<Output = T>) -> T {
    let runtime = builder.enable_all().build().expect("a runtime");
    runtime.block_on(Box::pin(test))
}
