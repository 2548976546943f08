//! `/sign-out`: ends the session. Only a form does: a link, which another site could load, changes nothing.

use actix_web::web::Payload;
use actix_web::{HttpResponse, Resource};
use otp_edge::resource_at;

use crate::answer;
use crate::error_page::Problem;
use crate::form_token;
use crate::sign_in;
use crate::visit::Visit;

pub(crate) fn resource() -> Resource {
    resource_at("").post(submit).finish()
}

async fn submit(visit: Visit, payload: Payload) -> HttpResponse {
    let Some(token) = visit.token() else {
        return answer::signed_out(sign_in::PATH);
    };
    let typed = match visit.typed(payload).await {
        Ok(typed) => typed,
        Err(answer) => return answer,
    };
    if !form_token::is_right(&token, &typed) {
        return visit.problem(Problem::ForeignForm);
    }
    let sessions = visit.state.end_sessions.clone();
    match visit
        .run(async move { sessions.sign_out(&token).await })
        .await
    {
        Ok(Ok(())) => answer::signed_out(sign_in::PATH),
        Ok(Err(error)) => visit.failed(&error),
        Err(answer) => answer,
    }
}
