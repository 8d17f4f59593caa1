use super::{BODY, causes, explainer, head_of, schemes};

#[test]
fn what_is_forged_is_forged_and_nothing_else() {
    // 10,000 in the long run of `docs/assurance.md`; a hash of each variant makes that a minute.
    let requests = std::env::var("FORGED_REQUESTS").map_or(300, |text| text.parse().unwrap());
    let mut random = fastrand::Rng::with_seed(7);
    for number in 0..requests {
        let (scheme, secret) = &schemes()[number % 3];
        let mut head = head_of(scheme, secret, BODY.as_bytes());
        let mut body = BODY.as_bytes().to_vec();
        match random.u8(..3) {
            0 => {
                let at = random.usize(..body.len());
                body[at] = body[at].wrapping_add(random.u8(1..));
            }
            1 => body = (0..random.usize(..200)).map(|_| random.u8(..)).collect(),
            _ => {
                for (name, value) in &mut head.headers {
                    if name.as_str().contains("signature") {
                        let text = value
                            .to_str()
                            .unwrap()
                            .replace(['0', '1', 'A', 'c', 'e'], "b");
                        *value = text.parse().unwrap();
                    }
                }
            }
        }
        let found = causes(&explainer(scheme, secret).explain(&head, &body));
        assert_eq!(found, ["forged"], "{}", String::from_utf8_lossy(&body));
    }
}
