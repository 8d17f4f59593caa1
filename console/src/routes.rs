//! What the page asks for.

use std::{
    convert::Infallible,
    future::{Ready, ready},
    sync::Arc,
    time::SystemTime,
};

use axum::{
    Json, Router,
    body::Body,
    extract::{self, OriginalUri, Path},
    middleware,
    response::{
        IntoResponse, Response,
        sse::{Event, KeepAlive, Sse},
    },
    routing::{get, post},
};
use bytes::Bytes;
use futures_util::{Stream, StreamExt};
use http::{
    Request, StatusCode,
    header::{CONTENT_LENGTH, CONTENT_TYPE},
};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio_stream::wrappers::BroadcastStream;
use tower_webhook::{Receiver, Rejection, Timestamp, inbox::Inbox, testing::Signer};

use crate::{
    builder::{Decrypted, Explain, Sample},
    guard::{Allowed, guard},
    inbox,
    page::{Features, page},
    record::{News, Record, Ring, is_of_router},
    replay::{self, FromConsole},
    view,
};

/// What the routes share.
pub(crate) struct State {
    pub(crate) ring: Arc<Ring>,
    pub(crate) receiver: Receiver,
    pub(crate) explain: Explain,
    pub(crate) decrypted: Option<Decrypted>,
    pub(crate) signer: Option<Signer>,
    pub(crate) samples: Vec<Sample>,
    pub(crate) inbox: Option<Arc<dyn Inbox>>,
    pub(crate) allowed: Allowed,
}

pub(crate) type Shared = extract::State<Arc<State>>;

pub(crate) fn router(state: Arc<State>) -> Router {
    let allowed = state.allowed.clone();
    Router::new()
        .route("/", get(index))
        .route(
            "/console.css",
            get(|| asset("text/css", include_str!("../assets/console.css"))),
        )
        .route(
            "/console.js",
            get(|| asset("text/javascript", include_str!("../assets/console.js"))),
        )
        .route(
            "/common.js",
            get(|| asset("text/javascript", include_str!("../assets/common.js"))),
        )
        .route(
            "/pretty.js",
            get(|| asset("text/javascript", include_str!("../assets/pretty.js"))),
        )
        .route(
            "/icon.svg",
            get(|| asset("image/svg+xml", include_str!("../assets/icon.svg"))),
        )
        .route("/api/events", get(events))
        .route("/api/deliveries", get(list))
        .route("/api/deliveries/{id}", get(detail))
        .route("/api/deliveries/{id}/export", get(export))
        .route("/api/deliveries/{id}/replay", post(replay))
        .route("/api/samples", get(samples))
        .route("/api/send", post(send))
        .route("/api/clear", post(clear))
        .route("/api/inbox", get(inbox::show))
        .route("/api/inbox/redrive", post(inbox::redrive))
        .with_state(state)
        .layer(middleware::from_fn_with_state(allowed, guard))
}

async fn index(extract::State(state): Shared, OriginalUri(uri): OriginalUri) -> Response {
    page(&Features {
        base: uri.path().trim_end_matches('/'),
        samples: state.signer.is_some().then(|| {
            let names = state.samples.iter().map(|sample| sample.name.as_str());
            names.collect()
        }),
        has_inbox: state.inbox.is_some(),
    })
    .into_response()
}

fn asset(content_type: &'static str, text: &'static str) -> Ready<Response> {
    ready(([(CONTENT_TYPE, content_type)], text).into_response())
}

async fn list(extract::State(state): Shared) -> Result<Json<Vec<Value>>, Problem> {
    let rows = in_background(move || {
        let records = state.ring.newest_first();
        records
            .iter()
            .map(|record| view::row(&state, record))
            .collect()
    });
    rows.await.map(Json)
}

async fn detail(
    extract::State(state): Shared,
    Path(id): Path<u64>,
) -> Result<Json<Value>, Problem> {
    let record = find(&state, id)?;
    in_background(move || view::detail(&state, &record))
        .await
        .map(Json)
}

/// Bodies are hashed again to show them, some hundred times to explain them.
async fn in_background<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Problem> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|_| Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "this cannot be shown"))
}

async fn export(
    extract::State(state): Shared,
    Path(id): Path<u64>,
) -> Result<Json<Value>, Problem> {
    let record = find(&state, id)?;
    if record.is_truncated {
        return Err(only_the_beginning());
    }
    Ok(Json(view::export(&record)))
}

/// New requests as they come; `reload` where the page fell behind, or the list was cleared.
async fn events(
    extract::State(state): Shared,
) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let news = BroadcastStream::new(state.ring.subscribe());
    let events = news.filter_map(move |news| {
        let state = Arc::clone(&state);
        async move {
            let Ok(News::Recorded(id)) = news else {
                return Some(Ok(Event::default().event("reload").data("list")));
            };
            let record = state.ring.get(id)?;
            let row = in_background(move || view::row(&state, &record).to_string())
                .await
                .ok()?;
            Some(Ok(Event::default().event("delivery").data(row)))
        }
    });
    Sse::new(events).keep_alive(KeepAlive::default())
}

async fn clear(extract::State(state): Shared, Json(_): Json<Value>) -> Json<Value> {
    state.ring.clear();
    Json(json!({}))
}

/// As which message a request is replayed.
#[derive(Clone, Copy, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
enum As {
    Same,
    New,
}

#[derive(Deserialize)]
struct Replay {
    r#as: As,
}

/// What was verified is signed anew, since its signature is too old by now. Anything else goes as it came: the page must not
/// make a forged request genuine by itself.
async fn replay(
    extract::State(state): Shared,
    Path(id): Path<u64>,
    Json(Replay { r#as }): Json<Replay>,
) -> Result<Json<Value>, Problem> {
    let record = find(&state, id)?;
    if record.is_truncated {
        return Err(only_the_beginning());
    }
    let head = record.parts();
    let known = state
        .receiver
        .verify_stored_async(&head, record.body.clone())
        .await
        .ok();
    let mut request = Request::from_parts(head, record.body.clone());
    let signer = state.signer.as_ref();
    match (r#as, known, signer) {
        (As::Same, Some(verified), Some(signer)) => {
            sign(signer, &mut request, verified.id().as_str())?;
        }
        (As::Same, _, _) => {}
        (As::New, _, Some(signer)) => sign(signer, &mut request, &new_id())?,
        (As::New, _, None) => {
            let why = "a new message has to be signed, and the console has no signer";
            return Err(Problem::new(StatusCode::CONFLICT, why));
        }
    }
    let target = Arc::clone(&record.target);
    let response = replay::send(target, request.map(Body::from), FromConsole::Sent).await;
    Ok(Json(json!({ "status": response.status().as_u16() })))
}

/// What the page offers to send, and an empty object to write anything else into.
async fn samples(extract::State(state): Shared) -> Json<Vec<Value>> {
    let samples = state.samples.iter();
    let samples = samples.map(
        |sample| json!({ "name": sample.name, "body": String::from_utf8_lossy(&sample.body) }),
    );
    Json(samples.collect())
}

#[derive(Deserialize)]
struct Sending {
    /// Whose headers it has. Empty for none.
    sample: String,
    body: String,
}

async fn send(
    extract::State(state): Shared,
    Json(Sending { sample, body }): Json<Sending>,
) -> Result<Json<Value>, Problem> {
    let signer = state.signer.as_ref();
    let signer = signer.ok_or(Problem::new(
        StatusCode::CONFLICT,
        "the console has no signer",
    ))?;
    let empty = Sample::new("", "");
    let mut samples = state.samples.iter();
    let sample = match sample.as_str() {
        "" => Some(&empty),
        name => samples.find(|sample| sample.name == name),
    };
    let sample = sample.ok_or(Problem::new(
        StatusCode::NOT_FOUND,
        "there is no such sample",
    ))?;
    let mut request = Request::new(Bytes::from(body));
    *request.method_mut() = http::Method::POST;
    *request.headers_mut() = sample.headers.clone();
    let reached = state.ring.reached();
    if let Some(reached) = &reached {
        // A handler may need the peer's address, and a sender may sign the URI.
        let like = reached.parts();
        *request.uri_mut() = like.uri;
        *request.extensions_mut() = like.extensions;
    }
    sign(signer, &mut request, &new_id())?;
    let status = if let Some(reached) = reached {
        let target = Arc::clone(&reached.target);
        replay::send(target, request.map(Body::from), FromConsole::Sent)
            .await
            .status()
    } else {
        send_to_first(&state, &request).await?
    };
    Ok(Json(json!({ "status": status.as_u16() })))
}

/// Sends to the first service that is a handler.
async fn send_to_first(state: &State, request: &Request<Bytes>) -> Result<StatusCode, Problem> {
    for target in state.ring.services() {
        let request = request.clone().map(Body::from);
        let response = replay::send(target, request, FromConsole::Probe).await;
        let is_rejection = response.extensions().get::<Rejection>().is_some();
        if !is_of_router(response.status(), is_rejection) {
            return Ok(response.status());
        }
    }
    Err(Problem::new(
        StatusCode::CONFLICT,
        "the console knows of no handler yet: send one request to it first",
    ))
}

fn sign(signer: &Signer, request: &mut Request<Bytes>, id: &str) -> Result<(), Problem> {
    // Standard Webhooks has two families of headers, of which one may stay beside the other. Other signatures are replaced
    // under their own names. The body may change its length.
    let headers = request.headers_mut();
    for family in ["svix", "webhook"] {
        for part in ["id", "timestamp", "signature"] {
            headers.remove(format!("{family}-{part}"));
        }
    }
    headers.remove(CONTENT_LENGTH);
    let signed = signer.sign(request, id, Timestamp::from(SystemTime::now()));
    signed.map_err(|_| Problem::new(StatusCode::CONFLICT, "this sender's scheme cannot sign"))
}

fn new_id() -> String {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    format!("msg_console_{:x}", now.map_or(0, |now| now.as_nanos()))
}

fn find(state: &State, id: u64) -> Result<Arc<Record>, Problem> {
    let record = state.ring.get(id);
    record.ok_or(Problem::new(
        StatusCode::NOT_FOUND,
        "the request is not kept any more",
    ))
}

fn only_the_beginning() -> Problem {
    Problem::new(
        StatusCode::CONFLICT,
        "only the beginning of the body was kept",
    )
}

/// Why the page does not get what it asked for.
#[derive(Clone, Copy)]
pub(crate) struct Problem(StatusCode, &'static str);

impl Problem {
    pub(crate) const fn new(status: StatusCode, why: &'static str) -> Self {
        Self(status, why)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        (self.0, self.1).into_response()
    }
}
