//! What the quickstart sends, and the answer that each must get.

use axum::http::{Request, StatusCode};
use bytes::Bytes;
use tower_webhook::{ConfigError, Timestamp, testing::Signer, voyado::EventType};

/// Where the receiver listens.
pub(crate) const PATH: &str = "/webhooks/engage";
/// The secret that the receiver and the genuine sender share.
pub(crate) const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
/// The receiver's limit, low enough for a connection to take the whole body before it is refused.
pub(crate) const MAX_BODY_BYTES: usize = 16 * 1024;
const FORGED_SECRET: &str = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";

/// A request and the answer it must get.
pub(crate) struct Sent {
    pub(crate) description: String,
    pub(crate) request: Request<Bytes>,
    pub(crate) answer: StatusCode,
}

/// One genuine delivery of each event type, then the forged ones.
pub(crate) fn all(now: Timestamp) -> Result<Vec<Sent>, ConfigError> {
    let sender = Signer::new(SECRET)?;
    let body = EventType::ALL[0].sample();
    let signed = |signer: &Signer, at: Timestamp, body: Bytes| {
        let (parts, _) = signer.request("msg_forged", at, body.clone()).into_parts();
        Request::from_parts(parts, body)
    };
    let mut deliveries: Vec<Sent> = EventType::ALL
        .into_iter()
        .enumerate()
        .map(|(number, event_type)| {
            let body = Bytes::from_static(event_type.sample().as_bytes());
            let id = format!("msg_{number}");
            let (parts, _) = sender.request(&id, now, body.clone()).into_parts();
            Sent {
                description: event_type.as_str().into(),
                request: Request::from_parts(parts, body),
                answer: StatusCode::NO_CONTENT,
            }
        })
        .collect();

    let stranger = Signer::new(FORGED_SECRET)?;
    let stale = Timestamp::from_unix_seconds(now.unix_seconds() - 3600);
    let genuine = signed(&sender, now, Bytes::from_static(body.as_bytes()));
    let (parts, _) = genuine.clone().into_parts();
    let changed = Request::from_parts(parts, Bytes::from(format!("{body} ")));
    let mut unsigned = genuine.clone();
    unsigned.headers_mut().remove("svix-signature");
    let large = Bytes::from(vec![b' '; MAX_BODY_BYTES + 1]);
    let forged = [
        (
            "signed with a wrong secret",
            signed(&stranger, now, Bytes::from_static(body.as_bytes())),
            StatusCode::UNAUTHORIZED,
        ),
        ("changed on the way", changed, StatusCode::UNAUTHORIZED),
        (
            "an hour old",
            signed(&sender, stale, Bytes::from_static(body.as_bytes())),
            StatusCode::UNAUTHORIZED,
        ),
        ("without a signature", unsigned, StatusCode::BAD_REQUEST),
        (
            "a byte too large",
            signed(&sender, now, large),
            StatusCode::PAYLOAD_TOO_LARGE,
        ),
    ];
    deliveries.extend(forged.map(|(description, request, answer)| Sent {
        description: format!("forged: {description}"),
        request,
        answer,
    }));
    Ok(deliveries)
}
