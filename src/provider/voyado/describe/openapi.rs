//! OpenAPI 3.1.

use serde_json::{Map, Value, json};

use super::{super::EventType, HEADERS, envelope};

/// An OpenAPI 3.1 document whose `webhooks` has an item for each event type: the request that Voyado makes, and the responses
/// that a receiver of this crate gives.
///
/// Its version is that of this crate. It is built anew by each call.
pub fn openapi() -> Value {
    let webhooks: Map<String, Value> = EventType::ALL
        .iter()
        .map(|event_type| {
            (
                event_type.as_str().to_owned(),
                json!({ "post": post(*event_type) }),
            )
        })
        .collect();
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Webhooks of Voyado Engage",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Signed by Standard Webhooks, as Svix sends them.",
        },
        "webhooks": webhooks,
        "components": { "schemas": envelope::components() },
    })
}

fn post(event_type: EventType) -> Value {
    let headers: Vec<_> = HEADERS
        .iter()
        .map(|(name, description)| {
            json!({
                "name": name,
                "in": "header",
                "required": true,
                "description": description,
                "schema": { "type": "string" },
            })
        })
        .collect();
    let response = |description: &str| json!({ "description": description });
    json!({
        "operationId": format!("{event_type:?}"),
        "summary": event_type.as_str(),
        "parameters": headers,
        "requestBody": {
            "required": true,
            "content": {
                "application/json": {
                    "schema": { "$ref": format!("#/components/schemas/{}", envelope::name(event_type)) },
                },
            },
        },
        "responses": {
            "2XX": response("The event is handled, or stored. It is not sent again."),
            "400": response("The headers of the signature are missing or malformed."),
            "401": response("The signature does not match, or its time is outside of the tolerance."),
            "422": response("The event is genuine and cannot be read."),
            "503": response("The event cannot be taken now. It is to be sent again."),
        },
    })
}
