//! What the quickstart sends, and the response that each must get.

use std::error::Error;

use axum::http::{HeaderMap, HeaderValue, Request, StatusCode};
use bytes::Bytes;
use tower_webhook::{
    Timestamp,
    decrypt::Aes256Cbc,
    testing::{Signer, sealed_envelope},
    voyado::EventType,
};

/// Where the receiver listens.
pub(crate) const PATH: &str = "/webhooks/engage";
/// The secret that the receiver and the genuine sender share.
pub(crate) const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
/// The header that the genuine sender adds, and its value.
pub(crate) const TOKEN: (&str, &str) = ("x-engage-token", "correct horse battery staple");
/// The header in which the proxy in front, here this program itself, names the source.
pub(crate) const FORWARDED_HEADER: &str = "x-forwarded-for";
/// The key that payloads are sealed with.
pub(crate) const KEY: &str = "DaqfT7Ys6tGqM3zbesEKpmacTJEqBCp2";
/// The receiver's limit, low enough for a connection to take the whole body before it is rejected.
pub(crate) const MAX_BODY_BYTES: usize = 16 * 1024;

const FORGED_SECRET: &str = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";
const FORGED_KEY: &str = "another key of 32 characters....";
/// One of Svix's addresses in the EU, and one of nobody's.
const SVIX: &str = "52.215.16.239";
const STRANGER: &str = "203.0.113.7";

/// A request and the response it must get.
pub(crate) struct Sent {
    pub(crate) description: String,
    pub(crate) request: Request<Bytes>,
    pub(crate) answer: StatusCode,
}

/// One genuine delivery of each event type, one that is encrypted, then the forged ones.
pub(crate) fn all(now: Timestamp) -> Result<Vec<Sent>, Box<dyn Error>> {
    let sender = Signer::new(SECRET)?;
    let mut deliveries: Vec<Sent> = EventType::ALL
        .into_iter()
        .map(|event_type| Sent {
            description: event_type.as_str().into(),
            request: genuine(&sender, now, event_type.sample()),
            answer: StatusCode::NO_CONTENT,
        })
        .collect();
    deliveries.push(Sent {
        description: "contact.created, encrypted".into(),
        request: genuine(&sender, now, &sealed(KEY)?),
        answer: StatusCode::NO_CONTENT,
    });
    deliveries.extend(forged(&sender, now)?);
    Ok(deliveries)
}

/// One for each layer, stopped by it.
fn forged(sender: &Signer, now: Timestamp) -> Result<Vec<Sent>, Box<dyn Error>> {
    let stranger = Signer::new(FORGED_SECRET)?;
    let an_hour_ago = Timestamp::from_unix_seconds(now.unix_seconds() - 3600);
    let body = EventType::ContactCreated.sample();
    let changed = |change: fn(&mut HeaderMap)| {
        let mut request = genuine(sender, now, body);
        change(request.headers_mut());
        request
    };
    let forged = [
        (
            "from an address that is not allowed",
            changed(|headers| set(headers, FORWARDED_HEADER, STRANGER)),
            StatusCode::FORBIDDEN,
        ),
        (
            "with a wrong token",
            changed(|headers| set(headers, TOKEN.0, "guessed")),
            StatusCode::UNAUTHORIZED,
        ),
        (
            "without a signature",
            changed(|headers| drop(headers.remove("svix-signature"))),
            StatusCode::BAD_REQUEST,
        ),
        (
            "an hour old",
            genuine(sender, an_hour_ago, body),
            StatusCode::UNAUTHORIZED,
        ),
        (
            "a byte too large",
            genuine(sender, now, &" ".repeat(MAX_BODY_BYTES + 1)),
            StatusCode::PAYLOAD_TOO_LARGE,
        ),
        (
            "signed with a wrong secret",
            genuine(&stranger, now, body),
            StatusCode::UNAUTHORIZED,
        ),
        (
            "changed on the way",
            genuine(sender, now, body).map(|_| Bytes::from(format!("{body} "))),
            StatusCode::UNAUTHORIZED,
        ),
        (
            "sealed with a wrong key",
            genuine(sender, now, &sealed(FORGED_KEY)?),
            StatusCode::UNPROCESSABLE_ENTITY,
        ),
    ];
    let forged = forged.map(|(description, request, answer)| Sent {
        description: format!("forged: {description}"),
        request,
        answer,
    });
    Ok(forged.into())
}

fn genuine(signer: &Signer, at: Timestamp, body: &str) -> Request<Bytes> {
    let body = Bytes::from(body.to_owned());
    let mut request = signer
        .request("msg_quickstart", at, body.clone())
        .map(|_| body);
    set(request.headers_mut(), TOKEN.0, TOKEN.1);
    set(request.headers_mut(), FORWARDED_HEADER, SVIX);
    request
}

fn set(headers: &mut HeaderMap, name: &'static str, value: &'static str) {
    headers.insert(name, HeaderValue::from_static(value));
}

/// Always with the same initialisation vector, as only an example may.
fn sealed(key: &str) -> Result<String, Box<dyn Error>> {
    let key = Aes256Cbc::new(key)?;
    let envelope = EventType::ContactCreated.sample();
    Ok(sealed_envelope(envelope, |payload| {
        key.seal(payload, *b"quickstart's iv.")
    })?)
}
