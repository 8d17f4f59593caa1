use std::{error::Error, io};

use serde::Deserialize;

use super::{choice, seed};

pub(crate) fn signature_list() -> io::Result<()> {
    for (name, list) in [
        ("first-secret", "v1,\u{1}"),
        ("second-secret", "v1,\u{2}"),
        ("ed25519", "v1a,\u{3}"),
        ("stranger", "v1,\u{4}"),
        ("rotation", "v1,\u{4} v1,\u{2}  v1a,\u{3}"),
        ("lines", "v1,\u{4}\nv2,\u{1} v1,\u{1}"),
        ("other-versions", "v1a,\u{1} V1,\u{1} v1,\u{3} ,\u{1} v1,"),
        (
            "eleven",
            "v1a, v1a, v1a, v1a, v1a, v1a, v1a, v1a, v1a, v1a, v1a,\u{3}",
        ),
        (
            "twelve",
            "v1a, v1a, v1a, v1a, v1a, v1a, v1a, v1a, v1a, v1a, v1a, v1a,\u{3}",
        ),
    ] {
        seed("signature_list", name, &[&[0], list.as_bytes()])?;
    }
    seed("signature_list", "flipped", &[&[1, 20, 0, 3], b"v1,\x01"])?;
    let long = "v1,\u{4} ".repeat(64);
    seed(
        "signature_list",
        "sixty-five",
        &[&[0], long.as_bytes(), b"v1,\x01"],
    )?;
    let tag_len = 44;
    for len in [8192, 8193] {
        let filler = "x".repeat(len - "v1, ".len() - tag_len);
        let name = format!("bytes-{len}");
        seed(
            "signature_list",
            &name,
            &[&[0], b"v1,\x01 ", filler.as_bytes()],
        )?;
    }
    Ok(())
}

pub(crate) fn header_token() -> io::Result<()> {
    for (name, lines) in [
        ("accepted", "x-token\ncorrect horse\n>correct horse"),
        ("rotated", "x-token\nnew\nold\n>old\n>new"),
        ("mismatch", "X-Token\n right \n>wrong"),
        ("missing", "x-token\nright"),
        ("empty", "x-token\n\n>"),
        ("no-name", "x token\nright"),
    ] {
        seed("header_token", name, &[lines.as_bytes()])?;
    }
    Ok(())
}

pub(crate) fn secrets() -> Result<(), Box<dyn Error>> {
    for vector in vectors(include_str!(
        "../../../tests/vectors/standard-webhooks.json"
    ))? {
        for key in [&vector.secret, &vector.public_key].into_iter().flatten() {
            seed("secrets", &vector.name, &[key.as_bytes()])?;
        }
    }
    for (name, text) in [
        ("bare", " MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n"),
        ("version", "v1,whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"),
        ("private", "whsk_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"),
        ("short", "whsec_MfKQ9r8GKYqrTwjUPD8I"),
        ("padded", "whsec_MfKQ9r8GKYqrTwjUPD8ILA=="),
        ("half-padded", "whsec_MfKQ9r8GKYqrTwjUPD8ILA="),
        ("url-safe", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2L_-aSw"),
        (
            "small-order",
            "whpk_AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
        ),
        ("of-seed", "whpk_the seed of a key, in thirty-two bytes"),
    ] {
        seed("secrets", name, &[text.as_bytes()])?;
    }
    Ok(())
}

pub(crate) fn decryption() -> Result<(), Box<dyn Error>> {
    let (iv, whole) = ([7; 16], [0]);
    for (at, vector) in vectors(include_str!("../../../tests/vectors/sealed-payloads.json"))?
        .iter()
        .enumerate()
    {
        for text in [&vector.plaintext, &vector.url_safe_base64]
            .into_iter()
            .flatten()
        {
            let name = format!("{at}-{}", text.len());
            seed("decryption", &name, &[&iv, &whole, text.as_bytes()])?;
        }
    }
    for (kind, fields) in [(0, &[5, 0, 2][..]), (1, &[1]), (2, b"A")] {
        let damage = [&[1], choice(kind, 3).as_slice(), fields].concat();
        seed(
            "decryption",
            &format!("damaged-{kind}"),
            &[&iv, &damage, b"what was sealed"],
        )?;
    }
    Ok(())
}

#[derive(Deserialize)]
struct Vector {
    name: String,
    secret: Option<String>,
    public_key: Option<String>,
    plaintext: Option<String>,
    url_safe_base64: Option<String>,
}

fn vectors(json: &str) -> serde_json::Result<Vec<Vector>> {
    #[derive(Deserialize)]
    struct File {
        vectors: Vec<Vector>,
    }

    let file: File = serde_json::from_str(json)?;
    Ok(file.vectors)
}
