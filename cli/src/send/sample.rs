//! Sample events.

use bytes::Bytes;
use serde_json::json;
use tower_webhook::voyado::EventType;

use crate::{nearest, time};

/// Types that senders document, by their slugs: enough to see something of each.
const TYPES: &[(&str, &[&str])] = &[
    ("github", &["push", "pull_request", "issues", "ping"]),
    (
        "stripe",
        &[
            "invoice.paid",
            "checkout.session.completed",
            "customer.created",
        ],
    ),
    (
        "shopify",
        &["orders/create", "products/update", "customers/create"],
    ),
    ("slack", &["event_callback"]),
    ("gitlab", &["Push Hook", "Merge Request Hook"]),
    ("gitlab-signing-token", &["Push Hook", "Merge Request Hook"]),
    ("bitbucket", &["repo:push", "pullrequest:created"]),
    ("linear", &["Issue", "Comment"]),
    ("clerk", &["user.created", "session.created"]),
    ("resend", &["email.delivered", "email.bounced"]),
    ("openai", &["response.completed", "batch.completed"]),
    ("paddle", &["transaction.completed", "subscription.created"]),
    ("square", &["payment.updated", "order.created"]),
    ("woocommerce", &["order.created", "product.updated"]),
    ("razorpay", &["payment.captured"]),
    ("twitch", &["stream.online"]),
    ("sendgrid", &["delivered"]),
];

/// Of every other sender.
const OTHER: &[&str] = &["example.created", "example.updated", "example.deleted"];

/// Whether the sender's samples are those of Voyado Engage, which sends through Svix.
fn is_voyado(provider: &str) -> bool {
    matches!(provider, "standard-webhooks" | "svix")
}

/// The types of which there are samples.
pub(crate) fn types(provider: &str) -> Vec<&'static str> {
    if is_voyado(provider) {
        return EventType::ALL
            .iter()
            .map(|event_type| event_type.as_str())
            .collect();
    }
    let known = TYPES.iter().find(|(slug, _)| *slug == provider);
    known.map_or(OTHER, |(_, types)| types).to_vec()
}

/// A sample of a type, under a message id: of Voyado as Voyado sends it, else JSON with the members that most senders have.
pub(crate) fn sample(provider: &str, event_type: &str, id: &str) -> Result<Bytes, String> {
    if is_voyado(provider) {
        let known: EventType = event_type.parse().map_err(|_| {
            let hint = if event_type.contains('/') {
                ", and a URL begins with http:// or https://".to_owned()
            } else {
                nearest::hint(event_type, types(provider))
            };
            format!("`{event_type}` is no event type with a sample{hint}; --list prints them all")
        })?;
        return Ok(Bytes::from_static(known.sample().as_bytes()));
    }
    if matches!(provider, "twilio") {
        let form = format!(
            "MessageSid={id}&From=%2B46700000001&To=%2B46700000002&Body=Hello+from+{event_type}"
        );
        return Ok(form.into());
    }
    let now = time::now().unix_seconds();
    let mut sample = json!({
        "id": id,
        "type": event_type,
        "event": event_type,
        "created": now,
        "data": { "object": { "id": "obj_1", "name": "Example", "amount": 4200, "currency": "EUR" } },
    });
    if provider == "linear" {
        // Signed in the body, and judged by its age.
        sample["webhookTimestamp"] = (now * 1000).into();
    }
    Ok(sample.to_string().into())
}

/// One of each type, for a page that sends them.
pub(crate) fn samples(provider: &str) -> Vec<(&'static str, Bytes)> {
    let types = types(provider).into_iter();
    types
        .filter_map(|name| Some((name, sample(provider, name, "msg_sample").ok()?)))
        .collect()
}
