use std::io::Write;

use base64::{Engine, engine::general_purpose::STANDARD};
use flate2::{
    Compression,
    write::{GzEncoder, ZlibEncoder},
};
use serde_json::Value;

use super::{BODY, causes, each_is, explainer, head_of, schemes};

#[test]
fn a_body_that_was_written_again_by_serde_json_is_named() {
    let value: Value = serde_json::from_str(r#"{"b":1,"a":[true,null]}"#).unwrap();
    let sent = r#"{"b":1,"a":[true,null]}"#;
    let pretty = serde_json::to_string_pretty(&value).unwrap();
    // Whoever parses and prints loses the order of the keys: only a layout that kept it can be proven.
    let kept = pretty.replace(
        "  \"a\": [\n    true,\n    null\n  ],\n  \"b\": 1",
        "  \"b\": 1,\n  \"a\": [\n    true,\n    null\n  ]",
    );
    each_is(&["body_reserialized"], sent.as_bytes(), kept.as_bytes());
}

#[test]
fn a_body_that_was_written_again_by_python_is_named() {
    let program = "import json,sys; sys.stdout.write(json.dumps(json.loads(sys.stdin.buffer.read().decode())))";
    let Some(written) = piped("python3", &["-c", program], r#"{"b":"å","a":[1,2],"n":10}"#) else {
        return;
    };
    each_is(
        &["body_reserialized"],
        r#"{"b":"å","a":[1,2],"n":10}"#.as_bytes(),
        &written,
    );
}

#[test]
fn a_body_that_was_signed_with_every_peculiarity_at_once_is_named() {
    // PHP: slashes and non-ASCII escaped; Go: `<` escaped; both kept, only the layout was changed on the way.
    let sent =
        r#"{"url":"https:\/\/a.example\/","name":"\u00c5sa","html":"\u003cb\u003e","n":10.50}"#;
    let arrived = r#"{"url": "https://a.example/", "name": "Åsa", "html": "<b>", "n": 10.50}"#;
    each_is(&["body_reserialized"], sent.as_bytes(), arrived.as_bytes());
    let dot_net = r#"{"name":"\u00C5sa","text":"it\u0027s","n":1}"#;
    each_is(
        &["body_reserialized"],
        dot_net.as_bytes(),
        r#"{"name":"Åsa","text":"it's","n":1}"#.as_bytes(),
    );
}

#[test]
fn sorted_keys_are_proven_where_the_sender_signed_them_sorted() {
    each_is(
        &["body_reserialized"],
        br#"{"a":1,"b":2}"#,
        br#"{"b":2,"a":1}"#,
    );
}

#[test]
fn line_ends_and_a_byte_order_mark_are_named() {
    for (sent, arrived) in [
        (BODY.to_owned(), format!("{BODY}\n")),
        (format!("{BODY}\n"), BODY.to_owned()),
        (format!("{BODY}\r\n"), BODY.to_owned()),
        (BODY.to_owned(), format!("\u{feff}{BODY}")),
        (format!("\u{feff}{BODY}"), BODY.to_owned()),
        ("a=1\r\nb=2".to_owned(), "a=1\nb=2".to_owned()),
        ("a=1\nb=2".to_owned(), "a=1\r\nb=2".to_owned()),
    ] {
        each_is(&["body_line_end"], sent.as_bytes(), arrived.as_bytes());
    }
}

#[test]
fn a_charset_that_was_mistaken_is_named() {
    let latin1: Vec<u8> = "name=Åsa"
        .chars()
        .map(|char| u8::try_from(char).unwrap())
        .collect();
    let mojibake: String = "name=Åsa".bytes().map(char::from).collect();
    each_is(&["body_charset"], "name=Åsa".as_bytes(), &latin1);
    each_is(
        &["body_charset"],
        "name=Åsa".as_bytes(),
        mojibake.as_bytes(),
    );
    each_is(&["body_charset"], "price=5 €".as_bytes(), b"price=5 \x80");
}

#[test]
fn a_body_in_base64_is_named_with_line_breaks_too() {
    let encoded = STANDARD.encode(BODY);
    each_is(&["body_base64"], BODY.as_bytes(), encoded.as_bytes());
    let broken: Vec<_> = encoded.as_bytes().chunks(76).map(<[u8]>::to_vec).collect();
    each_is(
        &["body_base64"],
        BODY.as_bytes(),
        &broken.join(&b"\r\n"[..]),
    );
}

#[test]
fn a_compressed_body_is_named_although_content_encoding_was_removed() {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
    gzip.write_all(BODY.as_bytes()).unwrap();
    each_is(
        &["body_compressed"],
        BODY.as_bytes(),
        &gzip.finish().unwrap(),
    );
    let mut deflate = ZlibEncoder::new(Vec::new(), Compression::default());
    deflate.write_all(BODY.as_bytes()).unwrap();
    each_is(
        &["body_compressed"],
        BODY.as_bytes(),
        &deflate.finish().unwrap(),
    );
}

#[test]
fn a_plain_body_whose_content_encoding_stayed_is_named() {
    for (scheme, secret) in schemes() {
        let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
        gzip.write_all(BODY.as_bytes()).unwrap();
        let mut head = head_of(&scheme, secret, &gzip.finish().unwrap());
        head.headers
            .insert("content-encoding", "gzip".parse().unwrap());
        let found = causes(&explainer(&scheme, secret).explain(&head, BODY));
        assert_eq!(found, ["body_compressed"]);
    }
}

#[test]
fn a_truncated_body_is_named_with_its_lengths() {
    for (scheme, secret) in schemes() {
        let mut head = head_of(&scheme, secret, BODY.as_bytes());
        head.headers
            .insert("content-length", BODY.len().to_string().parse().unwrap());
        let explanation = explainer(&scheme, secret).explain(&head, &BODY[..50]);
        assert_eq!(causes(&explanation), ["body_truncated"]);
        let proof = explanation.causes()[0].proof();
        assert!(
            proof.contains(&BODY.len().to_string()) && proof.contains("50"),
            "{proof}"
        );
        let longer = format!("{BODY}more");
        assert_eq!(
            causes(&explainer(&scheme, secret).explain(&head, longer)),
            ["body_truncated"]
        );
    }
}

fn piped(program: &str, args: &[&str], input: &str) -> Option<Vec<u8>> {
    use std::process::{Command, Stdio};
    let mut child = Command::new(program)
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .ok()?;
    child.stdin.take()?.write_all(input.as_bytes()).ok()?;
    Some(child.wait_with_output().ok()?.stdout)
}
