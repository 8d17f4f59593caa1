//! What the headers of a request give away: whose it is, and who stands between.

use http::HeaderMap;

/// Headers that only one provider sends, in lower case. Their names stand in `provider`'s files, with their sources.
const PROVIDERS: &[(&str, &str)] = &[
    ("stripe-signature", "Stripe"),
    ("x-github-delivery", "GitHub"),
    ("x-slack-signature", "Slack"),
    ("x-shopify-hmac-sha256", "Shopify"),
    ("paddle-signature", "Paddle"),
    ("x-square-hmacsha256-signature", "Square"),
    ("x-zm-signature", "Zoom"),
    ("linear-signature", "Linear"),
    ("x-hubspot-signature-v3", "HubSpot"),
    ("x-zendesk-webhook-signature", "Zendesk"),
    ("typeform-signature", "Typeform"),
    ("calendly-webhook-signature", "Calendly"),
    ("x-docusign-signature-1", "DocuSign"),
    ("x-dropbox-signature", "Dropbox"),
    ("x-hook-signature", "Asana"),
    ("sentry-hook-signature", "Sentry"),
    ("x-pagerduty-signature", "PagerDuty"),
    ("x-vercel-signature", "Vercel"),
    ("x-cc-webhook-signature", "Coinbase Commerce"),
    ("hmacsignature", "Adyen"),
    ("klaviyo-signature", "Klaviyo"),
    ("x-wc-webhook-signature", "WooCommerce"),
    ("x-razorpay-signature", "Razorpay"),
    ("x-mollie-signature", "Mollie"),
    ("klarna-signature", "Klarna"),
    ("x-line-signature", "LINE"),
    ("x-notion-signature", "Notion"),
    ("x-airtable-content-mac", "Airtable"),
    ("mux-signature", "Mux"),
    ("x-twitter-webhooks-signature", "X (Twitter)"),
    ("x-xero-signature", "Xero"),
    ("twitch-eventsub-message-signature", "Twitch"),
    ("x-gcs-signature", "Worldline"),
    ("x-centra-signature", "Centra"),
    ("x-tink-signature", "Tink"),
    ("workos-signature", "WorkOS"),
    ("ms-signature", "Extend Commerce"),
    ("x-signature-ed25519", "Discord"),
    ("x-twilio-email-event-webhook-signature", "SendGrid"),
    ("x-twilio-signature", "Twilio"),
    ("paypal-transmission-sig", "PayPal"),
    ("plaid-verification", "Plaid"),
    ("x-amz-sns-message-type", "AWS SNS"),
    ("x-izettle-signature", "Zettle"),
    ("x-contentful-signature", "Contentful"),
    ("x-gitlab-token", "GitLab (token)"),
    ("x-telegram-bot-api-secret-token", "Telegram"),
    ("x-hub-signature-256", "GitHub or Meta"),
    ("x-hub-signature", "Intercom, Atlassian or GitHub"),
    ("svix-signature", "Svix (Standard Webhooks)"),
    ("webhook-signature", "Standard Webhooks"),
];

/// Headers that development relays add, in lower case.
const RELAYS: &[(&str, &str)] = &[
    // <https://hookdeck.com/docs/destinations#request-headers>
    ("x-hookdeck-eventid", "Hookdeck"),
    ("x-hookdeck-signature", "Hookdeck"),
    ("x-hookdeck-original-ip", "Hookdeck"),
    // <https://github.com/probot/smee.io>: the client posts the headers that it got, and these of the channel.
    ("x-smee-id", "smee"),
    // <https://ngrok.com/docs/agent/web-inspection-interface/>: the inspector marks what it replays.
    ("ngrok-trace-id", "ngrok"),
    ("ngrok-skip-browser-warning", "ngrok"),
    ("x-ngrok-request-id", "ngrok"),
];

/// Beginnings of a `user-agent`, in lower case.
const RELAY_AGENTS: &[(&str, &str)] = &[
    ("hookdeck", "Hookdeck"),
    // <https://docs.stripe.com/stripe-cli>: `stripe listen --forward-to` signs with a secret of its own.
    ("stripe/1.0 (stripe-cli", "the Stripe CLI"),
    ("stripe-cli", "the Stripe CLI"),
    ("smee-client", "smee"),
    ("superagent", "smee"),
    ("ngrok", "ngrok"),
];

/// The provider whose signature header is there, and that header, unless the scheme reads it.
pub(super) fn other_provider(
    headers: &HeaderMap,
    is_read: impl Fn(&str) -> bool,
) -> Option<(&'static str, &'static str)> {
    PROVIDERS
        .iter()
        .copied()
        .find(|(header, _)| headers.contains_key(*header) && !is_read(header))
}

/// The relay that stands between, and the header that gives it away.
pub(super) fn relay(headers: &HeaderMap) -> Option<(&'static str, &'static str)> {
    let by_header = RELAYS
        .iter()
        .copied()
        .find(|(header, _)| headers.contains_key(*header));
    by_header.or_else(|| {
        let agent = headers.get("user-agent")?.as_bytes().to_ascii_lowercase();
        RELAY_AGENTS
            .iter()
            .find(|(beginning, _)| agent.starts_with(beginning.as_bytes()))
            .map(|(_, relay)| ("user-agent", *relay))
    })
}
