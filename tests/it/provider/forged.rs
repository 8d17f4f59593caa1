//! The schemes that are code, one thing of a genuine request changed at a time.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use tower_webhook::{
    Rejection,
    RejectionKind::{self, *},
};

use super::vectors::{vectors, verdict};

fn vector(name: &str) -> Value {
    let mut vectors = vectors().into_iter();
    let vector = vectors.find(|vector| vector["name"] == name).unwrap();
    assert_eq!(judged(&vector), Ok(()), "{name} is genuine");
    vector
}

fn judged(vector: &Value) -> Result<(), RejectionKind> {
    let verdict = verdict(vector).unwrap();
    verdict.map_err(|rejection: Rejection| rejection.kind())
}

#[test]
fn a_token_of_plaid_is_signed_by_the_key_that_it_names() {
    let vector = vector("plaid");
    let token = vector["headers"]["Plaid-Verification"].as_str().unwrap();
    let (signed, signature) = token.rsplit_once('.').unwrap();
    let (header, claims) = signed.split_once('.').unwrap();
    let mut other = URL_SAFE_NO_PAD.decode(signature).unwrap();
    other[40] ^= 1;
    let other = URL_SAFE_NO_PAD.encode(other);
    let claimed = URL_SAFE_NO_PAD.decode(claims).unwrap();
    let mut claimed: Value = serde_json::from_slice(&claimed).unwrap();
    claimed["iat"] = json!(claimed["iat"].as_u64().unwrap() + 1);
    let later = URL_SAFE_NO_PAD.encode(claimed.to_string());
    for token in [
        format!("{signed}.{other}"),
        format!("{signed}.{}", &signature[..80]),
        format!("{signed}."),
        format!("{header}.{later}.{signature}"),
        format!("{header}.{claims}"),
    ] {
        let mut forged = vector.clone();
        forged["headers"]["Plaid-Verification"] = json!(token);
        assert_eq!(judged(&forged), Err(SignatureMismatch), "{token}");
    }
    let mut key: Value = serde_json::from_str(vector["secret"].as_str().unwrap()).unwrap();
    for (kid, expected) in [
        (json!("another"), Err(SignatureMismatch)),
        (Value::Null, Ok(())),
    ] {
        key["kid"] = kid;
        let mut named = vector.clone();
        named["secret"] = json!(key.to_string());
        assert_eq!(judged(&named), expected, "{key}");
    }
}

#[test]
fn a_certificate_of_sns_comes_from_sns_and_from_nowhere_else() {
    let vector = vector("sns-v2");
    let body: Value = serde_json::from_str(vector["body"].as_str().unwrap()).unwrap();
    let judged = |name: &str, value: &str| {
        let mut body = body.clone();
        body[name] = json!(value);
        let mut changed = vector.clone();
        changed["body"] = json!(body.to_string());
        judged(&changed)
    };
    for url in [
        "https://sns.eu-north-1.amazonaws.com/a.pem",
        "https://SNS.eu-north-1.amazonaws.com/a.pem",
        "https://sns.cn-north-1.amazonaws.com.cn/a.pem",
    ] {
        assert_eq!(judged("SigningCertURL", url), Ok(()), "{url}");
    }
    for url in [
        "",
        "/a.pem",
        "http://sns.eu-north-1.amazonaws.com/a.pem",
        "https://sns.eu-north-1.amazonaws.com.evil.example/a.pem",
        "https://evil.example/sns.eu-north-1.amazonaws.com/a.pem",
        "https://sns.evil.example#.amazonaws.com/a.pem",
        "https://sns.evil.eu-north-1.amazonaws.com/a.pem",
        "https://sns.eu_north.amazonaws.com/a.pem",
        "https://sns..amazonaws.com/a.pem",
        "https://s3.eu-north-1.amazonaws.com/a.pem",
        "https://user@sns.eu-north-1.amazonaws.com/a.pem",
        "https://sns.eu-north-1.amazonaws.com:8443/a.pem",
        "https://sns.eu-north-1.amazonaws.com/a.pem?b=.pem",
        "https://sns.eu-north-1.amazonaws.com/a.txt",
    ] {
        assert_eq!(
            judged("SigningCertURL", url),
            Err(SignatureMismatch),
            "{url}"
        );
    }
    for (name, value) in [
        ("Type", "Other"),
        ("Type", "SubscriptionConfirmation"),
        ("SignatureVersion", "1"),
        ("SignatureVersion", "3"),
    ] {
        assert_eq!(
            judged(name, value),
            Err(SignatureMismatch),
            "{name} {value}"
        );
    }
}

#[test]
fn paypal_signs_with_one_algorithm_and_each_header_stands_once() {
    let vector = vector("paypal");
    let changed = |name: &str, change: &dyn Fn(&str) -> Value| {
        let mut changed = vector.clone();
        let headers = changed["headers"].as_object_mut().unwrap();
        let mut headers = headers.iter_mut();
        let (_, value) = headers
            .find(|(header, _)| header.eq_ignore_ascii_case(name))
            .unwrap();
        *value = change(value.as_str().unwrap());
        judged(&changed)
    };
    let other = changed("paypal-auth-algo", &|_| json!("SHA1withRSA"));
    assert_eq!(other, Err(SignatureMismatch));
    let separator = changed("paypal-transmission-id", &|id| json!(format!("{id}|")));
    assert_eq!(separator, Err(SignatureMismatch));
    for name in ["paypal-transmission-id", "paypal-transmission-sig"] {
        let twice = changed(name, &|value| json!([value, value]));
        assert_eq!(twice, Ok(()), "{name}");
        let contradicted = changed(name, &|value| json!([value, "another"]));
        assert_eq!(contradicted, Err(ConflictingSignatureHeaders), "{name}");
    }
}

#[test]
fn contentful_signs_its_time_and_the_list_of_what_it_signs() {
    let vector = vector("contentful");
    let header = |name: &str| {
        let headers = vector["headers"].as_object().unwrap();
        let mut headers = headers.iter();
        let found = headers.find(|(header, _)| header.eq_ignore_ascii_case(name));
        found.unwrap().1.as_str().unwrap().to_owned()
    };
    let path = vector["url"]
        .as_str()
        .unwrap()
        .parse::<http::Uri>()
        .unwrap();
    let path = path.path_and_query().unwrap().as_str();
    let (list, time) = ("x-contentful-signed-headers", "x-contentful-timestamp");
    for (names, expected) in [
        (format!("{list},{time}"), Ok(())),
        (list.to_owned(), Err(SignatureMismatch)),
        (time.to_owned(), Err(SignatureMismatch)),
    ] {
        let value_of = |name: &str| {
            if name == list {
                names.clone()
            } else {
                header(name)
            }
        };
        let signed = names
            .split(',')
            .map(|name| format!("{name}:{}", value_of(name)));
        let signed = signed.collect::<Vec<_>>().join(";");
        let body = vector["body"].as_str().unwrap();
        let secret = vector["secret"].as_str().unwrap();
        let mut mac = Hmac::<sha2::Sha256>::new_from_slice(secret.as_bytes()).unwrap();
        mac.update(format!("POST\n{path}\n{signed}\n{body}").as_bytes());
        let mut changed = vector.clone();
        changed["headers"] = json!({
            list: names,
            time: header(time),
            "x-contentful-signature": hex::encode(mac.finalize().into_bytes()),
        });
        assert_eq!(judged(&changed), expected, "{names}");
    }
}
