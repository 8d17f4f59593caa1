//! Requests that ours signs, changed in one respect, and what everybody says to them.

use std::{
    collections::BTreeMap,
    thread,
    time::{Duration, Instant, SystemTime},
};

use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Uri, header::CONTENT_TYPE};
use serde::{Serialize, Serializer, ser::SerializeStruct};
use serde_json::json;
use tower_webhook::{Receiver, RejectionKind, Timestamp, testing::Signer};

use super::{
    change::{Change, other_symbol},
    sdk::{Language, Sdk, Signed, Verdict},
    sender::{BodyKind, Sender, Spot},
};

pub(super) type Random = fastrand::Rng;

/// The SDKs read the real clock: Paddle's find 5 seconds too old.
const IN_TIME: Duration = Duration::from_secs(4);
const URLS: [&str; 3] = [
    "https://example.com/hooks",
    "https://example.com/hooks?shop=1&name=%C3%A5",
    "https://example.com:8443/hooks",
];
/// What stands in front of a signature in the body.
const SIGNATURE: &[u8] = b"\"hmacSignature\":\"";
/// The length of base64 of 32 bytes.
const ENCODED_LEN: usize = 44;
const OTHER_URL: &str = "https://example.com/other";

/// A request as it arrives.
#[derive(Debug)]
pub(super) struct Sent {
    pub(super) sender: &'static str,
    pub(super) change: Change,
    scheme: tower_webhook::scheme::Scheme,
    secret: String,
    url: String,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
    now: u64,
}

#[derive(Debug)]
pub(super) struct Judgement {
    pub(super) sent: Sent,
    pub(super) ours: Result<(), RejectionKind>,
    pub(super) theirs: BTreeMap<Language, Verdict>,
}

/// Signs requests now and has everybody judge them; again from the start if that took too long.
pub(super) fn judge(
    sender: &'static Sender,
    random: &mut Random,
    count: usize,
    sdks: &mut [Sdk],
) -> Vec<Judgement> {
    let before = random.clone();
    for _ in 0..10 {
        *random = before.clone();
        let started = Instant::now();
        let now = Timestamp::from(SystemTime::now()).unix_seconds();
        let requests: Vec<Sent> = (0..count).map(|_| sent(sender, random, now)).collect();
        // First, since they read the clock.
        let theirs: Vec<(Language, Vec<Verdict>)> = thread::scope(|scope| {
            let asked: Vec<_> = sdks
                .iter_mut()
                .filter(|sdk| sender.languages.contains(&sdk.language()))
                .map(|sdk| scope.spawn(|| (sdk.language(), sdk.verdicts(&requests))))
                .collect();
            asked.into_iter().map(|one| one.join().unwrap()).collect()
        });
        if started.elapsed() > IN_TIME && sender.name == "paddle" {
            continue;
        }
        let judge = |(at, sent): (usize, Sent)| Judgement {
            ours: sent.ours(),
            theirs: theirs
                .iter()
                .map(|(language, verdicts)| (*language, verdicts[at].clone()))
                .collect(),
            sent,
        };
        return requests.into_iter().enumerate().map(judge).collect();
    }
    panic!("nobody judges {count} requests in time");
}

/// A request to be signed by an SDK.
#[derive(Debug)]
pub(super) struct Unsigned(Sent);

pub(super) fn unsigned(
    sender: &'static Sender,
    random: &mut Random,
    count: usize,
) -> Vec<Unsigned> {
    let now = Timestamp::from(SystemTime::now()).unix_seconds();
    let unsigned = |_| {
        let keys = sender.keys(random);
        let url = URLS[random.usize(..URLS.len())];
        Unsigned(Sent {
            sender: sender.name,
            change: Change::None,
            scheme: sender.scheme(url),
            secret: keys.verifying,
            url: url.to_owned(),
            uri: Uri::from_static("/"),
            headers: content_type(sender.body),
            body: body(sender.body, random),
            now,
        })
    };
    (0..count).map(unsigned).collect()
}

impl Unsigned {
    pub(super) fn signed_by(&self, signed: Signed) -> Sent {
        let Self(draft) = self;
        let mut headers = draft.headers.clone();
        for (name, value) in signed.headers {
            headers.insert(
                HeaderName::try_from(name).unwrap(),
                HeaderValue::try_from(value).unwrap(),
            );
        }
        Sent {
            scheme: draft.scheme.clone(),
            secret: draft.secret.clone(),
            url: draft.url.clone(),
            uri: draft.uri.clone(),
            headers,
            body: signed.body.map_or(draft.body.clone(), Bytes::from),
            ..*draft
        }
    }
}

impl Sent {
    pub(super) fn ours(&self) -> Result<(), RejectionKind> {
        let now = Duration::from_secs(self.now);
        let receiver = Receiver::builder(&*self.secret)
            .scheme(self.scheme.clone())
            .danger_accept_replays()
            .clock(move || now)
            .build()
            .unwrap();
        let mut request = Request::new(());
        *request.method_mut() = Method::POST;
        *request.uri_mut() = self.uri.clone();
        *request.headers_mut() = self.headers.clone();
        let (head, ()) = request.into_parts();
        let head = receiver.check_head(&head);
        let verified = head.and_then(|head| head.check_signature(self.body.clone()));
        verified.map(drop).map_err(|rejection| rejection.kind())
    }
}

/// A request that ours signs, changed.
fn sent(sender: &'static Sender, random: &mut Random, now: u64) -> Sent {
    let keys = sender.keys(random);
    let url = URLS[random.usize(..URLS.len())];
    // A third are as they were signed.
    let change = if random.u8(..3) == 0 {
        Change::None
    } else {
        let applicable = Change::ALL.iter().copied();
        let applicable: Vec<_> = applicable
            .filter(|change| change.applies_to(sender))
            .collect();
        applicable[random.usize(..applicable.len())]
    };
    let signing = match change {
        Change::OtherSecret => keys.other_signing,
        _ => keys.signing,
    };
    let body = match change {
        Change::BodyEmpty => Bytes::new(),
        Change::BodyNotText => Bytes::from_static(b"{\"name\":\"\xe5\"}"),
        _ => body(sender.body, random),
    };
    let mut request = Request::new(body);
    *request.headers_mut() = content_type(sender.body);
    let time = Timestamp::from_unix_seconds(now.saturating_add_signed(change.offset()));
    let signer = Signer::for_scheme(sender.scheme(url), signing).unwrap();
    let signer = signer.header_family(tower_webhook::scheme::HeaderFamily::Webhook);
    signer.sign(&mut request, "msg_1", time).unwrap();
    let (mut head, mut body) = request.into_parts();

    change_body(change, &mut body, random);
    change_signature(change, sender, &mut head.headers, &mut body);
    if let Some(spot) = &sender.time {
        change_time(change, spot, &mut head.headers);
    }
    let configured = match change {
        Change::OtherUrl => OTHER_URL,
        _ => url,
    };
    let url = match head.uri.query() {
        Some(query) => format!("{}?{query}", configured.split('?').next().unwrap()),
        None => configured.to_owned(),
    };
    Sent {
        sender: sender.name,
        change,
        scheme: sender.scheme(configured),
        secret: keys.verifying,
        url,
        uri: head.uri,
        headers: head.headers,
        body,
        now,
    }
}

fn change_body(change: Change, body: &mut Bytes, random: &mut Random) {
    let mut bytes = body.to_vec();
    match change {
        // Of what is ASCII, so that it stays text; behind the signatures, where they stand in the body.
        Change::BodyFlipped => loop {
            let mut members = body.windows(SIGNATURE.len());
            let last = members.rposition(|text| text == SIGNATURE);
            let start = last.map_or(0, |at| at + SIGNATURE.len() + ENCODED_LEN);
            let at = random.usize(start..bytes.len());
            if bytes[at].is_ascii_graphic() {
                bytes[at] ^= 1;
                break;
            }
        },
        Change::BodyCut => drop(bytes.pop()),
        Change::BodyExtended => bytes.push(b'\n'),
        _ => {}
    }
    *body = bytes.into();
}

fn change_signature(change: Change, sender: &Sender, headers: &mut HeaderMap, body: &mut Bytes) {
    let marker = sender.signature.marker;
    let Some(name) = sender.signature.header else {
        let Ok(text) = std::str::from_utf8(body) else {
            return;
        };
        let Some((before, behind)) = text.rsplit_once(marker) else {
            return;
        };
        let Some((encoded, behind)) = behind.split_once('"') else {
            return;
        };
        if let Some(encoded) = change.of_encoded(encoded) {
            *body = format!("{before}{marker}{encoded}\"{behind}").into();
        }
        return;
    };
    let genuine = headers[name].to_str().unwrap().to_owned();
    let (before, encoded) = genuine.split_at(genuine.find(marker).unwrap() + marker.len());
    let forged = format!("{marker}{}", other_symbol(encoded, encoded.len() / 2));
    let changed = match change {
        Change::SignatureMissing => {
            headers.remove(name);
            return;
        }
        Change::LineRepeated => {
            headers.append(name, genuine.parse().unwrap());
            return;
        }
        Change::ForgedLineBehind => {
            headers.append(name, forged.parse().unwrap());
            return;
        }
        Change::SignatureWithoutPrefix => {
            format!("{}{encoded}", before.strip_suffix(marker).unwrap())
        }
        Change::PrefixInOtherCase => {
            let before = before.strip_suffix(marker).unwrap();
            format!("{before}{}{encoded}", marker.to_ascii_uppercase())
        }
        Change::ForgedBehind => format!("{genuine}{}{forged}", sender.separator),
        Change::ForgedInFront => {
            let before = before.strip_suffix(marker).unwrap();
            format!("{before}{forged}{}{marker}{encoded}", sender.separator)
        }
        _ => match change.of_encoded(encoded) {
            Some(encoded) => format!("{before}{encoded}"),
            None => return,
        },
    };
    headers.insert(name, changed.parse().unwrap());
}

fn change_time(change: Change, spot: &Spot, headers: &mut HeaderMap) {
    let name = spot.header.unwrap();
    let Some(value) = headers.get(name) else {
        return;
    };
    let value = value.to_str().unwrap().to_owned();
    let Some((before, behind)) = value.split_once(spot.marker) else {
        return;
    };
    let digits = behind.bytes().take_while(u8::is_ascii_digit).count();
    let (time, behind) = behind.split_at(digits);
    let changed = match change {
        Change::TimeChanged => (time.parse::<u64>().unwrap() + 1).to_string(),
        Change::TimeWithPlus => format!("+{time}"),
        Change::TimeWithZero => format!("0{time}"),
        Change::TimeMissing if spot.marker.is_empty() => {
            headers.remove(name);
            return;
        }
        Change::TimeMissing => {
            let without = behind.trim_start_matches([',', ';']);
            headers.insert(name, format!("{before}{without}").parse().unwrap());
            return;
        }
        _ => return,
    };
    let marker = spot.marker;
    headers.insert(
        name,
        format!("{before}{marker}{changed}{behind}")
            .parse()
            .unwrap(),
    );
}

fn content_type(body: BodyKind) -> HeaderMap {
    let value = match body {
        BodyKind::Form => "application/x-www-form-urlencoded",
        _ => "application/json",
    };
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(value));
    headers
}

fn body(kind: BodyKind, random: &mut Random) -> Bytes {
    match kind {
        BodyKind::Text | BodyKind::Json => {
            let mut object = json!({ "id": word(random) });
            for _ in 0..random.u8(..6) {
                object[word(random)] = word(random).into();
            }
            let end = ["", "\n", "\r\n", " "][random.usize(..4)];
            format!("{object}{end}").into()
        }
        BodyKind::Form => {
            let mut form = form_urlencoded::Serializer::new(String::new());
            form.append_pair("CallSid", &word(random));
            for _ in 0..random.u8(..6) {
                // Repeated now and then.
                let name = ["To", "From", "Body", "body", "Digits", "10", "9"][random.usize(..7)];
                form.append_pair(name, &word(random));
            }
            form.finish().into()
        }
        BodyKind::AdyenItems => {
            let items = (0..random.usize(1..4)).map(|_| {
                let original = ["", "8313547924770610"][random.usize(..2)];
                let success = ["true", "false"][random.usize(..2)];
                json!({ "NotificationRequestItem": {
                    "additionalData": {},
                    "amount": { "currency": "EUR", "value": random.i64(-1_000..1_000_000) },
                    "eventCode": "AUTHORISATION",
                    "eventDate": "2026-07-01T12:00:00+02:00",
                    "merchantAccountCode": word(random),
                    "merchantReference": word(random),
                    "originalReference": original,
                    "pspReference": "7914073381342284",
                    "success": success,
                } })
            });
            let items: Vec<_> = items.collect();
            json!({ "live": "false", "notificationItems": items })
                .to_string()
                .into()
        }
    }
}

/// With what breaks signatures: spaces, colons, backslashes, quotes, plus signs, letters of several bytes.
fn word(random: &mut Random) -> String {
    const PIECES: [&str; 14] = [
        "a", "B", "7", " ", ":", "\\", "\"", "+", "/", "&", "å", "日本", "🔑", "e\u{301}",
    ];
    (0..random.usize(..10))
        .map(|_| PIECES[random.usize(..PIECES.len())])
        .collect()
}

/// As the scripts read it: the lines of the headers and the body as bytes.
impl Serialize for Sent {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.write(None, serializer)
    }
}

impl Serialize for Unsigned {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.write(Some(self.0.now), serializer)
    }
}

impl Sent {
    fn write<S: Serializer>(&self, sign_at: Option<u64>, serializer: S) -> Result<S::Ok, S::Error> {
        let line =
            |(name, value): (&HeaderName, &HeaderValue)| (name.to_string(), STANDARD.encode(value));
        let headers: Vec<_> = self.headers.iter().map(line).collect();
        let mut request = serializer.serialize_struct("Sent", 6)?;
        request.serialize_field("sender", self.sender)?;
        request.serialize_field("secret", &self.secret)?;
        request.serialize_field("url", &self.url)?;
        request.serialize_field("headers", &headers)?;
        request.serialize_field("body", &STANDARD.encode(&self.body))?;
        if let Some(timestamp) = sign_at {
            request.serialize_field("timestamp", &timestamp)?;
        }
        request.end()
    }
}
