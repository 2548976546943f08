//! A gateway: store, adapters, use cases, API and background work of one process.

mod servers;
mod signals;
mod stopping;

use std::net::TcpListener;
use std::sync::Arc;

use actix_web::dev::Server;
use actix_web::web::ServiceConfig;
use otp_core::ports::{MessageSender, Storage};
use otp_edge::{RequestCount, ServerOptions, UseCaseRunner};
use otp_http::{Api, ApiState, HttpOptions, WhatsAppWebhook};
use tokio_util::task::TaskTracker;

use crate::adapters::Adapters;
use crate::failure::SetupError;
use crate::inbox_bell::LocalBell;
use crate::keyring::Keys;
use crate::overrides::Overrides;
use crate::pages;
use crate::settings::Settings;
use crate::store::Store;
use crate::use_cases::{UseCases, rotate_proof_key};
use crate::workers::Workers;

use servers::Servers;
pub(crate) use servers::listen;
pub(crate) use signals::EndedAtOnce;
pub use signals::StopSignals;

/// A gateway that serves requests. Dropping it does not stop it; see [`Gateway::stop`].
pub struct Gateway {
    url: String,
    internal_url: Option<String>,
    servers: Servers,
    /// Requests whose clients wait.
    requests: RequestCount,
    /// Use cases of requests, including those whose clients have gone.
    use_cases: TaskTracker,
    workers: Workers,
    /// Requests that wait for a message in a test inbox.
    bell: LocalBell,
}

/// Mounts paths beside those of the API.
type Routes = Arc<dyn Fn(&mut ServiceConfig) + Send + Sync>;

/// Configures and starts a [`Gateway`].
#[must_use = "a gateway does nothing until it is started"]
pub struct GatewayBuilder {
    settings: Settings,
    overrides: Overrides,
    routes: Routes,
    apply_migrations: bool,
}

impl Gateway {
    /// Configures a gateway with these settings and the adapters that they name.
    pub fn builder(settings: Settings) -> GatewayBuilder {
        GatewayBuilder {
            settings,
            overrides: Overrides::none(),
            routes: Arc::new(|_| ()),
            apply_migrations: true,
        }
    }

    /// Returns the address at which it is reached from this machine, such as `http://127.0.0.1:8080`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Returns the address of metrics and health, if they have one of their own.
    pub fn internal_url(&self) -> Option<&str> {
        self.internal_url.as_deref()
    }

    /// Serves until `stop` is ready, then stops like [`Gateway::stop`].
    pub async fn serve_until(mut self, stop: impl Future<Output = ()>) -> std::io::Result<()> {
        tokio::select! {
            () = self.servers.end() => {}
            () = stop => stopping::begin(self.requests.get()),
        }
        self.stop().await
    }

    /// Stops accepting requests, finishes those that were accepted, and ends the background work.
    pub async fn stop(self) -> std::io::Result<()> {
        self.bell.close();
        let (requests, use_cases, workers) = (self.requests, self.use_cases, self.workers);
        let of_requests = || stopping::of_requests(requests.get());
        let stopped = stopping::explained(self.servers.stop(), of_requests).await;
        use_cases.close();
        let rest = async { tokio::join!(use_cases.wait(), workers.stop()) };
        let of_rest = || stopping::of_work(use_cases.len(), &workers.busy());
        stopping::explained(rest, of_rest).await;
        stopped
    }
}

impl GatewayBuilder {
    /// Delivers messages with this adapter, not with WhatsApp's Cloud API.
    pub fn with_sender(mut self, sender: Arc<dyn MessageSender>) -> Self {
        self.overrides.sender = Some(sender);
        self
    }

    /// Keeps everything in this store; `database.url` is not used.
    pub fn with_storage(mut self, storage: Arc<dyn Storage>) -> Self {
        self.overrides.storage = Some(storage);
        self
    }

    /// Replaces all overrides, including those of [`with_sender`](Self::with_sender) and
    /// [`with_storage`](Self::with_storage).
    pub fn with_overrides(mut self, overrides: Overrides) -> Self {
        self.overrides = overrides;
        self
    }

    /// Mounts paths beside those of the API; if both have a path, these answer.
    pub fn with_routes(
        mut self,
        routes: impl Fn(&mut ServiceConfig) + Send + Sync + 'static,
    ) -> Self {
        self.routes = Arc::new(routes);
        self
    }

    /// Applies no pending migrations; `start` fails if this program needs one.
    pub fn without_migrations(mut self) -> Self {
        self.apply_migrations = false;
        self
    }

    /// Opens the store and serves on `listener`, with TLS if the settings say so. It needs a
    /// multi-threaded tokio runtime.
    pub async fn start(self, listener: TcpListener) -> Result<Gateway, SetupError> {
        let settings = &self.settings;
        let internal = settings.http.internal_bind.map(listen).transpose()?;
        let master_keys = settings.master_keys()?;
        let store = Store::open(settings, &self.overrides).await?;
        if self.apply_migrations {
            store.migrate().await?;
        } else {
            store.require_current_schema().await?;
        }
        let keys = Keys::open(store.ports(), master_keys, &self.overrides).await?;
        // Loaded now, so that the first request does not wait for it.
        otp_core::recipient::load_numbering_plans();
        let tls = settings.http.tls.as_ref();
        let tls = tls.map(crate::tls::server_config).transpose()?;
        let scheme = if tls.is_some() { "https" } else { "http" };
        let url = url(scheme, &listener)?;
        let internal_url = internal
            .as_ref()
            .map(|listener| self::url("http", listener));
        let internal_url = internal_url.transpose()?;

        let public_url = settings.http.public_url.clone();
        let public_url = public_url.unwrap_or_else(|| url.clone());
        let storage = store.ports();
        let adapters = Adapters::start(settings, &self.overrides, storage, keys, public_url)?;
        let adapters = Arc::new(adapters);
        let first_key = rotate_proof_key(&adapters).execute_if_absent().await;
        first_key.map_err(SetupError::caused_by)?;
        let tasks = TaskTracker::new();
        let requests = RequestCount::default();
        let runner = UseCaseRunner {
            runtime: tokio::runtime::Handle::current(),
            tasks: tasks.clone(),
        };
        let use_cases = UseCases::new(settings, &adapters);
        let pages = if settings.dashboard.enabled {
            let opened = pages::open_house_account(settings, &adapters).await;
            opened.map_err(SetupError::caused_by)?;
            let state = pages::state(settings, &adapters, &use_cases, runner.clone());
            Some(pages::dashboard(settings).configure(state))
        } else {
            None
        };
        let api = api(settings, &adapters, use_cases, runner);
        let internal = internal.map(|listener| serve_internally(listener, &api, &adapters));
        let internal = internal.transpose()?;
        let has_internal = internal.is_some();
        let (metrics, routes, api) = (adapters.metrics.clone(), self.routes, api.configure());
        let mount = move |app: &mut ServiceConfig| {
            if !has_internal {
                metrics.mount(app);
            }
            routes(app);
            if let Some(pages) = &pages {
                pages(app);
            }
            // Last: the API owns the answer to unknown paths.
            api(app);
        };
        let options = ServerOptions {
            tls,
            workers: match settings.http.workers {
                0 => crate::system::threads_of_http(),
                threads => threads,
            },
            connections: servers::connection_limits(&settings.http),
            requests: requests.clone(),
        };
        let server = otp_edge::serve(listener, options, mount).map_err(SetupError::caused_by)?;
        Ok(Gateway {
            url,
            internal_url,
            servers: Servers::start(server, internal),
            requests,
            use_cases: tasks,
            workers: Workers::start(settings, &adapters),
            bell: adapters.bell.clone(),
        })
    }
}

fn url(scheme: &str, listener: &TcpListener) -> Result<String, SetupError> {
    let address = listener.local_addr().map_err(SetupError::caused_by)?;
    Ok(format!("{scheme}://{address}"))
}

/// Serves metrics and health.
fn serve_internally(
    listener: TcpListener,
    api: &Api,
    adapters: &Adapters,
) -> Result<Server, SetupError> {
    let (metrics, health) = (adapters.metrics.clone(), api.configure_health());
    let mount = move |app: &mut ServiceConfig| {
        metrics.mount(app);
        health(app);
    };
    let options = ServerOptions {
        connections: servers::internal_connection_limits(),
        ..ServerOptions::plain()
    };
    otp_edge::serve(listener, options, mount).map_err(SetupError::caused_by)
}

fn api(
    settings: &Settings,
    adapters: &Adapters,
    use_cases: UseCases,
    runner: UseCaseRunner,
) -> Api {
    let provider = adapters.provider_webhook.clone();
    let state = ApiState {
        authenticate: use_cases.authenticate,
        send_message: use_cases.send_message,
        explain_send: use_cases.explain_send,
        check_message_status: use_cases.check_message_status,
        show_message: use_cases.show_message,
        list_messages: use_cases.list_messages,
        record_outcome: use_cases.record_outcome,
        create_verification: use_cases.create_verification,
        resend_verification: use_cases.resend_verification,
        check_verification: use_cases.check_verification,
        cancel_verification: use_cases.cancel_verification,
        show_verification: use_cases.show_verification,
        list_verifications: use_cases.list_verifications,
        show_insights: use_cases.show_insights,
        verification_policy: settings.verification,
        publish_proof_keys: use_cases.publish_proof_keys,
        answer_once: use_cases.answer_once,
        manage_webhook_endpoints: use_cases.manage_webhook_endpoints,
        inspect_webhook_deliveries: use_cases.inspect_webhook_deliveries,
        listen_for_events: use_cases.listen_for_events,
        read_test_inbox: use_cases.read_test_inbox,
        whatsapp_webhook: provider.map(|provider| WhatsAppWebhook {
            provider,
            handle_provider_webhook: use_cases.handle_provider_webhook,
            clock: Arc::clone(&adapters.clock),
        }),
        health: Arc::clone(&adapters.health),
        runner,
    };
    let options = HttpOptions {
        per_ip: settings.rate_limit,
        trusted_proxies: settings.http.trusted_proxies.clone(),
        public_url: settings.http.public_url.clone(),
        has_guide: settings.dashboard.enabled,
        internal_health: settings.http.internal_bind.is_some(),
    };
    Api::new(state, options)
}

#[cfg(test)]
mod tests;
