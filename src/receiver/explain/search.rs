//! Undoing what may have happened, until the signature matches.

use bytes::Bytes;
use http::{HeaderMap, request::Parts};

use super::{
    Explainer,
    body_variants::body_variants,
    cause::{Cause, CauseKind},
    evidence::truncations,
    head_variants::head_variants,
    secret_variants::{VariantKey, secret_variants},
};
use crate::scheme::{Claims, SchemeKeys};

/// Bytes that are hashed at the most for one explanation, besides the first pass: what bounds the work.
const MAX_HASHED: usize = 256 * 1024 * 1024;
/// A signature that verifies once something was undone.
pub(super) struct Found {
    pub(super) claims: Claims,
    pub(super) causes: Vec<Cause>,
}

/// What was undone on one side: its cause and its words.
type Undone = Vec<(CauseKind, String)>;

impl Explainer {
    /// Undoes one thing, then two at once, until the signature matches.
    pub(super) fn search(&self, head: &Parts, body: &Bytes) -> Option<Found> {
        let mut budget = MAX_HASHED;
        let keys = self.key_variants();
        let heads = head_variants(&self.scheme, &head.headers);
        let configured = self.keys(&self.secrets);
        let mut attempt = |headers: &HeaderMap, body: &[u8], keys: Option<&SchemeKeys>| {
            budget = budget.checked_sub(body.len() + 64)?;
            let body = Bytes::copy_from_slice(body);
            self.verify(head, headers, &body, keys).ok()
        };
        let found = |claims: Claims, undone: Undone| Found {
            claims,
            causes: told(&undone),
        };

        for (keys, undone) in &keys {
            if let Some(claims) = attempt(&head.headers, body, Some(keys)) {
                return Some(found(claims, undone.clone()));
            }
        }
        for variant in &heads {
            if let Some(claims) = attempt(&variant.headers, body, configured.as_ref()) {
                let undone = vec![(variant.cause, variant.undone.clone())];
                return Some(found(claims, undone));
            }
        }
        let bodies = || {
            truncations(head, body)
                .into_iter()
                .chain(body_variants(body).map(|variant| {
                    let undone = format!("the body {}", variant.undone);
                    (variant.body, (variant.cause, undone))
                }))
        };
        for (variant, undone) in bodies() {
            if let Some(claims) = attempt(&head.headers, &variant, configured.as_ref()) {
                return Some(found(claims, vec![undone]));
            }
        }
        for variant in &heads {
            for (keys, undone) in &keys {
                if let Some(claims) = attempt(&variant.headers, body, Some(keys)) {
                    let mut undone = undone.clone();
                    undone.push((variant.cause, variant.undone.clone()));
                    return Some(found(claims, undone));
                }
            }
        }
        for (changed, of_body) in bodies() {
            for (keys, undone) in &keys {
                if let Some(claims) = attempt(&head.headers, &changed, Some(keys)) {
                    let mut undone = undone.clone();
                    undone.push(of_body.clone());
                    return Some(found(claims, undone));
                }
            }
            for variant in &heads {
                if let Some(claims) = attempt(&variant.headers, &changed, configured.as_ref()) {
                    let undone = vec![(variant.cause, variant.undone.clone()), of_body.clone()];
                    return Some(found(claims, undone));
                }
            }
        }
        None
    }

    /// Keys that may have signed, in place of the configured ones.
    fn key_variants(&self) -> Vec<(SchemeKeys, Undone)> {
        let mut variants = Vec::new();
        for (secrets, cause, words) in [
            (
                &self.retired,
                CauseKind::RetiredSecret,
                "with a secret that was given as retired",
            ),
            (
                &self.other,
                CauseKind::OtherSecret,
                "with a secret that was given as another's",
            ),
        ] {
            for secret in secrets {
                let undone = vec![(cause, words.to_owned())];
                if let Some(keys) = self.keys(std::slice::from_ref(secret)) {
                    variants.push((keys, undone.clone()));
                }
                for variant in secret_variants(secret) {
                    if let Some(keys) = self.keys_of(&variant.key) {
                        variants.push((keys, undone.clone()));
                    }
                }
            }
        }
        for secret in &self.secrets {
            let (_, text) = self.scheme.split_key_id(secret);
            for variant in secret_variants(text) {
                if let Some(keys) = self.keys_of(&variant.key) {
                    let words = variant.undone.into_iter();
                    let undone = words
                        .map(|(cause, words)| (cause, format!("with the secret {words}")))
                        .collect();
                    variants.push((keys, undone));
                }
            }
        }
        variants
    }

    fn keys_of(&self, key: &VariantKey) -> Option<SchemeKeys> {
        match key {
            VariantKey::Text(text) => self.keys(std::slice::from_ref(text)),
            VariantKey::Bytes(bytes) => self.scheme.keys_of_bytes(bytes),
        }
    }
}

/// The causes, with proofs that are sentences.
fn told(undone: &Undone) -> Vec<Cause> {
    let mut causes: Vec<Cause> = Vec::new();
    let all: Vec<_> = undone.iter().map(|(_, words)| words.as_str()).collect();
    let all = all.join(", and ");
    for (kind, _) in undone {
        if !causes.iter().any(|cause| cause.kind == *kind) {
            causes.push(Cause::new(*kind, format!("The signature matches {all}.")));
        }
    }
    causes
}
