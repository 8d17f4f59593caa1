//! What the page asks for.

use std::{convert::Infallible, sync::Arc, time::SystemTime};

use axum::{
    Json, Router,
    body::Body,
    extract::{self, Path},
    middleware,
    response::{
        IntoResponse, Response,
        sse::{Event, KeepAlive, Sse},
    },
    routing::{get, post},
};
use bytes::Bytes;
use futures_util::{Stream, StreamExt};
use http::{Request, StatusCode, header::CONTENT_TYPE};
use maud::Markup;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio_stream::wrappers::BroadcastStream;
use tower_webhook::{Receiver, Timestamp, inbox::Inbox, testing::Signer};

use crate::{
    builder::{Decrypted, Explain, Sample},
    guard::{AllowedHosts, guard},
    page::{Features, page},
    record::{Record, Ring},
    replay::Handler,
    view,
};

/// How many dead letters the page shows.
const MAX_DEAD_LETTERS: usize = 200;

/// What the routes share.
pub(crate) struct State {
    pub(crate) ring: Arc<Ring>,
    pub(crate) handler: Handler,
    pub(crate) receiver: Receiver,
    pub(crate) explain: Explain,
    pub(crate) decrypted: Option<Decrypted>,
    pub(crate) signer: Option<Signer>,
    pub(crate) samples: Vec<Sample>,
    pub(crate) inbox: Option<Arc<dyn Inbox>>,
    pub(crate) hosts: AllowedHosts,
    pub(crate) bind_anywhere: bool,
}

type Shared = extract::State<Arc<State>>;

pub(crate) fn router(state: Arc<State>) -> Router {
    let hosts = state.hosts.clone();
    Router::new()
        .route("/", get(index))
        .route("/console.css", get(|| asset("text/css", include_str!("../assets/console.css"))))
        .route("/console.js", get(|| asset("text/javascript", include_str!("../assets/console.js"))))
        .route("/icon.svg", get(|| asset("image/svg+xml", include_str!("../assets/icon.svg"))))
        .route("/api/events", get(events))
        .route("/api/deliveries", get(list))
        .route("/api/deliveries/{id}", get(detail))
        .route("/api/deliveries/{id}/export", get(export))
        .route("/api/deliveries/{id}/replay", post(replay))
        .route("/api/send", post(send))
        .route("/api/clear", post(clear))
        .route("/api/inbox", get(inbox))
        .route("/api/inbox/redrive", post(redrive))
        .with_state(state)
        .layer(middleware::from_fn_with_state(hosts, guard))
}

async fn index(extract::State(state): Shared) -> Markup {
    let samples = match state.signer {
        Some(_) => state.samples.iter().map(|sample| sample.name.as_str()).collect(),
        None => Vec::new(),
    };
    page(&Features {
        samples,
        has_inbox: state.inbox.is_some(),
    })
}

async fn asset(content_type: &'static str, text: &'static str) -> Response {
    ([(CONTENT_TYPE, content_type)], text).into_response()
}

async fn list(extract::State(state): Shared) -> Json<Vec<Value>> {
    let records = state.ring.newest_first();
    Json(records.iter().map(|record| view::row(&state, record)).collect())
}

async fn detail(extract::State(state): Shared, Path(id): Path<u64>) -> Result<Json<Value>, Problem> {
    let record = find(&state, id)?;
    // Explaining hashes the body some hundred times.
    let detail = tokio::task::spawn_blocking(move || view::detail(&state, &record));
    let detail = detail.await.map_err(|_| Problem(StatusCode::INTERNAL_SERVER_ERROR, "the explanation failed"))?;
    Ok(Json(detail))
}

async fn export(extract::State(state): Shared, Path(id): Path<u64>) -> Result<Json<Value>, Problem> {
    Ok(Json(view::export(&*find(&state, id)?)))
}

/// New requests as they come; `reload` where the page fell behind.
async fn events(
    extract::State(state): Shared,
) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let news = BroadcastStream::new(state.ring.subscribe());
    let events = news.map(move |news| {
        Ok(match news {
            Ok(record) => Event::default()
                .event("delivery")
                .data(view::row(&state, &record).to_string()),
            Err(_) => Event::default().event("reload").data(""),
        })
    });
    Sse::new(events).keep_alive(KeepAlive::default())
}

async fn clear(extract::State(state): Shared) -> Json<Value> {
    state.ring.clear();
    Json(json!({}))
}

/// As which message a request is replayed.
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum As {
    Same,
    New,
}

#[derive(Deserialize)]
struct Replay {
    r#as: As,
}

async fn replay(
    extract::State(state): Shared,
    Path(id): Path<u64>,
    Json(Replay { r#as }): Json<Replay>,
) -> Result<Json<Value>, Problem> {
    let record = find(&state, id)?;
    if record.is_truncated {
        return Err(Problem(StatusCode::CONFLICT, "only the beginning of the body was kept"));
    }
    let head = view::head(&record);
    let known = state.receiver.verify_stored(&head, record.body.clone()).ok();
    let message_id = match (r#as, known) {
        (As::Same, Some(verified)) => verified.id().as_str().to_owned(),
        _ => new_id(),
    };
    let mut request = Request::from_parts(head, record.body.clone());
    sign(&state, &mut request, &message_id);
    pass_on(&state, request).await
}

#[derive(Deserialize)]
struct Send {
    sample: String,
}

async fn send(
    extract::State(state): Shared,
    Json(Send { sample }): Json<Send>,
) -> Result<Json<Value>, Problem> {
    let mut samples = state.samples.iter();
    let sample = samples
        .find(|known| known.name == sample)
        .ok_or(Problem(StatusCode::NOT_FOUND, "there is no such sample"))?;
    let mut request = Request::post("/")
        .header(CONTENT_TYPE, "application/json")
        .body(sample.body.clone())
        .map_err(|_| Problem(StatusCode::INTERNAL_SERVER_ERROR, "the sample cannot be sent"))?;
    sign(&state, &mut request, &new_id());
    pass_on(&state, request).await
}

/// Without a signer, or with a scheme that cannot sign, the request goes as it came.
fn sign(state: &State, request: &mut Request<Bytes>, id: &str) {
    if let Some(signer) = &state.signer {
        // Nothing of the old signature may stay beside the new one.
        for name in state.receiver.scheme().headers() {
            if name != CONTENT_TYPE {
                request.headers_mut().remove(name);
            }
        }
        let _ = signer.sign(request, id, Timestamp::from(SystemTime::now()));
        request.headers_mut().remove(http::header::CONTENT_LENGTH);
    }
}

async fn pass_on(state: &State, request: Request<Bytes>) -> Result<Json<Value>, Problem> {
    let sent = state.handler.send(request.map(Body::from));
    let sent = sent.ok_or(Problem(StatusCode::CONFLICT, "the console's layer is around no handler"))?;
    let status = sent.await.status().as_u16();
    Ok(Json(json!({ "status": status })))
}

fn new_id() -> String {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    format!("msg_console_{:x}", now.map_or(0, |now| now.as_nanos()))
}

async fn inbox(extract::State(state): Shared) -> Result<Json<Value>, Problem> {
    let Some(inbox) = &state.inbox else {
        return Err(Problem(StatusCode::NOT_FOUND, "there is no inbox"));
    };
    let unavailable = |_| Problem(StatusCode::SERVICE_UNAVAILABLE, "the inbox does not respond");
    let stats = inbox.stats().await.map_err(unavailable)?;
    let dead = inbox.dead_letters(None, MAX_DEAD_LETTERS).await.map_err(unavailable)?;
    let (waiting, died) = stats.iter().fold((0, 0), |(waiting, dead), target| {
        (waiting + target.waiting, dead + target.dead)
    });
    let dead: Vec<Value> = dead
        .iter()
        .map(|letter| {
            json!({
                "id": letter.message_id,
                "target": letter.target,
                "reason": letter.reason,
                "last_status": letter.last_status,
                "attempts": letter.attempts,
            })
        })
        .collect();
    Ok(Json(json!({ "stats": { "waiting": waiting, "dead": died }, "dead": dead })))
}

#[derive(Deserialize)]
struct Redrive {
    id: String,
}

async fn redrive(
    extract::State(state): Shared,
    Json(Redrive { id }): Json<Redrive>,
) -> Result<Json<Value>, Problem> {
    let Some(inbox) = &state.inbox else {
        return Err(Problem(StatusCode::NOT_FOUND, "there is no inbox"));
    };
    match inbox.redrive(&id).await {
        Ok(0) => Err(Problem(StatusCode::NOT_FOUND, "there is no such dead letter")),
        Ok(targets) => Ok(Json(json!({ "targets": targets }))),
        Err(_) => Err(Problem(StatusCode::SERVICE_UNAVAILABLE, "the inbox does not respond")),
    }
}

fn find(state: &State, id: u64) -> Result<Arc<Record>, Problem> {
    let record = state.ring.get(id);
    record.ok_or(Problem(StatusCode::NOT_FOUND, "the request is not kept any more"))
}

/// Why the page does not get what it asked for.
struct Problem(StatusCode, &'static str);

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        (self.0, self.1).into_response()
    }
}
