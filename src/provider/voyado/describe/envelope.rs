//! The schema of a whole webhook: the envelope and its payload.

use schemars::SchemaGenerator;
use serde_json::{Map, Value, json};

use super::{super::EventType, generator, payload};

const META_SCHEMA: &str = "https://json-schema.org/draft/2020-12/schema";

/// The JSON Schema (2020-12) of the webhooks of one type, as Voyado sends them: the whole envelope, in plain text or with an
/// encrypted payload.
pub fn json_schema(event_type: EventType) -> Value {
    let mut generator = generator("/$defs");
    let mut schema = envelope(event_type, &mut generator);
    schema["$schema"] = META_SCHEMA.into();
    schema["$defs"] = Value::Object(generator.take_definitions(true));
    schema
}

/// The JSON Schema (2020-12) of a webhook of any documented type: `oneOf` the schemas of all types, which `eventType` tells
/// apart.
pub fn json_schema_of_all() -> Value {
    let mut generator = generator("/$defs");
    let all: Vec<_> = EventType::ALL
        .map(|each| envelope(each, &mut generator))
        .into();
    json!({
        "$schema": META_SCHEMA,
        "title": "Webhook of Voyado Engage",
        "oneOf": all,
        "$defs": generator.take_definitions(true),
    })
}

/// The name of the type's envelope among the components.
pub(super) fn name(event_type: EventType) -> String {
    format!("{event_type:?}Webhook")
}

/// The envelopes of all types and what they refer to, by name.
pub(super) fn components() -> Map<String, Value> {
    let mut generator = generator(super::COMPONENTS);
    let envelopes = EventType::ALL.map(|each| (name(each), envelope(each, &mut generator)));
    let mut components = generator.take_definitions(true);
    components.extend(envelopes);
    components
}

fn envelope(event_type: EventType, generator: &mut SchemaGenerator) -> Value {
    let payload = payload::of(event_type, generator);
    json!({
        "title": event_type.as_str(),
        "type": "object",
        "properties": {
            "eventType": {
                "const": event_type.as_str(),
                "description": "The type of the event.",
            },
            "id": {
                "type": ["string", "number", "null"],
                "description": "Voyado's id of the event, not the id of the message.",
            },
            "eventId": {
                "type": ["string", "number", "null"],
                "description": "The same, as some events call it.",
            },
            "tenant": {
                "type": ["string", "number", "null"],
                "description": "The tenant of Engage that the event comes from.",
            },
            "isEncrypted": {
                "type": ["boolean", "null"],
                "description": "Whether `payload` is encrypted. Absent means that it is not.",
            },
            "payload": {
                "anyOf": [
                    payload,
                    {
                        "type": "string",
                        "description": "The payload encrypted with AES-256, as base64, where `isEncrypted` is true.",
                    },
                ],
            },
        },
        "required": ["eventType", "payload"],
    })
}
