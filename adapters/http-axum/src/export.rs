//! Everything that is held on a person.

use axum::Json;
use axum::extract::State;
use http::HeaderName;
use http::header::CONTENT_DISPOSITION;
use saaskit_gateway::{Access, Class};
use saaskit_stories::Export;
use serde_json::Value;
use utoipa_axum::routes;

use crate::route::Entry;
use crate::{Asker, Caller, Problem, Resource, Row};

const ROWS: &[Row<Export>] =
    &[Row::new(Access::User, Class::Read, || routes!(export_account)).secret_answer()];

/// The routes of the export.
pub(crate) fn entries() -> Vec<Entry> {
    ROWS.iter().map(Row::entry).collect()
}

/// The export as a resource.
pub fn resource(export: &Export) -> Resource {
    Resource::new(ROWS, export)
}

/// Gives you everything that is held on you, but for secrets, as one document.
#[utoipa::path(get, path = "/api/v1/users/export", tag = "users",
    responses((status = 200, description = "All of it.", content_type = "application/json")))]
async fn export_account(
    State(export): State<Export>,
    caller: Caller,
    Asker(asker): Asker,
) -> Result<([(HeaderName, &'static str); 1], Json<Value>), Problem> {
    let all = export.export(caller.call(), &asker).await?;
    Ok(([(CONTENT_DISPOSITION, "attachment; filename=\"account.json\"")], Json(all)))
}
