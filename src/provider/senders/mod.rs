//! Presets, one sender a file.

mod adyen_platform;
mod airtable;
mod asana;
#[cfg(feature = "x509")]
mod aws_sns;
mod bitbucket;
mod calendly;
mod centra;
#[cfg(feature = "x509")]
mod certificate;
mod cloudflare_stream;
mod coinbase_commerce;
mod contentful;
#[cfg(feature = "ed25519")]
mod discord;
mod docusign;
mod dropbox;
mod extend_commerce;
mod github;
mod handshake;
mod hubspot;
mod in_body;
mod intercom;
mod jira;
mod klarna;
mod klaviyo;
mod lemonsqueezy;
mod line;
mod linear;
mod meta;
mod mollie;
mod mux;
mod notion;
mod paddle;
mod pagerduty;
#[cfg(feature = "x509")]
mod paypal;
mod paystack;
#[cfg(feature = "ecdsa")]
mod plaid;
mod preset;
mod razorpay;
#[cfg(feature = "ecdsa")]
mod sendgrid;
mod sentry;
mod shopify;
mod slack;
mod square;
mod standard_webhooks_family;
mod stripe;
mod support;
mod tink;
mod token;
mod twilio;
mod twitch;
mod twitter;
mod typeform;
mod vercel;
mod vipps;
mod woocommerce;
mod workos;
mod worldline;
mod xero;
mod zendesk;
mod zoom;

pub use adyen_platform::adyen_platform;
pub use airtable::airtable;
pub use asana::asana;
#[cfg(feature = "x509")]
pub use aws_sns::{aws_sns, is_sns_certificate_url};
pub use bitbucket::bitbucket;
pub use calendly::calendly;
pub use centra::centra;
pub use cloudflare_stream::cloudflare_stream;
pub use coinbase_commerce::coinbase_commerce;
pub use contentful::contentful;
#[cfg(feature = "ed25519")]
pub use discord::discord;
pub use docusign::docusign;
pub use dropbox::dropbox;
pub use extend_commerce::extend_commerce;
pub use github::github;
pub use handshake::Handshake;
pub use hubspot::hubspot;
pub use in_body::{adyen, mailgun_event_data_unsigned, zettle};
pub use intercom::intercom;
pub use jira::jira;
pub use klarna::klarna;
pub use klaviyo::klaviyo;
pub use lemonsqueezy::lemonsqueezy;
pub use line::line;
pub use linear::linear;
pub use meta::meta;
pub use mollie::mollie;
pub use mux::mux;
pub use notion::notion;
pub use paddle::paddle;
pub use pagerduty::pagerduty;
#[cfg(feature = "x509")]
pub use paypal::paypal;
pub use paystack::paystack;
#[cfg(feature = "ecdsa")]
pub use plaid::plaid;
pub use preset::{KeyKind, Preset, PresetSettings, VerifiedAgainst};
pub use razorpay::razorpay;
#[cfg(feature = "ecdsa")]
pub use sendgrid::sendgrid;
pub use sentry::sentry;
pub use shopify::shopify;
pub use slack::slack;
pub use square::square;
pub use standard_webhooks_family::{
    clerk, gitlab_signing_token, openai, polar, replicate, resend, standard_webhooks, supabase,
    svix,
};
pub use stripe::stripe;
pub use tink::tink;
pub use token::{
    figma_token_unsigned, gitlab_token_unsigned, nexi_checkout_token_unsigned,
    postmark_token_unsigned, telegram_token_unsigned,
};
pub use twilio::twilio;
pub use twitch::twitch;
pub use twitter::twitter;
pub use typeform::typeform;
pub use vercel::vercel;
pub use vipps::vipps;
pub use woocommerce::woocommerce;
pub use workos::workos;
pub use worldline::worldline;
pub use xero::xero;
pub use zendesk::zendesk;
pub use zoom::zoom;

/// Every sender that has a preset, by its slug.
pub fn presets() -> &'static [&'static Preset] {
    PRESETS
}

const PRESETS: &[&Preset] = &[
    &github::PRESET,
    &stripe::PRESET,
    &slack::PRESET,
    &shopify::PRESET,
    &meta::PRESET,
    &paddle::PRESET,
    &square::PRESET,
    &zoom::PRESET,
    &linear::PRESET,
    &hubspot::PRESET,
    &intercom::PRESET,
    &zendesk::PRESET,
    &typeform::PRESET,
    &calendly::PRESET,
    &docusign::PRESET,
    &dropbox::PRESET,
    &asana::PRESET,
    &jira::PRESET,
    &bitbucket::PRESET,
    &sentry::PRESET,
    &pagerduty::PRESET,
    &vercel::PRESET,
    &cloudflare_stream::PRESET,
    &coinbase_commerce::PRESET,
    &adyen_platform::PRESET,
    &klaviyo::PRESET,
    &woocommerce::PRESET,
    &razorpay::PRESET,
    &mollie::PRESET,
    &klarna::PRESET,
    &line::PRESET,
    &notion::PRESET,
    &airtable::PRESET,
    &lemonsqueezy::PRESET,
    &mux::PRESET,
    &twitter::PRESET,
    &xero::PRESET,
    &twitch::PRESET,
    &worldline::PRESET,
    &centra::PRESET,
    &tink::PRESET,
    &workos::PRESET,
    &extend_commerce::PRESET,
    &paystack::PRESET,
    #[cfg(feature = "ed25519")]
    &discord::PRESET,
    #[cfg(feature = "ecdsa")]
    &sendgrid::PRESET,
    &standard_webhooks_family::PRESETS[0],
    &standard_webhooks_family::PRESETS[1],
    &standard_webhooks_family::PRESETS[2],
    &standard_webhooks_family::PRESETS[3],
    &standard_webhooks_family::PRESETS[4],
    &standard_webhooks_family::PRESETS[5],
    &standard_webhooks_family::PRESETS[6],
    &standard_webhooks_family::PRESETS[7],
    &standard_webhooks_family::PRESETS[8],
    #[cfg(feature = "x509")]
    &aws_sns::PRESET,
    &contentful::PRESET,
    &in_body::ADYEN,
    &in_body::MAILGUN,
    &in_body::ZETTLE,
    #[cfg(feature = "x509")]
    &paypal::PRESET,
    #[cfg(feature = "ecdsa")]
    &plaid::PRESET,
    &token::PRESETS[0],
    &token::PRESETS[1],
    &token::PRESETS[2],
    &token::PRESETS[3],
    &token::PRESETS[4],
    &twilio::PRESET,
    &vipps::PRESET,
];
