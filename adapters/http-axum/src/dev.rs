//! What helps developing: the outbox. To be mounted in development only.

use std::sync::Arc;

use askama::Template;
use axum::Json;
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use saaskit_gateway::{Access, Class};
use saaskit_kernel::{Code, Fault, Invalid, PortError, Timestamp};
use saaskit_notify::Captured;
use saaskit_notify::port::Outbox;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::routes;

use crate::page::page;
use crate::route::Entry;
use crate::url::Asked;
use crate::{Caller, Problem, Resource, Row};

const ROWS: &[Row<Arc<dyn Outbox>>] = &[
    Row::new(Access::Development, Class::Free, || routes!(outbox_json)),
    Row::new(Access::Development, Class::Free, || routes!(outbox_page)),
];

/// The routes of development.
pub(crate) fn entries() -> Vec<Entry> {
    ROWS.iter().map(Row::entry).collect()
}

/// The outbox as a resource.
pub fn resource(outbox: &Arc<dyn Outbox>) -> Resource {
    Resource::new(ROWS, outbox)
}

/// A mail or text that was kept instead of being sent.
#[derive(Debug, Serialize, ToSchema)]
struct CapturedView {
    /// The key it was sent with.
    #[schema(example = "msg_01h455vb4pex5vsknk084sn02q")]
    id: String,
    /// How it would have gone out: email or sms.
    #[schema(example = "email")]
    channel: &'static str,
    /// The address or number.
    #[schema(example = "ana@example.com")]
    to: String,
    /// The subject, for mail.
    #[schema(example = "Verify your address")]
    subject: Option<String>,
    /// The text.
    text: String,
    /// The HTML, for mail.
    html: Option<String>,
    /// The addresses in the text, in their order.
    links: Vec<String>,
    /// When it was sent.
    #[schema(value_type = String, format = DateTime, example = "2026-11-21T12:00:00.000Z")]
    at: Timestamp,
}

impl From<Captured> for CapturedView {
    fn from(captured: Captured) -> Self {
        Self {
            id: captured.id,
            channel: captured.channel.as_str(),
            to: captured.to,
            subject: captured.subject,
            links: links(&captured.text),
            text: captured.text,
            html: captured.html,
            at: captured.at,
        }
    }
}

/// The addresses in a text, each once.
fn links(text: &str) -> Vec<String> {
    let mut links: Vec<String> = Vec::new();
    for word in text.split(|c: char| c.is_whitespace() || "<>\"'()".contains(c)) {
        let link = word.trim_end_matches(['.', ',', ';', ':', '!', '?']);
        let is_link = link.starts_with("https://") || link.starts_with("http://");
        if is_link && !links.iter().any(|known| known == link) {
            links.push(link.to_owned());
        }
    }
    links
}

/// How many are wanted.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct OutboxQuery {
    /// 1 to 100.
    #[param(minimum = 1, maximum = 100, default = 25)]
    limit: Option<u32>,
}

async fn newest(outbox: &dyn Outbox, limit: Option<u32>) -> Result<Vec<CapturedView>, Problem> {
    let limit = limit.unwrap_or(25).clamp(1, 100);
    let captured = outbox.newest(limit).await.map_err(OutboxFault)?;
    Ok(captured.into_iter().map(CapturedView::from).collect())
}

/// The outbox, newest first.
#[utoipa::path(get, path = "/dev/outbox.json", tag = "development", params(OutboxQuery),
    responses((status = 200, description = "What was sent.", body = Vec<CapturedView>)))]
async fn outbox_json(
    State(outbox): State<Arc<dyn Outbox>>,
    Asked(query): Asked<OutboxQuery>,
) -> Result<Json<Vec<CapturedView>>, Problem> {
    newest(&*outbox, query.limit).await.map(Json)
}

#[derive(Template)]
#[template(path = "outbox.html")]
struct OutboxPage {
    messages: Vec<CapturedView>,
}

/// The outbox as a page with links to click.
#[utoipa::path(get, path = "/dev/outbox", tag = "development",
    responses((status = 200, description = "A page.", content_type = "text/html")))]
async fn outbox_page(State(outbox): State<Arc<dyn Outbox>>, caller: Caller) -> Result<Response, Problem> {
    let messages = newest(&*outbox, None).await?;
    Ok(page(&caller, StatusCode::OK, "Outbox", &OutboxPage { messages }))
}

/// The outbox could not be read.
#[derive(Debug, thiserror::Error)]
#[error("the outbox can't be read right now")]
struct OutboxFault(#[source] PortError);

impl Fault for OutboxFault {
    fn code(&self) -> Code {
        Code::UNAVAILABLE
    }

    fn fields(&self) -> Vec<(&'static str, Invalid)> {
        Vec::new()
    }

    fn retry_after(&self) -> Option<u64> {
        Some(1)
    }
}
