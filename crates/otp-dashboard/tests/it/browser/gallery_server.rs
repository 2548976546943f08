//! The gallery on a free port.

use std::net::TcpListener;

use actix_web::rt;
use otp_dashboard::{Dashboard, DashboardOptions, gallery};

/// A running gallery. It ends with the test.
pub(super) struct GalleryServer {
    port: u16,
    paths: Vec<String>,
}

impl GalleryServer {
    pub(super) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let dashboard = Dashboard::new(DashboardOptions::default());
        let paths = gallery::paths(&dashboard);
        rt::spawn(gallery::serve(dashboard, listener).expect("a server"));
        Self { port, paths }
    }

    /// The paths of all states.
    pub(super) fn paths(&self) -> &[String] {
        &self.paths
    }

    /// The address of a page. `localhost` is a secure context, so cookies work as over TLS.
    pub(super) fn url_as_preferred(&self, path: &str) -> String {
        format!("http://localhost:{}{path}", self.port)
    }

    /// The address of a page that changes to this language.
    pub(super) fn url(&self, path: &str, language: &str) -> String {
        format!("{}?lang={language}", self.url_as_preferred(path))
    }
}
