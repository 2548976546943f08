//! List templates, as they are stored.

use std::sync::Arc;

use crate::channel::whatsapp::template::AuthenticationTemplate;
use crate::ids::SenderId;
use crate::ports::{PortError, Templates};

/// Lists templates.
#[derive(Clone)]
pub struct ListTemplates {
    /// Stores templates.
    pub templates: Arc<dyn Templates>,
}

impl ListTemplates {
    /// Returns the templates of one sender, or of all if `sender` is `None`, oldest first.
    pub async fn execute(
        &self,
        sender: Option<SenderId>,
    ) -> Result<Vec<AuthenticationTemplate>, PortError> {
        self.templates.list_templates(sender).await
    }
}
