//! Acting in a workspace.

use axum::extract::{FromRef, State};
use axum::response::Response;
use saaskit_gateway::{Access, Class};
use saaskit_stories::EnterTenant;
use saaskit_tenants::Tenants;
use utoipa_axum::routes;

use crate::auth::Renewed;
use crate::route::Entry;
use crate::tenants::Inside;
use crate::{Asker, Caller, Problem, Resource, Row};

const ROWS: &[Row<Served>] =
    &[Row::new(Access::Member, Class::Write, || routes!(enter_tenant)).secret_answer()];

/// The route of acting in a workspace.
pub(crate) fn entries() -> Vec<Entry> {
    ROWS.iter().map(Row::entry).collect()
}

/// Acting in a workspace as a resource.
pub fn resource(enter: &EnterTenant) -> Resource {
    Resource::new(ROWS, &Served(enter.clone()))
}

#[derive(Debug, Clone)]
struct Served(EnterTenant);

impl FromRef<Served> for Tenants {
    fn from_ref(Served(enter): &Served) -> Self {
        enter.tenants.clone()
    }
}

/// Has your session act in this workspace from now on. Go on with the token that is answered, or
/// the cookie that is set.
#[utoipa::path(post, path = "/api/v1/tenants/{id}/enter", tag = "tenants",
    params(("id" = String, Path, description = "Its id.", max_length = 30, example = "ten_01h455vb4pex5vsknk084sn02q")),
    responses((status = 200, description = "Your session acts in it.", body = Renewed)))]
async fn enter_tenant(
    State(Served(enter)): State<Served>,
    caller: Caller,
    Asker(asker): Asker,
    Inside(member): Inside,
) -> Result<Response, Problem> {
    Ok(Renewed::answer(&caller, enter.enter(caller.call(), &asker, &member).await?))
}
