//! Senders: how each of them signs, where its ids and event types are, and what it does not sign.
//!
//! Each function gives the [`Scheme`](crate::scheme::Scheme) of one sender; [`presets`] is the table of all of them, for
//! programs that take a sender's name from their configuration. [`voyado`] has the events of Voyado Engage.

mod github;
mod stripe;
mod slack;
mod shopify;
mod meta;
mod paddle;
mod square;
mod zoom;
mod linear;
mod hubspot;
mod intercom;
mod zendesk;
mod typeform;
mod calendly;
mod docusign;
mod dropbox;
mod asana;
mod jira;
mod bitbucket;
mod sentry;
mod pagerduty;
mod vercel;
mod cloudflare_stream;
mod coinbase_commerce;
mod adyen_platform;
mod klaviyo;
mod woocommerce;
mod razorpay;
mod mollie;
mod klarna;
mod line;
mod notion;
mod airtable;
mod lemonsqueezy;
mod mux;
mod twitter;
mod xero;
mod twitch;
mod worldline;
mod centra;
mod tink;
mod workos;
mod extend_commerce;
mod paystack;
#[cfg(feature = "ed25519")]
mod discord;
#[cfg(feature = "ecdsa")]
mod sendgrid;
#[cfg(feature = "x509")]
mod aws_sns;
#[cfg(feature = "x509")]
mod certificate;
mod contentful;
mod handshake;
mod in_body;
#[cfg(feature = "x509")]
mod paypal;
#[cfg(feature = "ecdsa")]
mod plaid;
mod support;
mod token;
mod twilio;
mod vipps;
mod preset;
mod standard_webhooks_family;
pub mod voyado;

pub use github::github;
pub use stripe::stripe;
pub use slack::slack;
pub use shopify::shopify;
pub use meta::meta;
pub use paddle::paddle;
pub use square::square;
pub use zoom::zoom;
pub use linear::linear;
pub use hubspot::hubspot;
pub use intercom::intercom;
pub use zendesk::zendesk;
pub use typeform::typeform;
pub use calendly::calendly;
pub use docusign::docusign;
pub use dropbox::dropbox;
pub use asana::asana;
pub use jira::jira;
pub use bitbucket::bitbucket;
pub use sentry::sentry;
pub use pagerduty::pagerduty;
pub use vercel::vercel;
pub use cloudflare_stream::cloudflare_stream;
pub use coinbase_commerce::coinbase_commerce;
pub use adyen_platform::adyen_platform;
pub use klaviyo::klaviyo;
pub use woocommerce::woocommerce;
pub use razorpay::razorpay;
pub use mollie::mollie;
pub use klarna::klarna;
pub use line::line;
pub use notion::notion;
pub use airtable::airtable;
pub use lemonsqueezy::lemonsqueezy;
pub use mux::mux;
pub use twitter::twitter;
pub use xero::xero;
pub use twitch::twitch;
pub use worldline::worldline;
pub use centra::centra;
pub use tink::tink;
pub use workos::workos;
pub use extend_commerce::extend_commerce;
pub use paystack::paystack;
#[cfg(feature = "ed25519")]
pub use discord::discord;
#[cfg(feature = "ecdsa")]
pub use sendgrid::sendgrid;
#[cfg(feature = "x509")]
pub use aws_sns::{aws_sns, is_sns_certificate_url};
pub use contentful::contentful;
pub use handshake::Handshake;
pub use in_body::{adyen, mailgun_event_data_unsigned, zettle};
#[cfg(feature = "x509")]
pub use paypal::paypal;
#[cfg(feature = "ecdsa")]
pub use plaid::plaid;
pub use token::{
    figma_token_unsigned, gitlab_token_unsigned, nexi_checkout_token_unsigned, postmark_token_unsigned,
    telegram_token_unsigned,
};
pub use twilio::twilio;
pub use vipps::vipps;
pub use preset::{KeyKind, Preset, PresetSettings, VerifiedAgainst};
pub use standard_webhooks_family::{
    clerk, gitlab_signing_token, openai, polar, replicate, resend, standard_webhooks, supabase, svix,
};

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
