use std::io;

use tower_webhook::voyado::EventType;
use tower_webhook_fuzz::{
    endpoint::{NOW, TOKEN, TOKEN_HEADER},
    model,
    sender::ID,
};

use super::{choice, seed};

const SIGNATURE: &str = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";

pub(crate) fn head() -> io::Result<()> {
    let token = format!("{TOKEN_HEADER}:{TOKEN}");
    let set = |family: &str| {
        format!("{family}-id:{ID}\n{family}-timestamp:{NOW}\n{family}-signature:{SIGNATURE}")
    };
    let (svix, webhook) = (set("svix"), set("webhook"));
    for (name, headers) in [
        ("svix", format!("{token}\n{svix}")),
        ("webhook", format!("{token}\n{webhook}")),
        ("both", format!("{token}\n{webhook}\n{svix}")),
        ("repeated", format!("{token}\n{token}\n{svix}\n{svix}")),
        ("length", format!("{token}\n{svix}\ncontent-length:1025")),
        ("no-token", svix.clone()),
        ("wrong-token", format!("{TOKEN_HEADER}:guessed\n{svix}")),
        ("stray", format!("{token}\n{svix}\nx-stray:1")),
        ("dot", format!("{token}\n{svix}").replace("msg_", "msg.")),
        (
            "zero",
            format!("{token}\n{svix}").replace("-timestamp:", "-timestamp:0"),
        ),
    ] {
        let choices = [&NOW.to_le_bytes()[..], &choice(0, 3), &choice(0, 3)].concat();
        seed("head", name, &[&choices, headers.as_bytes()])?;
    }
    for len in [8192, 8193] {
        let filler = "x".repeat(len - SIGNATURE.len() - 1);
        let headers = format!("{token}\n{svix} {filler}");
        let choices = [&NOW.to_le_bytes()[..], &choice(0, 3), &choice(0, 3)].concat();
        seed(
            "head",
            &format!("list-of-{len}"),
            &[&choices, headers.as_bytes()],
        )?;
    }
    let headers = format!("{token}\n{svix}");
    for (name, now, method, peer) in [
        ("late", NOW + 301, 0, 0),
        ("early", NOW - 301, 0, 0),
        ("get", NOW, 1, 0),
        ("lowercase-method", NOW, 2, 0),
        ("stranger", NOW, 0, 1),
        ("unknown-peer", NOW, 0, 2),
    ] {
        let choices = [&now.to_le_bytes()[..], &choice(method, 3), &choice(peer, 3)].concat();
        seed("head", name, &[&choices, headers.as_bytes()])?;
    }
    Ok(())
}

pub(crate) fn layer() -> io::Result<()> {
    let genuine = format!(
        "{TOKEN_HEADER}:{TOKEN}\nwebhook-id:{ID}\nwebhook-timestamp:{NOW}\nwebhook-signature:{SIGNATURE}\n\n\
         {{\"test\": 2432232314}}"
    );
    let short = r#""":0,"#.repeat(196);
    let short_members = format!("a:b\n\n{{{short}\"eventType\":\"contact.merged\"}}");
    let large = format!("a:b\n\n{}", "x".repeat(1025));
    for (name, signed_by, event, handled, ending, request) in [
        ("as-sent", 0, 0, 0, 0, genuine.as_str()),
        ("signed", 1, 0, 0, 0, "a:b\n\n{}"),
        ("short-members", 1, 1, 0, 0, &short_members),
        ("malformed", 1, 1, 0, 0, "a:b\n\n{}"),
        ("handled-badly", 1, 0, 1, 0, "svix-id:msg_2\n\nbody"),
        ("forged", 2, 0, 0, 0, "svix-id:msg_2\n\nbody"),
        ("trailers", 1, 0, 0, 1, "a:b\n\nsome body of several frames"),
        ("breaks-off", 1, 0, 0, 2, "a:b\n\nsome body"),
        ("large", 1, 0, 0, 0, &large),
        ("announced", 1, 0, 0, 0, "content-length:1025\n\nbody"),
    ] {
        let choices = [choice(signed_by, 3), choice(event, 2), choice(handled, 2)].concat();
        let frames = [3, 0, 5, 1, 0b1010];
        let parts = [
            &choices[..],
            &frames,
            &choice(ending, 3),
            request.as_bytes(),
        ];
        seed("layer", name, &parts)?;
    }
    for event_type in EventType::ALL {
        let sample = event_type.sample();
        // The target demands that they are handled only as long as its model knows them.
        assert_eq!(model::envelope::is_read(sample.as_bytes()), Some(true));
        let choices = [choice(1, 3), choice(1, 2), choice(0, 2)].concat();
        let request = format!("a:b\n\n{sample}");
        let parts = [
            &choices[..],
            &[255, 255, 255, 1, 0],
            &choice(0, 3),
            request.as_bytes(),
        ];
        seed("layer", event_type.as_str(), &parts)?;
    }
    Ok(())
}
