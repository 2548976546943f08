//! Requests that wait for something: the wait ends with the client.

use tokio::sync::oneshot;

use crate::error::ApiError;
use crate::state::ApiState;

/// Runs a use case that may be dropped while it waits, and drops it if the client goes away.
pub(crate) async fn run_while_awaited<T, E>(
    state: &ApiState,
    usecase: impl Future<Output = Result<T, E>> + Send + 'static,
) -> Result<T, ApiError>
where
    T: Default + Send + 'static,
    E: Send + 'static,
    ApiError: From<E>,
{
    // A client that goes away drops this function, and with it `waits`.
    let (waits, gone) = oneshot::channel::<()>();
    let running = async move {
        tokio::select! {
            result = usecase => result,
            // Nobody gets this answer.
            _ = gone => Ok(T::default()),
        }
    };
    let result = state.runner.run(running).await?;
    drop(waits);
    Ok(result?)
}
