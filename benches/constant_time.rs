//! Whether the time of a comparison tells a secret, by dudect's method (Reparaz, Balasch and Verbauwhede, "dude, is my
//! code constant time?"): two classes of inputs in random order, and Welch's t-test of their times.
//!
//! Everything goes through the public API. The two controls compare naively where a receiver takes code of its
//! user's: they have to be found, or the measurement proves nothing. `.ci/constant-time` judges.

use std::{io, sync::Arc, time::Duration};

use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use bytes::Bytes;
use clap::Parser;
use dudect_bencher::{
    BenchRng, Class, CtRunner,
    ctbench::{BenchFn, BenchMetadata, BenchName, BenchOpts, run_benches_console},
    rand::RngExt,
};
use http::{HeaderMap, HeaderName, HeaderValue};
use tower_webhook::{
    ConfigError, Receiver, Rejection, RejectionKind, Timestamp,
    decrypt::{Aes256Gcm, Decrypt},
    receiver::{ReceiverBuilder, RequestHead, Secrets},
    scheme::{BodyCheck, Claims, CustomScheme, Scheme, SigningSecret},
    testing::Signer,
};

const SAMPLES: usize = 500_000;

const NOW: u64 = 1_614_265_330;
const ID: &str = "msg_p5jXN8AQM9LWM0D4loKWxJek";
const BODY: &[u8] = br#"{"test": 2432232314}"#;
const TAG_LEN: usize = 32;

const TOKEN_HEADER: &str = "x-token";
const TOKEN_LEN: usize = 64;
const TOKENS: [[u8; TOKEN_LEN]; 3] = [[b'a'; TOKEN_LEN], [b'c'; TOKEN_LEN], [b'e'; TOKEN_LEN]];

const BENCHES: [(&str, BenchFn); 8] = [
    ("control_header_token", control_header_token),
    ("control_signature", control_signature),
    ("gcm_tag", gcm_tag),
    ("header_token", header_token),
    ("header_token_of_several", header_token_of_several),
    ("signature", signature),
    ("signature_of_several", signature_of_several),
    ("signing_secret_of_several", signing_secret_of_several),
];

#[derive(Parser)]
struct Options {
    /// Only those whose name contains this.
    filter: Option<String>,
    /// Samples the first of them until it is interrupted.
    #[arg(long)]
    continuous: bool,
    /// Given by `cargo bench`.
    #[arg(long, hide = true)]
    bench: bool,
    /// Given to every bench by `cargo bench -- --test`, to see that they run. It changes nothing here.
    #[arg(long, hide = true)]
    test: bool,
}

fn main() -> io::Result<()> {
    let options = Options::parse();
    let benches = BENCHES.map(|(name, benchfn)| BenchMetadata {
        name: BenchName(name),
        seed: None,
        benchfn,
    });
    run_benches_console(
        BenchOpts {
            filter: options.filter,
            continuous: options.continuous,
            file_out: None,
        },
        benches.into(),
    )
}

/// A token whose first byte is wrong, or whose last.
fn header_token(runner: &mut CtRunner, rng: &mut BenchRng) {
    let receiver = build(receiver().header_token(TOKEN_HEADER, [TOKENS[0]]));
    time_token(runner, rng, &receiver);
}

fn control_header_token(runner: &mut CtRunner, rng: &mut BenchRng) {
    let secrets = Arc::new(Secrets::builder([secret(0)]).build().expect("secrets"));
    let source = move |head: &RequestHead<'_>| {
        let token = head.headers()[TOKEN_HEADER].as_bytes();
        equal_until_they_differ(token, &TOKENS[0]).then(|| Arc::clone(&secrets))
    };
    time_token(runner, rng, &build(Receiver::builder_with_source(source)));
}

fn time_token(runner: &mut CtRunner, rng: &mut BenchRng, receiver: &Receiver) {
    time(
        runner,
        rng,
        [0, TOKEN_LEN - 1],
        |position| headers(&wrong_at(position, &TOKENS[0]), ""),
        |headers| receiver.check_head(headers).is_ok(),
        false,
    );
}

/// The first of several tokens, or the last.
fn header_token_of_several(runner: &mut CtRunner, rng: &mut BenchRng) {
    let receiver = build(receiver().header_token(TOKEN_HEADER, TOKENS));
    time(
        runner,
        rng,
        [0, TOKENS.len() - 1],
        |which| headers(&TOKENS[which], "v1,"),
        |headers| receiver.check_head(headers).is_ok(),
        true,
    );
}

/// A tag whose first byte is wrong, or whose last.
fn signature(runner: &mut CtRunner, rng: &mut BenchRng) {
    time_tag(runner, rng, "v1", &build(receiver()));
}

fn control_signature(runner: &mut CtRunner, rng: &mut BenchRng) {
    let tag = tag(0);
    let receiver = Receiver::builder("unused")
        .scheme(Scheme::custom(Naive(tag.clone())))
        .danger_accept_replays();
    time_entries(runner, rng, "v1", &tag, &build(receiver));
}

fn time_tag(runner: &mut CtRunner, rng: &mut BenchRng, version: &str, receiver: &Receiver) {
    time_entries(runner, rng, version, &tag(0), receiver);
}

fn time_entries(
    runner: &mut CtRunner,
    rng: &mut BenchRng,
    version: &str,
    tag: &[u8],
    receiver: &Receiver,
) {
    time(
        runner,
        rng,
        [0, TAG_LEN - 1],
        |position| signed(&entry(version, &wrong_at(position, tag))),
        |headers| is_genuine(receiver, headers),
        false,
    );
}

/// The first of several entries is genuine, or the last.
fn signature_of_several(runner: &mut CtRunner, rng: &mut BenchRng) {
    const ENTRIES: usize = 4;
    let receiver = build(receiver());
    let tag = tag(0);
    time(
        runner,
        rng,
        [0, ENTRIES - 1],
        |genuine| {
            let entries: Vec<_> = (0..ENTRIES)
                .map(|which| {
                    let change = u8::from(which != genuine);
                    entry("v1", &changed_by(change, 0, &tag))
                })
                .collect();
            signed(&entries.join(" "))
        },
        |headers| is_genuine(&receiver, headers),
        true,
    );
}

/// The first of several secrets has signed, or the last.
fn signing_secret_of_several(runner: &mut CtRunner, rng: &mut BenchRng) {
    let secrets = [0, 1, 2];
    let receiver = build(Receiver::builder(secrets.map(secret)));
    let tags = secrets.map(tag);
    time(
        runner,
        rng,
        [0, secrets.len() - 1],
        |which| signed(&entry("v1", &tags[which])),
        |headers| is_genuine(&receiver, headers),
        true,
    );
}

/// A tag whose first byte is wrong, or whose last.
fn gcm_tag(runner: &mut CtRunner, rng: &mut BenchRng) {
    const GCM_TAG_LEN: usize = 16;
    let key = Aes256Gcm::new([7; 32]).expect("a key");
    let sealed = URL_SAFE_NO_PAD
        .decode(key.seal(BODY, [9; 12]))
        .expect("base64");
    time(
        runner,
        rng,
        [sealed.len() - GCM_TAG_LEN, sealed.len() - 1],
        |position| URL_SAFE_NO_PAD.encode(wrong_at(position, &sealed)),
        |sealed| key.decrypt(sealed).is_ok(),
        false,
    );
}

/// Times `accepts` on inputs of two classes. Both are made by the same steps, right before they are looked at, so that
/// nothing differs but their content: not where they lie, and not what the processor has seen before.
fn time<I>(
    runner: &mut CtRunner,
    rng: &mut BenchRng,
    classes: [usize; 2],
    input: impl Fn(usize) -> I,
    accepts: impl Fn(&I) -> bool,
    expected: bool,
) {
    for class in classes {
        assert_eq!(accepts(&input(class)), expected);
    }
    for _ in 0..SAMPLES {
        let either = usize::from(rng.random::<bool>());
        let input = input(classes[either]);
        runner.run_one([Class::Left, Class::Right][either], || accepts(&input));
    }
}

fn secret(number: u8) -> SigningSecret {
    SigningSecret::from_bytes(&[number; 24]).expect("a secret")
}

fn receiver() -> ReceiverBuilder {
    Receiver::builder([secret(0)])
}

fn build(builder: ReceiverBuilder) -> Receiver {
    builder
        .clock(|| Duration::from_secs(NOW))
        .build()
        .expect("a configuration")
}

/// What the secret of this number signs the message with.
fn tag(number: u8) -> Vec<u8> {
    let signer = Signer::new(secret(number)).expect("a secret");
    let entry = signer.signature(ID, Timestamp::from_unix_seconds(NOW), BODY);
    let (_, tag) = entry.split_once(',').expect("an entry");
    STANDARD.decode(tag).expect("base64")
}

fn entry(version: &str, tag: &[u8]) -> String {
    format!("{version},{}", STANDARD.encode(tag))
}

/// With the byte at `position` changed, in steps that do not depend on which it is: what they leave behind in the processor
/// would be timed too.
fn wrong_at(position: usize, right: &[u8]) -> Vec<u8> {
    changed_by(1, position, right)
}

fn changed_by(change: u8, position: usize, right: &[u8]) -> Vec<u8> {
    let mut changed = right.to_vec();
    changed[position] ^= change;
    changed
}

fn signed(signatures: &str) -> HeaderMap {
    headers(&TOKENS[0], signatures)
}

fn headers(token: &[u8], signatures: &str) -> HeaderMap {
    let timestamp = NOW.to_string();
    [
        (TOKEN_HEADER, token),
        ("webhook-id", ID.as_bytes()),
        ("webhook-timestamp", timestamp.as_bytes()),
        ("webhook-signature", signatures.as_bytes()),
    ]
    .map(|(name, value)| {
        let name = HeaderName::from_static(name);
        (name, HeaderValue::from_bytes(value).expect("a value"))
    })
    .into_iter()
    .collect()
}

fn is_genuine(receiver: &Receiver, headers: &HeaderMap) -> bool {
    let head = receiver.check_head(headers).expect("a head in order");
    head.check_signature(BODY).is_ok()
}

/// A scheme of one's own whose comparison ends at the first byte that differs.
struct Naive(Vec<u8>);

struct NaiveCheck {
    given: Vec<u8>,
    genuine: Vec<u8>,
}

impl CustomScheme for Naive {
    type Key = ();
    type Check = NaiveCheck;

    fn name(&self) -> &str {
        "naive"
    }

    fn headers(&self) -> Vec<HeaderName> {
        Vec::new()
    }

    fn key(&self, _text: &str) -> Result<(), ConfigError> {
        Ok(())
    }

    fn check_head(
        &self,
        head: &RequestHead<'_>,
        _keys: &[()],
    ) -> Result<(Claims, NaiveCheck), Rejection> {
        let entry = head.headers()["webhook-signature"].as_bytes();
        let encoded = entry.strip_prefix(b"v1,").expect("a version");
        let check = NaiveCheck {
            given: STANDARD.decode(encoded).expect("base64"),
            genuine: self.0.clone(),
        };
        Ok((Claims::new(), check))
    }
}

impl BodyCheck for NaiveCheck {
    fn finish(&mut self, _body: &Bytes, claims: Claims) -> Result<Claims, Rejection> {
        if equal_until_they_differ(&self.given, &self.genuine) {
            Ok(claims)
        } else {
            Err(RejectionKind::SignatureMismatch.into())
        }
    }
}

fn equal_until_they_differ(left: &[u8], right: &[u8]) -> bool {
    left.len() == right.len() && left.iter().zip(right).all(|(left, right)| left == right)
}
