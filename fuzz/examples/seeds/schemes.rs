use std::io;

use tower_webhook_fuzz::{endpoint::NOW, sender::ID};

use super::{choice, seed};

/// The choices of a scheme: hash, base64, grammar, time, milliseconds, id, URL, body first, separators.
fn choices(hash: u64, in_base64: u8, grammar: u64, time: u64, flags: [u8; 5]) -> Vec<u8> {
    let (hash, grammar, time) = (choice(hash, 3), choice(grammar, 4), choice(time, 3));
    [&hash[..], &[in_base64], &grammar, &time, &flags].concat()
}

pub(crate) fn scheme() -> io::Result<()> {
    for (name, choices, request) in [
        (
            "github",
            choices(1, 0, 1, 0, [0; 5]),
            "x-signature:sig=\u{1}\n\n{}",
        ),
        (
            "shopify",
            choices(1, 1, 0, 0, [0; 5]),
            "x-signature:\u{2}\n\n{}",
        ),
        (
            "stripe",
            choices(1, 0, 2, 2, [0, 0, 0, 0, 1]),
            "x-signature:t=\u{4},v1=\u{3},v1=\u{1}\n\n{}",
        ),
        (
            "paddle",
            choices(1, 0, 3, 2, [0, 0, 0, 0, 1]),
            "x-signature:t=\u{4};v1=\u{1}\n\n{}",
        ),
        (
            "slack",
            choices(0, 0, 1, 1, [0, 0, 0, 0, 1]),
            "x-time:\u{4}\nx-signature:sig=\u{1}\n\n{}",
        ),
        (
            "twitch",
            choices(2, 1, 0, 1, [0, 1, 0, 0, 0]),
            "x-id:a\nx-time:\u{4}\nx-signature:\u{1}\n\n{}",
        ),
        (
            "hubspot",
            choices(1, 1, 0, 1, [1, 0, 1, 1, 0]),
            "x-time:\u{4}\nx-signature:\u{1}\n\n{}",
        ),
        (
            "conflict",
            choices(1, 0, 0, 1, [0; 5]),
            "x-time:1\nx-time:2\nx-signature:\u{1}\n\n{}",
        ),
    ] {
        let in_milliseconds = u8::from(name == "hubspot");
        seed(
            "scheme",
            name,
            &[&choices, &[0, 0, in_milliseconds], request.as_bytes()],
        )?;
    }
    Ok(())
}

pub(crate) fn explain() -> io::Result<()> {
    let head = format!("svix-id:{ID}\nsvix-timestamp:{NOW}\nsvix-signature:v1,AAAA");
    for (name, signed_by, request) in [
        ("nobody", 0, format!("{head}\n\n{{\"a\": 1}}")),
        ("known", 1, "a:b\n\n{\"a\": 1}".to_owned()),
        ("stranger", 2, "a:b\n\n{\"a\": 1}".to_owned()),
    ] {
        seed(
            "explain",
            name,
            &[&choice(signed_by, 3), &[0], request.as_bytes()],
        )?;
    }
    Ok(())
}
