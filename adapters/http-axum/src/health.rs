//! Whether the service is alive, ready and well.

mod check;

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use saaskit_gateway::{Access, Class};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::routes;

use crate::caller::Caller;
use crate::route::Entry;
use crate::{Resource, Row};

pub use check::{Check, Component, Condition, DATABASE, Health, Memory, Report};

const PREFIX: &str = "/api/v1";

const ROWS: &[Row<Health>] = &[
    Row::new(Access::Public, Class::Free, || routes!(live)),
    Row::new(Access::Public, Class::Free, || routes!(ready)),
    Row::new(Access::Public, Class::Read, || routes!(health)),
    Row::new(Access::Public, Class::Free, || routes!(live)).under(PREFIX),
    Row::new(Access::Public, Class::Free, || routes!(ready)).under(PREFIX),
    Row::new(Access::Public, Class::Read, || routes!(health)).under(PREFIX),
];

/// The routes of health.
pub(crate) fn entries() -> Vec<Entry> {
    ROWS.iter().map(Row::entry).collect()
}

/// Health as a resource.
pub fn resource(health: &Health) -> Resource {
    Resource::new(ROWS, health)
}

/// How it is, in a word.
#[derive(Debug, Serialize, ToSchema)]
struct StatusBody {
    /// The word.
    status: Condition,
}

fn answer(condition: Condition, body: impl Serialize) -> Response {
    let status = match condition {
        Condition::Healthy | Condition::Degraded => StatusCode::OK,
        Condition::Unhealthy => StatusCode::SERVICE_UNAVAILABLE,
    };
    (status, Json(body)).into_response()
}

/// Whether the process answers.
#[utoipa::path(get, path = "/health/live", tag = "health",
    responses((status = 200, description = "It does.", body = StatusBody)))]
async fn live() -> Json<StatusBody> {
    Json(StatusBody { status: Condition::Healthy })
}

/// Whether requests should be sent here: not without the database and not while draining.
#[utoipa::path(get, path = "/health/ready", tag = "health", responses(
    (status = 200, description = "They should.", body = StatusBody),
    (status = 503, description = "They should not.", body = StatusBody)))]
async fn ready(State(health): State<Health>) -> Response {
    let condition = health.readiness().await;
    answer(condition, StatusBody { status: condition })
}

/// How everything is; the details only on the machine itself.
#[utoipa::path(get, path = "/health", tag = "health", responses(
    (status = 200, description = "Healthy or degraded.", body = Report),
    (status = 503, description = "Unhealthy.", body = Report)))]
async fn health(State(health): State<Health>, caller: Caller) -> Response {
    let report = health.report().await;
    let status = report.status;
    if caller.is_local() { answer(status, report) } else { answer(status, StatusBody { status }) }
}
