//! What a request has to cost with the ordinary parts and nothing else: a request id, a span with one JSON line, a
//! timeout, a bucket of tokens, a signature that is believed, a permission; and what renewing a session has to: one
//! row in a transaction of its own, and a signature.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use axum::extract::State;
use axum::routing::{get, post};
use axum::{Json, Router};
use http::header::AUTHORIZATION;
use http::{HeaderMap, HeaderName, StatusCode};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use moka::sync::Cache;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sqlx::SqlitePool;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode};
use tokio::time::Instant;
use tower_http::request_id::{MakeRequestUuid, PropagateRequestIdLayer, SetRequestIdLayer};
use tower_http::timeout::TimeoutLayer;
use tower_http::trace::{DefaultMakeSpan, DefaultOnResponse, TraceLayer};
use tracing::Level;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const PERMISSION: &str = "workspace:read";
/// Nobody is refused.
const BURST: f64 = 1e9;
const FAR: u64 = 4_102_444_800;

/// As many as a token of ours has.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Claims {
    iss: String,
    aud: String,
    sub: String,
    sid: String,
    jti: String,
    iat: u64,
    nbf: u64,
    exp: u64,
}

struct Known {
    sign: EncodingKey,
    verify: DecodingKey,
    validation: Validation,
    believed: Cache<Vec<u8>, Arc<Claims>>,
    buckets: Mutex<HashMap<String, (f64, Instant)>>,
    may: HashMap<String, HashSet<&'static str>>,
    database: SqlitePool,
}

/// The routes, and a token that they believe.
pub(super) async fn router() -> anyhow::Result<(Router, String)> {
    let pair = Ed25519KeyPair::generate()?;
    let mut validation = Validation::new(Algorithm::EdDSA);
    validation.set_audience(&["bench"]);
    let claims = claims();
    let known = Known {
        sign: EncodingKey::from_ed_der(pair.to_pkcs8v1()?.as_ref()),
        verify: DecodingKey::from_ed_der(pair.public_key().as_ref()),
        validation,
        believed: Cache::builder().max_capacity(50_000).time_to_live(Duration::from_mins(1)).build(),
        buckets: Mutex::default(),
        may: HashMap::from([(claims.sub.clone(), HashSet::from([PERMISSION]))]),
        database: database().await?,
    };
    let token = jsonwebtoken::encode(&Header::new(Algorithm::EdDSA), &claims, &known.sign)?;
    let router = Router::new()
        .route("/seen", get(seen))
        .route("/fresh", get(fresh))
        .route("/renew", post(renew))
        .layer(TimeoutLayer::with_status_code(StatusCode::GATEWAY_TIMEOUT, Duration::from_secs(30)))
        .layer(PropagateRequestIdLayer::new(REQUEST_ID))
        .layer(
            TraceLayer::new_for_http()
                .make_span_with(DefaultMakeSpan::new().level(Level::INFO))
                .on_response(DefaultOnResponse::new().level(Level::INFO)),
        )
        .layer(SetRequestIdLayer::new(REQUEST_ID, MakeRequestUuid))
        .with_state(Arc::new(known));
    Ok((router, token))
}

fn claims() -> Claims {
    let text = |begin: &str| format!("{begin}_01h455vb4pex5vsknk084sn02q");
    Claims {
        iss: "http://localhost:8080".to_owned(),
        aud: "bench".to_owned(),
        sub: text("usr"),
        sid: text("ses"),
        jti: text("tok"),
        iat: 0,
        nbf: 0,
        exp: FAR,
    }
}

/// A database that no file holds would write nothing; this one's file is gone when the process ends.
async fn database() -> anyhow::Result<SqlitePool> {
    let folder = tempfile::tempdir()?.keep();
    let options = SqliteConnectOptions::new().filename(folder.join("floor.db")).create_if_missing(true);
    let pool = SqlitePool::connect_with(options.journal_mode(SqliteJournalMode::Wal)).await?;
    sqlx::query("CREATE TABLE links (id INTEGER PRIMARY KEY, session BLOB NOT NULL, at INTEGER NOT NULL)")
        .execute(&pool)
        .await?;
    Ok(pool)
}

async fn seen(State(known): State<Arc<Known>>, headers: HeaderMap) -> Result<Json<Value>, StatusCode> {
    let token = token(&headers)?;
    let hash = digest(&SHA256, token.as_bytes()).as_ref().to_vec();
    let claims = if let Some(claims) = known.believed.get(&hash) {
        claims
    } else {
        let claims = Arc::new(known.believe(token)?);
        known.believed.insert(hash, claims.clone());
        claims
    };
    known.admit(&claims)
}

async fn fresh(State(known): State<Arc<Known>>, headers: HeaderMap) -> Result<Json<Value>, StatusCode> {
    let claims = known.believe(token(&headers)?)?;
    known.admit(&claims)
}

async fn renew(State(known): State<Arc<Known>>) -> Result<Json<Value>, StatusCode> {
    let failed = |_| StatusCode::INTERNAL_SERVER_ERROR;
    let mut transaction = known.database.begin_with("BEGIN IMMEDIATE").await.map_err(failed)?;
    let insert = sqlx::query("INSERT INTO links (session, at) VALUES ($1, $2)").bind([7_u8; 16].as_slice());
    insert.bind(1_i64).execute(&mut *transaction).await.map_err(failed)?;
    transaction.commit().await.map_err(failed)?;
    let signed = jsonwebtoken::encode(&Header::new(Algorithm::EdDSA), &claims(), &known.sign);
    Ok(Json(json!({ "token": signed.map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)? })))
}

fn token(headers: &HeaderMap) -> Result<&str, StatusCode> {
    let value = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    value.and_then(|value| value.strip_prefix("Bearer ")).ok_or(StatusCode::UNAUTHORIZED)
}

impl Known {
    fn believe(&self, token: &str) -> Result<Claims, StatusCode> {
        let decoded = jsonwebtoken::decode(token, &self.verify, &self.validation);
        decoded.map(|token| token.claims).map_err(|_| StatusCode::UNAUTHORIZED)
    }

    fn admit(&self, claims: &Claims) -> Result<Json<Value>, StatusCode> {
        if !self.take(&claims.sub) {
            return Err(StatusCode::TOO_MANY_REQUESTS);
        }
        let may = self.may.get(&claims.sub).is_some_and(|all| all.contains(PERMISSION));
        may.then(|| Json(json!({ "id": claims.sub, "email": "ana@example.org" })))
            .ok_or(StatusCode::FORBIDDEN)
    }

    fn take(&self, who: &str) -> bool {
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        let (left, at) = buckets.entry(who.to_owned()).or_insert((BURST, now));
        *left = (*left + now.duration_since(*at).as_secs_f64()).min(BURST) - 1.0;
        *at = now;
        *left >= 0.0
    }
}
