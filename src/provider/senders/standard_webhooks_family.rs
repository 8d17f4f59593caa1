//! Senders that sign by Standard Webhooks, and in what they differ.

use super::preset::{KeyKind, Preset, VerifiedAgainst};
use crate::scheme::{self, KeyForm, Scheme};

pub(super) const PRESETS: &[Preset] = &[
    Preset::declared(
        "standard-webhooks",
        "Standard Webhooks",
        KeyKind::Secret,
        VerifiedAgainst::PublishedVector,
        |_| Ok(standard_webhooks()),
    ),
    Preset::declared(
        "svix",
        "Svix",
        KeyKind::Secret,
        VerifiedAgainst::Sdk,
        |_| Ok(svix()),
    ),
    Preset::declared(
        "clerk",
        "Clerk",
        KeyKind::Secret,
        VerifiedAgainst::RuleOnly,
        |_| Ok(clerk()),
    ),
    Preset::declared(
        "resend",
        "Resend",
        KeyKind::Secret,
        VerifiedAgainst::RuleOnly,
        |_| Ok(resend()),
    ),
    Preset::declared(
        "openai",
        "OpenAI",
        KeyKind::Secret,
        VerifiedAgainst::Sdk,
        |_| Ok(openai()),
    ),
    Preset::declared(
        "replicate",
        "Replicate",
        KeyKind::Secret,
        VerifiedAgainst::RuleOnly,
        |_| Ok(replicate()),
    ),
    Preset::declared(
        "supabase",
        "Supabase Auth hooks",
        KeyKind::Secret,
        VerifiedAgainst::RuleOnly,
        |_| Ok(supabase()),
    ),
    Preset::declared(
        "gitlab-signing-token",
        "GitLab (signing token)",
        KeyKind::Secret,
        VerifiedAgainst::RuleOnly,
        |_| Ok(gitlab_signing_token()),
    ),
    Preset::declared(
        "polar",
        "Polar",
        KeyKind::Secret,
        VerifiedAgainst::Sdk,
        |_| Ok(polar()),
    ),
];

/// Standard Webhooks: [`scheme::standard_webhooks`], the default of a receiver.
pub fn standard_webhooks() -> Scheme {
    scheme::standard_webhooks()
}

/// Svix: [`scheme::standard_webhooks`].
///
/// Svix sends `svix-*` headers, retries after 5 s, 5 min, 30 min, 2 h, 5 h, 10 h and 10 h, and disables an endpoint
/// after 5 days of failures. <https://docs.svix.com/receiving/verifying-payloads/how>
pub fn svix() -> Scheme {
    scheme::standard_webhooks()
}

/// Clerk: [`scheme::standard_webhooks`].
///
/// Clerk delivers through Svix, with `svix-*` headers. <https://clerk.com/docs/guides/development/webhooks/syncing>
pub fn clerk() -> Scheme {
    scheme::standard_webhooks()
}

/// Resend: [`scheme::standard_webhooks`].
///
/// Resend delivers through Svix, with `svix-*` headers.
/// <https://resend.com/docs/dashboard/webhooks/verify-webhooks-requests>
pub fn resend() -> Scheme {
    scheme::standard_webhooks()
}

/// OpenAI: [`scheme::standard_webhooks`].
///
/// OpenAI sends `webhook-*` headers. <https://platform.openai.com/docs/guides/webhooks>
pub fn openai() -> Scheme {
    scheme::standard_webhooks()
}

/// Replicate: [`scheme::standard_webhooks`].
///
/// Replicate sends `webhook-*` headers. <https://replicate.com/docs/topics/webhooks/verify-webhook>
pub fn replicate() -> Scheme {
    scheme::standard_webhooks()
}

/// Supabase Auth hooks: [`scheme::standard_webhooks`].
///
/// Supabase shows secrets as `v1,whsec_…` and joins several with `|`; it sends a list of signatures with commas while
/// secrets rotate. <https://supabase.com/docs/guides/auth/auth-hooks>
pub fn supabase() -> Scheme {
    scheme::standard_webhooks()
}

/// GitLab (signing token): [`scheme::standard_webhooks`].
///
/// GitLab 19 and later sign with a `whsec_` token; `webhook-id` equals `Idempotency-Key`.
/// <https://docs.gitlab.com/user/project/integrations/webhooks/>
pub fn gitlab_signing_token() -> Scheme {
    scheme::standard_webhooks()
}

/// Polar: Standard Webhooks whose key is the whole secret as text, `polar_whs_…` or `whsec_…` included.
///
/// Polar sends `webhook-*` headers, waits 10 seconds and retries 10 times with growing pauses.
/// <https://polar.sh/docs/integrate/webhooks/delivery>
pub fn polar() -> Scheme {
    scheme::with_key_form("polar", KeyForm::Text)
}
