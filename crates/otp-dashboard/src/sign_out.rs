//! `/sign-out`: ends the session. Only a form does: a link, which another site could load, changes nothing.

use actix_web::web::Payload;
use actix_web::{HttpResponse, Resource};
use otp_edge::resource_at;

use crate::answer;
use crate::paths;
use crate::visit::Visit;

pub(crate) fn resource() -> Resource {
    resource_at("").post(submit).finish()
}

async fn submit(visit: Visit, payload: Payload) -> HttpResponse {
    let token = match visit.signed_form(payload).await {
        Ok((token, _)) => token,
        Err(answer) => return answer,
    };
    let sessions = visit.state.end_sessions.clone();
    match visit
        .run(async move { sessions.sign_out(&token).await })
        .await
    {
        Ok(Ok(())) => answer::signed_out(paths::SIGN_IN),
        Ok(Err(error)) => visit.failed(&error),
        Err(answer) => answer,
    }
}
