//! AsyncAPI 3.

use serde_json::{Map, Value, json};

use super::{super::EventType, HEADERS, envelope};

/// An AsyncAPI 3 document: one channel, a message for each event type, and the operation of receiving them.
///
/// The address of the channel is `null`, since each receiver has its own. The version is that of this crate.
pub fn asyncapi() -> Value {
    let names = || EventType::ALL.iter().map(|event_type| event_type.as_str());
    let messages: Map<String, Value> = EventType::ALL
        .iter()
        .map(|event_type| (event_type.as_str().to_owned(), message(*event_type)))
        .collect();
    let of_channel: Map<String, Value> = names()
        .map(|name| {
            (
                name.to_owned(),
                reference(&format!("components/messages/{name}")),
            )
        })
        .collect();
    let of_operation: Vec<_> = names()
        .map(|name| reference(&format!("channels/webhooks/messages/{name}")))
        .collect();
    json!({
        "asyncapi": "3.0.0",
        "info": {
            "title": "Webhooks of Voyado Engage",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Signed by Standard Webhooks, as Svix sends them.",
        },
        "defaultContentType": "application/json",
        "channels": {
            "webhooks": {
                "address": null,
                "title": "Webhooks",
                "description": "The URL of the receiver, to which each event is sent as a POST request.",
                "messages": of_channel,
                "bindings": { "http": {} },
            },
        },
        "operations": {
            "receiveWebhook": {
                "action": "receive",
                "channel": reference("channels/webhooks"),
                "summary": "Receive an event.",
                "messages": of_operation,
                "bindings": { "http": { "method": "POST" } },
            },
        },
        "components": {
            "messages": messages,
            "schemas": envelope::components(),
        },
    })
}

fn message(event_type: EventType) -> Value {
    let headers: Map<String, Value> = HEADERS
        .iter()
        .map(|(name, description)| {
            let header = json!({ "type": "string", "description": description });
            ((*name).to_owned(), header)
        })
        .collect();
    let required: Vec<_> = HEADERS.iter().map(|(name, _)| *name).collect();
    json!({
        "name": event_type.as_str(),
        "title": event_type.as_str(),
        "contentType": "application/json",
        "headers": { "type": "object", "properties": headers, "required": required },
        "payload": reference(&format!("components/schemas/{}", envelope::name(event_type))),
    })
}

fn reference(path: &str) -> Value {
    json!({ "$ref": format!("#/{path}") })
}
