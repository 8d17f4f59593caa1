//! `svix` and `standardwebhooks` as oracles: ours agrees with each of them, except as
//! `oracles_exceptions.md` says.

use std::{collections::BTreeMap, time::SystemTime};

use bytes::Bytes;
use http::HeaderMap;
use tower_webhook::{Receiver, Timestamp};

use crate::support::{SECRET, answer, append, signature_of};

const REQUESTS: usize = 8_000;
const EXCEPTIONS: &str = include_str!("oracles_exceptions.md");
const PARTS: [&str; 3] = ["id", "timestamp", "signature"];

/// A seeded generator (`SplitMix64`), so that a failure repeats.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) >> 33).unwrap() % bound
    }

    fn pick<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len())]
    }
}

struct Sent {
    headers: HeaderMap,
    body: Bytes,
}

impl Sent {
    fn values(&self, family: &str, part: &str) -> Vec<&[u8]> {
        let lines = self.headers.get_all(format!("{family}-{part}"));
        lines.iter().map(http::HeaderValue::as_bytes).collect()
    }

    fn parts_of(&self, family: &str) -> usize {
        let present = |part: &&&str| !self.values(family, part).is_empty();
        PARTS.iter().filter(present).count()
    }

    /// The family that ours reads.
    fn family(&self) -> Option<&'static str> {
        ["svix", "webhook"]
            .into_iter()
            .find(|family| self.parts_of(family) == 3)
    }
}

/// Signs a request and then changes nothing or one thing of it.
fn request(random: &mut Random, now: u64) -> Sent {
    let long = "i".repeat(257);
    let id = match random.below(20) {
        0 => "",
        1 => "a.b",
        2 => "a b",
        3 => &long,
        _ => random.pick(&["msg_1", "i", "7a2486b3-31cf"]),
    };
    // Away from the edge: the oracles read the real clock.
    let offset = random.pick(&[0, 0, 0, 0, -270, 270, -330, 330]);
    let seconds = now.saturating_add_signed(offset).to_string();
    let body: &[u8] = random.pick(&[b"{}", b"", b"a\0\r\n", b"\xff\xfe", "日本".as_bytes()]);
    let good = signature_of(id, &seconds, body);
    let mac = &good[3..];
    let list: Vec<u8> = match random.below(24) {
        0 => format!("v1,x  {good} nocomma v2,y").into(),
        1 => format!("v1a,{mac}").into(),
        2 => format!("V1,{mac}").into(),
        3 => format!("v1,{}", mac.trim_end_matches('=')).into(),
        4 => b"v1,".into(),
        5 => signature_of(id, &seconds, b"other").into(),
        6 => format!("{}{good}", "v1,x ".repeat(64)).into(),
        7 => [b"v1,\xff ", good.as_bytes()].concat(),
        8 => {
            let mut changed = good.clone().into_bytes();
            let at = random.below(changed.len());
            changed[at] = random.pick(b"AZaz09+/=, ");
            changed
        }
        _ => good.clone().into(),
    };
    let timestamp = match random.below(24) {
        0 => format!("+{seconds}"),
        1 => format!("0{seconds}"),
        2 => format!("{seconds}.0"),
        3 => random
            .pick(&["", "-1", "1e9", "99999999999999999999"])
            .into(),
        _ => seconds,
    };
    let mut sent = Sent {
        headers: HeaderMap::new(),
        body: Bytes::from_static(body),
    };
    let families: &[&str] = random.pick(&[&["svix"], &["webhook"], &["svix", "webhook"]]);
    for family in families {
        append(&mut sent.headers, &format!("{family}-id"), id);
        append(
            &mut sent.headers,
            &format!("{family}-timestamp"),
            &timestamp,
        );
        append(&mut sent.headers, &format!("{family}-signature"), &list);
    }
    let name = format!("{}-{}", random.pick(families), random.pick(&PARTS));
    match random.below(10) {
        0 => drop(sent.headers.remove(&name)),
        1 => append(&mut sent.headers, &name, "1"),
        2 => drop(sent.headers.insert(
            http::HeaderName::from_bytes(name.as_bytes()).unwrap(),
            http::HeaderValue::from_static("v1,other"),
        )),
        3 => {
            let family = random.pick(families);
            let name = format!("{family}-signature");
            sent.headers.remove(&name);
            append(&mut sent.headers, &name, "v1,x");
            append(&mut sent.headers, &name, &good);
        }
        4 => {
            for (family, part) in [("svix", 0), ("webhook", 1), ("webhook", 2)] {
                sent.headers.remove(format!("{family}-{}", PARTS[part]));
            }
        }
        5 if families.contains(&"webhook") => {
            sent.headers.remove("svix-signature");
            sent.headers.remove("svix-id");
            append(&mut sent.headers, "svix-id", "other");
        }
        _ => {}
    }
    sent
}

/// Why ours refuses what an oracle accepts.
fn stricter(sent: &Sent, oracle: &str) -> Option<&'static str> {
    let Some(family) = sent.family() else {
        return (oracle == "svix").then_some("mixed-families");
    };
    let ids = sent.values(family, "id");
    let timestamps = sent.values(family, "timestamp");
    let entries = |line: &&[u8]| line.split(|byte| *byte == b' ').count();
    let signatures = sent.values(family, "signature");
    if [&ids, &timestamps]
        .iter()
        .any(|lines| lines.iter().any(|line| *line != lines[0]))
    {
        Some("conflicting-lines")
    } else if ids[0].is_empty() || ids[0].len() > 256 || ids[0].iter().any(|b| b" .".contains(b)) {
        Some("malformed-id")
    } else if matches!(timestamps[0], [b'+' | b'0', _, ..]) {
        Some("timestamp-spelling")
    } else if signatures.iter().map(entries).sum::<usize>() > 64 {
        Some("long-list")
    } else if oracle == "standardwebhooks" && family == "svix" {
        Some("svix-first")
    } else {
        None
    }
}

/// Why ours accepts what an oracle refuses.
fn more_lenient(sent: &Sent, oracle: &str) -> Option<&'static str> {
    let family = sent.family()?;
    let signatures = sent.values(family, "signature");
    if std::str::from_utf8(&sent.body).is_err() {
        Some("body-not-utf8")
    } else if signatures.len() > 1 {
        Some("several-signature-lines")
    } else if signatures[0].iter().any(|byte| !byte.is_ascii()) {
        Some("signature-line-not-ascii")
    } else if oracle == "standardwebhooks" && family == "svix" {
        Some("svix-unknown")
    } else if oracle == "svix" && family == "webhook" && sent.parts_of("svix") > 0 {
        Some("incomplete-svix-set")
    } else {
        None
    }
}

/// What ours may accept although both oracles refuse.
const ACCEPTED_ALONE: [&str; 3] = [
    "body-not-utf8",
    "several-signature-lines",
    "signature-line-not-ascii",
];

#[test]
fn ours_agrees_with_both_oracles_except_as_listed() {
    let ours = Receiver::builder([SECRET]).build().unwrap();
    let svix = svix::webhooks::Webhook::new(SECRET).unwrap();
    let standard = standardwebhooks::Webhook::new(SECRET).unwrap();
    let mut random = Random(1);
    let mut seen = BTreeMap::<(&str, &str), usize>::new();
    let mut count = |who, what| *seen.entry((who, what)).or_default() += 1;

    for number in 0..REQUESTS {
        let now = Timestamp::from(SystemTime::now()).unix_seconds();
        let sent = request(&mut random, now);
        let accepted = answer(&ours, &sent.headers, sent.body.clone()).is_ok();
        let theirs = [
            ("svix", svix.verify(&sent.body, &sent.headers).is_ok()),
            (
                "standardwebhooks",
                standard.verify(&sent.body, &sent.headers).is_ok(),
            ),
        ];
        count("ours", if accepted { "accepted" } else { "refused" });
        for (oracle, verdict) in theirs {
            count(oracle, if verdict { "accepted" } else { "refused" });
            let exception = match (accepted, verdict) {
                (false, true) => stricter(&sent, oracle),
                (true, false) => more_lenient(&sent, oracle),
                _ => continue,
            };
            let name = exception.unwrap_or_else(|| {
                panic!(
                    "request {number}: ours {accepted}, {oracle} {verdict}: {:?} {:?}",
                    sent.headers, sent.body
                )
            });
            count("exception", name);
        }
        if accepted && theirs.iter().all(|(_, verdict)| !verdict) {
            let reason = more_lenient(&sent, "either");
            assert!(
                reason.is_some_and(|reason| ACCEPTED_ALONE.contains(&reason)),
                "request {number}: accepted by ours alone: {:?} {:?}",
                sent.headers,
                sent.body
            );
        }
    }

    for who in ["ours", "svix", "standardwebhooks"] {
        for outcome in ["accepted", "refused"] {
            assert!(seen[&(who, outcome)] > REQUESTS / 10, "{who}: {seen:?}");
        }
    }
    let used: Vec<&str> = seen
        .keys()
        .filter(|key| key.0 == "exception")
        .map(|key| key.1)
        .collect();
    let mut listed: Vec<&str> = EXCEPTIONS
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split('`').next())
        .collect();
    listed.sort_unstable();
    assert_eq!(used, listed, "{seen:?}");
}
