use tower_webhook::{Receiver, RejectionKind};

use crate::support::{
    BODY, ID, NOW, SECRET, answer, answer_now, append, genuine, genuine_set, receiver_at, set,
    signature_of,
};

const OTHER: &str = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";

fn with_list(list: impl AsRef<[u8]>) -> Result<(), RejectionKind> {
    answer_now(&set("svix", ID, NOW.to_string(), list))
}

fn with_id_and_time() -> http::HeaderMap {
    let mut headers = genuine_set("svix");
    headers.remove("svix-signature");
    headers
}

fn mac() -> String {
    genuine().split_off("v1,".len())
}

fn filler(entries: usize) -> String {
    "v1,x ".repeat(entries)
}

#[test]
fn several_lines_of_signature_are_one_list() {
    for first in ["v1,x", ""] {
        let mut headers = set("svix", ID, NOW.to_string(), first);
        append(&mut headers, "svix-signature", genuine());
        assert_eq!(answer_now(&headers), Ok(()));
    }
}

#[test]
fn the_longest_id_beside_the_longest_timestamp_is_verified() {
    let (id, timestamp) = ("i".repeat(256), i64::MAX.to_string());
    let signature = signature_of(&id, &timestamp, BODY);
    let receiver = receiver_at(i64::MAX.unsigned_abs());
    assert_eq!(
        answer(&receiver, &set("svix", &id, &timestamp, signature), BODY),
        Ok(())
    );
}

#[test]
fn extra_spaces_unknown_versions_and_entries_without_a_comma_are_skipped() {
    let good = genuine();
    for list in [
        format!("  {good}"),
        format!("{good}  "),
        format!("v2,x   {good} v9,y"),
        format!("nocomma {good}"),
        format!("{good} nocomma ,"),
        format!("v1a,AAAA {good}"),
    ] {
        assert_eq!(with_list(&list), Ok(()), "{list:?}");
    }
    assert_eq!(with_list([b"v1,\xff ", good.as_bytes()].concat()), Ok(()));
}

#[test]
fn a_list_joined_with_commas_is_the_same_list() {
    let good = genuine();
    let other = format!("v1,{}=", "A".repeat(43));
    for list in [
        format!("{good}, {other}"),
        format!("{other}, {good}"),
        format!("{good},{other}"),
        format!("{other},{good}"),
        format!("{other},{good},"),
        format!("{good},"),
        format!(", {good}"),
        format!(",{good}"),
        format!("{other},  {other},{good} {other}"),
        format!("v2,x,{good}"),
        format!("nocomma,{good}"),
        format!("v1a,AAAA, {good}"),
    ] {
        for family in ["svix", "webhook"] {
            let headers = set(family, ID, NOW.to_string(), &list);
            assert_eq!(answer_now(&headers), Ok(()), "{family} {list:?}");
        }
    }
}

#[test]
fn a_comma_does_not_make_a_signature_of_another_version_one() {
    let mac = mac();
    for list in [
        format!("v2,{mac}"),
        format!("v2,{mac},"),
        format!("{mac},{mac}"),
        format!("v1a,{mac},v2,{mac}"),
        format!("v1 {mac}"),
        format!("v1, {mac}"),
        format!("v1,,{mac}"),
        format!("V1,{mac}"),
    ] {
        assert_eq!(
            with_list(&list),
            Err(RejectionKind::SignatureMismatch),
            "{list:?}"
        );
    }
}

#[test]
fn a_good_entry_is_found_at_any_place_of_the_list() {
    for before in 0..10 {
        let list = format!("{}{} {}", filler(before), genuine(), filler(10 - before));
        assert_eq!(with_list(list), Ok(()));
    }
}

#[test]
fn a_list_of_64_entries_is_read_and_of_65_refused() {
    assert_eq!(with_list(filler(63) + &genuine()), Ok(()));
    assert_eq!(
        with_list(filler(64) + &genuine()),
        Err(RejectionKind::SignatureListTooLong)
    );
}

#[test]
fn a_list_of_8_kib_is_read_and_one_byte_more_refused() {
    let padded = |len: usize| format!("{:>len$}", genuine());
    assert_eq!(with_list(padded(8192)), Ok(()));
    assert_eq!(
        with_list(padded(8193)),
        Err(RejectionKind::SignatureListTooLong)
    );
}

#[test]
fn the_limits_of_the_list_count_over_all_lines() {
    let mut headers = genuine_set("svix");
    append(&mut headers, "svix-signature", filler(63));
    assert_eq!(answer_now(&headers), Ok(()));
    append(&mut headers, "svix-signature", "v1,x");
    assert_eq!(
        answer_now(&headers),
        Err(RejectionKind::SignatureListTooLong)
    );
}

#[test]
fn the_shortest_entries_count_too() {
    let lines = |count: usize| {
        let mut headers = with_id_and_time();
        for _ in 0..count {
            append(&mut headers, "svix-signature", "x");
        }
        answer_now(&headers)
    };
    assert_eq!(lines(64), Err(RejectionKind::SignatureMismatch));
    assert_eq!(lines(65), Err(RejectionKind::SignatureListTooLong));
}

#[test]
fn a_version_and_its_signature_are_one_entry_and_a_version_alone_is_one_too() {
    // The second `v1` stands where the signature of a version that nobody knows stands.
    let unknown = "v9,v1 ".repeat(63);
    assert_eq!(with_list(unknown.clone() + &genuine()), Ok(()));
    for behind in [" v1,", " v9,"] {
        assert_eq!(
            with_list(unknown.clone() + &genuine() + behind),
            Err(RejectionKind::SignatureListTooLong)
        );
    }
}

#[test]
fn an_entry_that_is_not_32_bytes_in_canonical_padded_base64_never_matches() {
    let mac = mac();
    let bare = mac.trim_end_matches('=');
    let (rest, last) = bare.split_at(bare.len() - 1);
    // `E` is 000100: the last two bits are outside the 32 bytes.
    assert_eq!(last, "E");
    for entry in [
        String::new(),
        "=".to_owned(),
        bare.to_owned(),
        format!("{mac}="),
        format!("{rest}F="),
        format!("{rest}G="),
        format!("{rest}H="),
        mac.replace('+', "-").replace('/', "_"),
        mac[..40].to_owned(),
        format!("AAAA{mac}"),
        format!("{mac}{mac}"),
        mac.to_lowercase(),
    ] {
        assert_eq!(
            with_list(format!("v1,{entry}")),
            Err(RejectionKind::SignatureMismatch),
            "{entry:?}"
        );
    }
}

#[test]
fn an_empty_list_matches_nothing() {
    for list in ["", " ", "v1", "v1,", ","] {
        assert_eq!(
            with_list(list),
            Err(RejectionKind::SignatureMismatch),
            "{list:?}"
        );
    }
}

#[test]
fn another_version_with_a_valid_v1_mac_never_matches() {
    for version in ["v1a,", "V1,", "v2,", "v11,", "v1,,", ",", "", "v1=", "v1:"] {
        assert_eq!(
            with_list(format!("{version}{}", mac())),
            Err(RejectionKind::SignatureMismatch),
            "{version:?}"
        );
    }
}

#[test]
fn each_flipped_bit_of_the_mac_is_refused() {
    use base64::{Engine, engine::general_purpose::STANDARD};
    let tag = STANDARD.decode(mac()).unwrap();
    for bit in 0..256 {
        let mut changed = tag.clone();
        changed[bit / 8] ^= 1 << (bit % 8);
        assert_eq!(
            with_list(format!("v1,{}", STANDARD.encode(changed))),
            Err(RejectionKind::SignatureMismatch)
        );
    }
}

#[test]
fn a_changed_id_timestamp_or_body_is_refused() {
    let now = NOW.to_string();
    for signature in [
        signature_of("msg_2", &now, BODY),
        signature_of(ID, "1614265331", BODY),
        signature_of(ID, &now, "{}"),
    ] {
        assert_eq!(with_list(signature), Err(RejectionKind::SignatureMismatch));
    }
}

#[test]
fn a_secret_that_is_given_twice_counts_once() {
    let receiver = Receiver::builder([SECRET, SECRET])
        .clock(|| std::time::Duration::from_secs(NOW))
        .build()
        .unwrap();
    assert_eq!(answer(&receiver, &genuine_set("svix"), BODY), Ok(()));
}

#[test]
fn while_a_secret_is_rotated_either_is_accepted_in_either_order() {
    let at_now = || std::time::Duration::from_secs(NOW);
    for secrets in [[SECRET, OTHER], [OTHER, SECRET]] {
        let receiver = Receiver::builder(secrets).clock(at_now).build().unwrap();
        assert_eq!(answer(&receiver, &genuine_set("svix"), BODY), Ok(()));
    }
    let stranger = Receiver::builder([OTHER]).clock(at_now).build().unwrap();
    assert_eq!(
        answer(&stranger, &genuine_set("svix"), BODY),
        Err(RejectionKind::SignatureMismatch)
    );
}
