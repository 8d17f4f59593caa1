//! The crates, in this process.

use std::fmt::Debug;

use super::{
    oracle::{Identity, Language, Oracle, Package, Verdict},
    sent::Sent,
};

pub(super) fn all() -> Vec<Box<dyn Oracle>> {
    vec![Box::new(Svix), Box::new(StandardWebhooks)]
}

struct Svix;

impl Oracle for Svix {
    fn identity(&self) -> Identity {
        in_rust(Package::Svix)
    }

    fn verdicts(&mut self, requests: &[&Sent]) -> Vec<Verdict> {
        verdicts(requests, |sent, secret| {
            svix::webhooks::Webhook::new(secret)?.verify(&sent.body, &sent.headers)
        })
    }
}

struct StandardWebhooks;

impl Oracle for StandardWebhooks {
    fn identity(&self) -> Identity {
        in_rust(Package::StandardWebhooks)
    }

    fn verdicts(&mut self, requests: &[&Sent]) -> Vec<Verdict> {
        verdicts(requests, |sent, secret| {
            standardwebhooks::Webhook::new(secret)?.verify(&sent.body, &sent.headers)
        })
    }
}

fn in_rust(package: Package) -> Identity {
    Identity {
        language: Language::Rust,
        package,
    }
}

fn verdicts<E: Debug>(
    requests: &[&Sent],
    verify: impl Fn(&Sent, &str) -> Result<(), E>,
) -> Vec<Verdict> {
    let verdict = |sent: &&Sent| {
        let mut refusal = None;
        for secret in &sent.secrets {
            match verify(sent, secret) {
                Ok(()) => return Ok(()),
                Err(error) => refusal = Some(error),
            }
        }
        Err(variant(&refusal.expect("a request has a secret")))
    };
    requests.iter().map(verdict).collect()
}

/// The name of an error's variant.
fn variant(error: &impl Debug) -> String {
    let shown = format!("{error:?}");
    shown.split('(').next().unwrap_or_default().to_owned()
}
