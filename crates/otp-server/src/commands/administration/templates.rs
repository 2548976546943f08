//! Templates.

use otp_core::usecases::add_template::AddTemplate;
use otp_core::usecases::create_templates::CreateTemplates;
use otp_core::usecases::list_templates::ListTemplates;
use otp_core::usecases::preflight_templates::PreflightTemplates;
use otp_core::usecases::sync_templates::{SyncTemplates, TemplatePorts};

use super::Administration;
use crate::adapters;

impl Administration {
    pub(in crate::commands) fn add_template(&self) -> AddTemplate {
        AddTemplate {
            senders: self.storage.clone(),
            templates: self.storage.clone(),
            clock: self.clock(),
            randomness: self.randomness(),
        }
    }

    pub(in crate::commands) fn list_templates(&self) -> ListTemplates {
        ListTemplates {
            templates: self.storage.clone(),
        }
    }

    pub(in crate::commands) fn create_templates(&self) -> anyhow::Result<CreateTemplates> {
        Ok(CreateTemplates {
            ports: self.template_ports()?,
        })
    }

    pub(in crate::commands) fn sync_templates(&self) -> anyhow::Result<SyncTemplates> {
        Ok(SyncTemplates {
            ports: self.template_ports()?,
            outbox: self.storage.clone(),
        })
    }

    pub(in crate::commands) fn preflight_templates(&self) -> anyhow::Result<PreflightTemplates> {
        Ok(PreflightTemplates {
            ports: self.template_ports()?,
            accounts: self.storage.clone(),
        })
    }

    fn template_ports(&self) -> anyhow::Result<TemplatePorts> {
        Ok(TemplatePorts {
            templates: self.storage.clone(),
            registry: adapters::template_registry(&self.settings, &self.overrides)?,
            sealers: self.sealers()?,
            clock: self.clock(),
            randomness: self.randomness(),
        })
    }
}
