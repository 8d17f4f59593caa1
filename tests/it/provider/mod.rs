//! The presets against known answers: published vectors, those of SDKs, and those made from the documented rules.

mod forged;
mod handshakes;
mod signed;
mod table;
mod tokens;
mod vectors;

use tower_webhook::{Receiver, error::ConfigErrorKind, provider};

#[test]
fn an_address_whose_parts_are_signed_and_that_is_not_absolute_is_a_mistake() {
    for url in [
        "",
        "/webhooks",
        "example.com/webhooks",
        "example.com",
        "https://exa mple.com/",
    ] {
        for scheme in [provider::vipps(url), provider::contentful(url)] {
            let receiver = Receiver::builder("a secret of the sender").scheme(scheme);
            let error = receiver.build().unwrap_err();
            assert_eq!(error.kind(), ConfigErrorKind::InvalidPublicUrl, "{url}");
            assert_eq!(
                error.to_string(),
                format!(
                    "invalid public URL `{url}` (expected the one that is registered with the sender, e.g. \
                     `https://example.com/webhooks`)"
                )
            );
        }
    }
}
