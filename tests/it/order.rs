//! The order of the checks: of two failures at once, the earlier one answers.

use std::{
    future::{Ready, ready},
    net::SocketAddr,
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use bytes::Bytes;
use http::{Request, header::CONTENT_LENGTH};
use http_body_util::Full;
use tower::{Layer, ServiceExt};
use tower_webhook::{
    Idempotency, Receiver, Rejection,
    RejectionKind::{self, *},
    SourceIp, Timestamp, WebhookLayer,
    decrypt::Aes256Gcm,
    idempotency::{
        BodyDigest, Claim, IdempotencyKey, IdempotencyStore, OwnerToken, Settlement, StoreError,
        StoreErrorKind,
    },
    receiver::{PeerAddr, RequestHead, SecretLookup, SecretSource, Secrets},
    voyado,
};

use crate::{
    layer::{Frames, unreachable_inner},
    support::{ID, NOW, SECRET, signer},
};

const TOKEN_HEADER: &str = "x-token";
const TOKEN: &str = "a token";
const LIMIT: usize = 64;
const PLAIN: &[u8] = br#"{"eventType":"a","payload":{}}"#;
/// The payload is no ciphertext of any key.
const SEALED: &[u8] = br#"{"eventType":"a","isEncrypted":true,"payload":""}"#;

/// Makes a request go wrong.
type Cause = fn(&mut Attempt);

/// One thing that can be wrong with a request.
struct Failure {
    kind: RejectionKind,
    /// Failures of one rank exclude each other.
    rank: usize,
    cause: Cause,
}

/// A request that is genuine until something is changed.
struct Attempt {
    timestamp: u64,
    id: &'static str,
    body: Vec<Result<Bytes, &'static str>>,
    change_head: Vec<fn(&mut Request<()>)>,
    store: Store,
    has_key: bool,
    requires_encryption: bool,
}

/// An idempotency store that knows one thing of every message, or is down.
#[derive(Clone, Copy)]
enum Store {
    Empty,
    Done,
    InProgress,
    OtherBody,
    Down,
}

impl IdempotencyStore for Store {
    type Claiming = Ready<Result<Claim, StoreError>>;
    type Settling = Ready<Result<Settlement, StoreError>>;

    fn claim(
        &self,
        _: &IdempotencyKey,
        _: OwnerToken,
        _: BodyDigest,
        _: Duration,
    ) -> Self::Claiming {
        ready(match self {
            Self::Empty => Ok(Claim::Fresh),
            Self::Done => Ok(Claim::Done),
            Self::InProgress => Ok(Claim::InProgress {
                remaining: Duration::from_secs(1),
            }),
            Self::OtherBody => Ok(Claim::OtherBody),
            Self::Down => Err(StoreError::new(StoreErrorKind::Unavailable)),
        })
    }

    fn renew(&self, _: &IdempotencyKey, _: OwnerToken, _: Duration) -> Self::Settling {
        panic!("nothing took long")
    }

    fn complete(
        &self,
        _: &IdempotencyKey,
        _: OwnerToken,
        _: BodyDigest,
        _: Duration,
    ) -> Self::Settling {
        panic!("nothing succeeded")
    }

    fn release(&self, _: &IdempotencyKey, _: OwnerToken) -> Self::Settling {
        ready(Ok(Settlement::Settled))
    }

    fn abandon(&self, _: &IdempotencyKey, _: OwnerToken) {
        panic!("nothing was dropped")
    }
}

impl Default for Attempt {
    fn default() -> Self {
        Self {
            timestamp: NOW,
            id: ID,
            body: vec![Ok(Bytes::from_static(PLAIN))],
            change_head: Vec::new(),
            store: Store::Empty,
            has_key: true,
            requires_encryption: false,
        }
    }
}

impl Attempt {
    fn head(&mut self, change: fn(&mut Request<()>)) {
        self.change_head.push(change);
    }

    fn request(&self) -> Request<Frames> {
        let whole: Vec<u8> = self.body.iter().flatten().flatten().copied().collect();
        let at = Timestamp::from_unix_seconds(self.timestamp);
        let signed: Request<Full<Bytes>> = signer().request(self.id, at, whole);
        let mut request = signed.map(drop);
        *request.uri_mut() = "/tenant".parse().unwrap();
        let peer: SocketAddr = "203.0.113.7:443".parse().unwrap();
        request.extensions_mut().insert(PeerAddr(peer));
        request
            .headers_mut()
            .insert(TOKEN_HEADER, TOKEN.parse().unwrap());
        for change in &self.change_head {
            change(&mut request);
        }
        request.map(|()| Frames::new(self.body.clone()))
    }
}

fn failures() -> Vec<Failure> {
    let mut failures = Vec::new();
    let mut rank = |causes: &[(RejectionKind, Cause)]| {
        let rank = failures.last().map_or(0, |last: &Failure| last.rank + 1);
        failures.extend(
            causes
                .iter()
                .map(|&(kind, cause)| Failure { kind, rank, cause }),
        );
    };
    rank_those_of_the_head(&mut rank);
    rank_those_behind_it(&mut rank);
    failures
}

fn rank_those_of_the_head(rank: &mut impl FnMut(&[(RejectionKind, Cause)])) {
    rank(&[(MethodNotAllowed, |attempt| {
        attempt.head(|request| *request.method_mut() = http::Method::GET);
    })]);
    rank(&[
        (SourceIpUnknown, |attempt| {
            attempt.head(|request| request.extensions_mut().clear());
        }),
        (SourceIpNotAllowed, |attempt| {
            attempt.head(|request| {
                let stranger: SocketAddr = "198.51.100.1:1".parse().unwrap();
                request.extensions_mut().insert(PeerAddr(stranger));
            });
        }),
    ]);
    rank(&[
        (UnknownTenant, |attempt| {
            attempt.head(|request| *request.uri_mut() = "/nobody".parse().unwrap());
        }),
        (SecretsUnavailable, |attempt| {
            attempt.head(|request| *request.uri_mut() = "/down".parse().unwrap());
        }),
    ]);
    rank(&[
        (HeaderTokenMissing, |attempt| {
            attempt.head(|request| drop(request.headers_mut().remove(TOKEN_HEADER)));
        }),
        (HeaderTokenMismatch, |attempt| {
            attempt.head(|request| {
                request
                    .headers_mut()
                    .insert(TOKEN_HEADER, "x".parse().unwrap());
            });
        }),
    ]);
    rank(&[(MissingSignatureHeaders, |attempt| {
        attempt.head(|request| drop(request.headers_mut().remove("svix-signature")));
    })]);
    rank(&[(ConflictingSignatureHeaders, |attempt| {
        attempt.head(|request| {
            request
                .headers_mut()
                .append("svix-id", "x".parse().unwrap());
        });
    })]);
    rank(&[(MalformedMessageId, |attempt| attempt.id = "a.b")]);
    rank(&[(MalformedTimestamp, |attempt| {
        attempt.head(|request| {
            request
                .headers_mut()
                .insert("svix-timestamp", "1e9".parse().unwrap());
        });
    })]);
    rank(&[(SignatureListTooLong, |attempt| {
        attempt.head(|request| {
            let list = "v1,a ".repeat(65).parse().unwrap();
            request.headers_mut().append("svix-signature", list);
        });
    })]);
    rank(&[
        (TimestampTooOld, |attempt| attempt.timestamp = NOW - 301),
        (TimestampTooNew, |attempt| attempt.timestamp = NOW + 301),
    ]);
    rank(&[(BodyTooLarge, |attempt| {
        attempt.head(|request| {
            request
                .headers_mut()
                .insert(CONTENT_LENGTH, (LIMIT + 1).into());
        });
    })]);
}

fn rank_those_behind_it(rank: &mut impl FnMut(&[(RejectionKind, Cause)])) {
    rank(&[(BodyIncomplete, |attempt| attempt.body.push(Err("reset")))]);
    rank(&[(SignatureMismatch, |attempt| {
        attempt.head(|request| {
            request
                .headers_mut()
                .insert("svix-signature", "v1,a".parse().unwrap());
        });
    })]);
    rank(&[
        (AlreadyHandled, |attempt| attempt.store = Store::Done),
        (ClaimedByAnother, |attempt| {
            attempt.store = Store::InProgress;
        }),
        (MessageIdReused, |attempt| {
            attempt.store = Store::OtherBody;
        }),
        (StoreUnavailable, |attempt| attempt.store = Store::Down),
    ]);
    rank(&[
        (MalformedEvent, |attempt| {
            attempt.body.insert(0, Ok(Bytes::from_static(b"{")));
        }),
        (DecryptionKeyMissing, |attempt| {
            attempt.body[0] = Ok(Bytes::from_static(SEALED));
            attempt.has_key = false;
        }),
        (DecryptionFailed, |attempt| {
            attempt.body[0] = Ok(Bytes::from_static(SEALED));
        }),
        (EncryptionRequired, |attempt| {
            attempt.requires_encryption = true;
        }),
    ]);
}

/// Those of `/tenant` are at hand, those of `/down` cannot be looked up.
struct ByPath(Arc<Secrets>);

impl SecretSource for ByPath {
    fn secrets(&self, head: &RequestHead<'_>) -> Option<Arc<Secrets>> {
        (head.uri()?.path() == "/tenant").then(|| Arc::clone(&self.0))
    }

    fn look_up(&self, head: &RequestHead<'_>) -> Option<SecretLookup> {
        let is_down = head.uri()?.path() == "/down";
        is_down.then(|| -> SecretLookup { Box::pin(async { Err("down".into()) }) })
    }
}

fn receiver(attempt: &Attempt) -> Receiver {
    let mut secrets = Secrets::builder([SECRET]).header_token(TOKEN_HEADER, [TOKEN]);
    if attempt.has_key {
        secrets = secrets.decrypt(Aes256Gcm::new([7; 32]).unwrap());
    }
    let secrets = ByPath(Arc::new(secrets.build().unwrap()));
    let mut receiver = Receiver::builder_with_source(secrets)
        .clock(|| Duration::from_secs(NOW))
        .source_ip(SourceIp::allow(["203.0.113.0/24"]))
        .max_body_bytes(LIMIT);
    if attempt.requires_encryption {
        receiver = receiver.require_encryption();
    }
    receiver.build().unwrap()
}

/// The kind of the refusal, and how often the body was polled.
async fn refusal(attempt: &Attempt) -> (RejectionKind, usize) {
    let service = WebhookLayer::new(receiver(attempt))
        .decode::<voyado::Envelope>()
        .inner_body()
        .idempotency(Idempotency::new("order", attempt.store))
        .unwrap()
        .layer(unreachable_inner());
    let request = attempt.request();
    let polls = request.body().polls();
    let response = service.oneshot(request).await.unwrap();
    let rejection: &Rejection = response.extensions().get().expect("a rejection");
    (rejection.kind(), polls.load(Ordering::Relaxed))
}

/// Whether the head alone decides.
fn is_of_the_head(kind: RejectionKind) -> bool {
    !matches!(
        kind,
        BodyIncomplete
            | SignatureMismatch
            | AlreadyHandled
            | ClaimedByAnother
            | MessageIdReused
            | StoreUnavailable
            | MalformedEvent
            | DecryptionKeyMissing
            | DecryptionFailed
            | EncryptionRequired
    )
}

#[tokio::test]
async fn a_head_that_is_refused_has_its_body_polled_zero_times() {
    for failure in failures() {
        let mut attempt = Attempt::default();
        (failure.cause)(&mut attempt);
        let (kind, polls) = refusal(&attempt).await;
        assert_eq!(kind, failure.kind);
        assert_eq!(polls == 0, is_of_the_head(kind), "{kind:?}");
    }
}

#[test]
fn a_head_that_is_refused_allocates_nothing() {
    // What is to be looked up has a future.
    let is_at_hand = |failure: &Failure| failure.kind != SecretsUnavailable;
    for failure in failures().into_iter().filter(is_at_hand) {
        let mut attempt = Attempt::default();
        (failure.cause)(&mut attempt);
        let receiver = receiver(&attempt);
        let (parts, _body) = attempt.request().into_parts();
        let measured = allocation_counter::measure(|| drop(receiver.check_head(&parts)));
        assert_eq!(measured.count_total, 0, "{:?}", failure.kind);
    }
}

#[tokio::test]
async fn of_two_failures_at_once_the_earlier_one_answers() {
    let failures = failures();
    let mut pairs = 0;
    for earlier in &failures {
        let mut alone = Attempt::default();
        (earlier.cause)(&mut alone);
        assert_eq!(refusal(&alone).await.0, earlier.kind);
        for later in failures.iter().filter(|later| later.rank > earlier.rank) {
            let mut both = Attempt::default();
            (later.cause)(&mut both);
            (earlier.cause)(&mut both);
            let (kind, _polls) = refusal(&both).await;
            assert_eq!(kind, earlier.kind, "with {:?}", later.kind);
            pairs += 1;
        }
    }
    // Of the 25 kinds, without the 16 pairs that exclude each other.
    assert_eq!((failures.len(), pairs), (25, 284));
}

#[tokio::test]
async fn a_body_that_is_no_event_is_malformed_before_it_is_not_encrypted() {
    let attempt = Attempt {
        body: vec![Ok(Bytes::from_static(b"{"))],
        requires_encryption: true,
        ..Attempt::default()
    };
    assert_eq!(refusal(&attempt).await.0, MalformedEvent);
}
