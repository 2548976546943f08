//! The context of a new verification.

use otp_core::verification::{Context, ContextText, MAX_CONTEXT_TEXT};
use utoipa::ToSchema;

use super::typed_field::{TypedField, nested};
use crate::error::{FieldFault, InvalidField};

/// A caller's knowledge of the person who asked for a code.
#[derive(ToSchema)]
#[schema(as = Context, rename_all = "camelCase")]
#[expect(dead_code, reason = "documents an object that is read field by field")]
pub(crate) struct ContextBody {
    /// The IP address of the person.
    ip: Option<String>,
    /// Your own name of the person.
    #[schema(min_length = 1, max_length = 512)]
    user_id: Option<String>,
    /// Your own name of the device.
    #[schema(min_length = 1, max_length = 512)]
    device_id: Option<String>,
    /// The `User-Agent` of the person's program.
    #[schema(min_length = 1, max_length = 512)]
    user_agent: Option<String>,
}

/// Reads the context of a request.
pub(super) fn context(field: TypedField) -> Result<Context, InvalidField> {
    let Some(mut object) = field.object("context")? else {
        return Ok(Context::default());
    };
    let mut part = |path: &'static str| {
        let text = nested(&mut object, path).text(path)?;
        Ok::<_, InvalidField>(text.map(|text| (path, text)))
    };
    let (ip, user_id) = (part("context.ip")?, part("context.userId")?);
    let (device_id, user_agent) = (part("context.deviceId")?, part("context.userAgent")?);
    let ip = ip.map(|(path, text)| {
        let ip = text.parse();
        ip.map_err(|_| InvalidField::new(path, FieldFault::NotAnIpAddress))
    });
    Ok(Context {
        ip: ip.transpose()?,
        user_id: text(user_id)?,
        device_id: text(device_id)?,
        user_agent: text(user_agent)?,
    })
}

fn text(part: Option<(&'static str, String)>) -> Result<Option<ContextText>, InvalidField> {
    let parsed = part.map(|(path, text)| {
        let fault = if text.is_empty() {
            FieldFault::Missing
        } else {
            FieldFault::TooManyBytes(MAX_CONTEXT_TEXT)
        };
        ContextText::parse(&text).map_err(|_| InvalidField::new(path, fault))
    });
    parsed.transpose()
}
