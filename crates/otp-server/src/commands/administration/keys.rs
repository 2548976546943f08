//! API keys.

use otp_core::usecases::create_api_key::CreateApiKey;
use otp_core::usecases::list_api_keys::ListApiKeys;
use otp_core::usecases::revoke_api_key::RevokeApiKey;
use otp_core::usecases::rotate_api_key::RotateApiKey;

use super::Administration;

impl Administration {
    pub(in crate::commands) fn create_api_key(&self) -> CreateApiKey {
        CreateApiKey {
            keys: self.storage.clone(),
            accounts: self.storage.clone(),
            clock: self.clock(),
            randomness: self.randomness(),
        }
    }

    pub(in crate::commands) fn list_api_keys(&self) -> ListApiKeys {
        ListApiKeys {
            keys: self.storage.clone(),
            accounts: self.storage.clone(),
        }
    }

    pub(in crate::commands) fn revoke_api_key(&self) -> RevokeApiKey {
        RevokeApiKey {
            keys: self.storage.clone(),
            clock: self.clock(),
            randomness: self.randomness(),
        }
    }

    pub(in crate::commands) fn rotate_api_key(&self) -> RotateApiKey {
        RotateApiKey {
            keys: self.storage.clone(),
            clock: self.clock(),
            randomness: self.randomness(),
        }
    }
}
