use std::net::IpAddr;

use axum::Json;
use axum::extract::{FromRequestParts, Path, State};
use axum::response::Response;
use http::StatusCode;
use http::request::Parts;
use saaskit_auth::{AccountError, Auth, AuthError, Client, SessionSheet};
use saaskit_kernel::{Agent, Place, SessionId, TenantId, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

use super::renewed::Renewed;
use crate::{Asker, Caller, Listed, Problem};

/// One sign-in of yours.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SessionView {
    /// Its id.
    #[schema(value_type = String, example = "ses_01h455vb4pex5vsknk084sn02q")]
    id: SessionId,
    /// Whether it is the one you ask by.
    current: bool,
    /// What it seems to be used on.
    device: DeviceView,
    /// The address it was started from.
    #[schema(value_type = Option<String>, example = "192.0.2.7")]
    ip: Option<IpAddr>,
    /// Where that is, as far as it is known: the town and the country.
    #[schema(example = "London, GB")]
    place: Option<String>,
    /// How you proved who you are (RFC 8176).
    #[schema(example = "pwd")]
    method: &'static str,
    /// The workspace it acts in, if in one.
    #[schema(value_type = Option<String>, example = "ten_01h455vb4pex5vsknk084sn02q")]
    tenant: Option<TenantId>,
    /// When it was started.
    #[schema(value_type = String, format = DateTime, example = "2026-11-21T12:00:00.000Z")]
    created_at: Timestamp,
    /// When it was last heard of, within an hour.
    #[schema(value_type = String, format = DateTime, example = "2026-11-21T12:00:00.000Z")]
    seen_at: Timestamp,
    /// When it is over, whatever happens.
    #[schema(value_type = String, format = DateTime, example = "2027-02-19T12:00:00.000Z")]
    expires_at: Timestamp,
}

/// What a client seems to be, by what it calls itself.
#[derive(Debug, Serialize, ToSchema)]
struct DeviceView {
    /// The browser or program.
    #[schema(example = "Firefox")]
    program: Option<&'static str>,
    /// What it runs on.
    #[schema(example = "Linux")]
    platform: Option<&'static str>,
    /// What it calls itself.
    #[schema(max_length = 400, example = "curl/8.5.0")]
    agent: Option<String>,
}

impl SessionView {
    fn new(SessionSheet { session, place }: &SessionSheet, own: SessionId) -> Self {
        let client = session.agent.as_ref().map(Client::of);
        let device = DeviceView {
            program: client.and_then(|client| client.program),
            platform: client.and_then(|client| client.platform),
            agent: session.agent.as_ref().map(Agent::as_str).map(str::to_owned),
        };
        Self {
            id: session.id,
            current: session.id == own,
            device,
            ip: session.ip,
            place: place.as_ref().and_then(shown),
            method: session.method.as_str(),
            tenant: session.tenant,
            created_at: session.created_at,
            seen_at: session.seen_at,
            expires_at: session.expires_at,
        }
    }
}

fn shown(place: &Place) -> Option<String> {
    let parts: Vec<&str> = [&place.city, &place.country].into_iter().flatten().map(String::as_str).collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

/// Lists where you are signed in.
#[utoipa::path(get, path = "/api/v1/sessions", tag = "sessions", responses(
    (status = 200, description = "Your sessions, newest first; a hundred at most.", body = Listed<SessionView>)))]
pub(super) async fn list_sessions(
    State(auth): State<Auth>,
    Asker(asker): Asker,
) -> Result<Json<Listed<SessionView>>, Problem> {
    let sessions = auth.sessions(&asker).await?;
    let data = sessions.iter().map(|sheet| SessionView::new(sheet, asker.session)).collect();
    Ok(Json(Listed::whole(data)))
}

/// The session that `{id}` of the path names. What can't be an id is the id of nothing.
pub(super) struct NamedSession(SessionId);

impl<S: Send + Sync> FromRequestParts<S> for NamedSession {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let named = Path::<String>::from_request_parts(parts, state).await;
        let id = named.ok().and_then(|Path(text)| text.parse().ok());
        Ok(Self(id.ok_or(AuthError::from(AccountError::SessionNotFound))?))
    }
}

/// Signs one of your sessions out, everywhere and at once. Needs that you proved lately who you are.
#[utoipa::path(delete, path = "/api/v1/sessions/{id}", tag = "sessions",
    params(("id" = String, Path, description = "Its id.", max_length = 30, example = "ses_01h455vb4pex5vsknk084sn02q")),
    responses((status = 204, description = "It is over.")))]
pub(super) async fn end_session(
    State(auth): State<Auth>,
    caller: Caller,
    Asker(asker): Asker,
    NamedSession(id): NamedSession,
) -> Result<StatusCode, Problem> {
    auth.end_session(caller.call(), &asker, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Signs all your sessions out but the one you ask by. Needs that you proved lately who you are. Go on with the
/// token that is answered, or the cookie that is set.
#[utoipa::path(delete, path = "/api/v1/sessions", tag = "sessions",
    responses((status = 200, description = "The others are over.", body = Renewed)))]
pub(super) async fn end_other_sessions(
    State(auth): State<Auth>,
    caller: Caller,
    Asker(asker): Asker,
) -> Result<Response, Problem> {
    Ok(Renewed::answer(&caller, auth.end_other_sessions(caller.call(), &asker).await?))
}
