//! The schema of a payload.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Map, Value, json};

/// What `payload!` knows of a field.
pub(in crate::provider::voyado) struct Field {
    /// The name to write, and others under which it is sent.
    pub(in crate::provider::voyado) names: &'static [&'static str],
    pub(in crate::provider::voyado) is_required: bool,
    pub(in crate::provider::voyado) doc: &'static [&'static str],
    pub(in crate::provider::voyado) schema: fn(&mut SchemaGenerator) -> Schema,
}

/// An object with these fields, which may also stand in one of `containers`.
pub(in crate::provider::voyado) fn object(
    generator: &mut SchemaGenerator,
    doc: &[&str],
    fields: &[Field],
    containers: &[&str],
) -> Schema {
    let mut optional = Map::new();
    let mut properties = Map::new();
    let mut requirements = Vec::new();
    for field in fields {
        let mut schema = (field.schema)(generator);
        if !field.is_required {
            schema = or_null(schema);
        }
        schema.insert("description".to_owned(), text(field.doc).into());
        let name = field.names[0].to_owned();
        if field.is_required {
            requirements.push(json!({ "anyOf": required(field.names) }));
        } else {
            optional.insert(name.clone(), schema.clone().to_value());
        }
        properties.insert(name, schema.to_value());
    }
    for container in containers {
        let schema = json!({
            "type": ["object", "null"],
            "description": "Its members count as if they stood outside of it.",
            "properties": optional,
        });
        properties.insert((*container).to_owned(), schema);
    }
    let mut schema = json_schema!({
        "type": "object",
        "description": text(doc),
        "properties": properties,
    });
    if !requirements.is_empty() {
        schema.insert("allOf".to_owned(), requirements.into());
    }
    schema
}

/// One of the names has to be there, in the case in which it is written here, in `PascalCase` or in lower case: Voyado's own
/// pages write them in more than one.
fn required(names: &[&str]) -> Vec<Value> {
    let mut spellings: Vec<String> = Vec::new();
    for name in names {
        let (first, rest) = name.split_at(1);
        let pascal = first.to_ascii_uppercase() + rest;
        for spelling in [(*name).to_owned(), pascal, name.to_ascii_lowercase()] {
            if !spellings.contains(&spelling) {
                spellings.push(spelling);
            }
        }
    }
    let required = spellings.iter().map(|name| json!({ "required": [name] }));
    required.collect()
}

/// The lines of a doc comment as one paragraph for each empty line.
fn text(doc: &[&str]) -> String {
    let mut text = String::new();
    for line in doc.iter().map(|line| line.trim()) {
        match line {
            "" => text.push_str("\n\n"),
            line => {
                if !text.is_empty() && !text.ends_with('\n') {
                    text.push(' ');
                }
                text.push_str(line);
            }
        }
    }
    // A link to an item of this crate leads nowhere outside of its documentation.
    text.replace("[`Contact`](super::Contact)", "`Contact`")
        .replace("[`other`](Self::other)", "`other`")
}

fn or_null(mut schema: Schema) -> Schema {
    if schema.get("$ref").is_some() {
        return json_schema!({ "anyOf": [schema, { "type": "null" }] });
    }
    match schema.get_mut("type") {
        Some(Value::Array(types)) => types.push("null".into()),
        Some(one) => *one = json!([one.clone(), "null"]),
        // Anything at all, `null` included.
        None => {}
    }
    schema
}

/// The schema of the payload of an event type.
pub(super) fn of(event_type: super::super::EventType, generator: &mut SchemaGenerator) -> Schema {
    use crate::provider::voyado::{self, EventType};

    fn of<T: JsonSchema>(generator: &mut SchemaGenerator) -> Schema {
        generator.subschema_for::<T>()
    }
    match event_type {
        EventType::AcceptsEmailChanged => of::<voyado::AcceptsEmailChanged>(generator),
        EventType::AcceptsSmsChanged => of::<voyado::AcceptsSmsChanged>(generator),
        EventType::AcceptsPostalChanged => of::<voyado::AcceptsPostalChanged>(generator),
        EventType::ConsentChanged => of::<voyado::ConsentChanged>(generator),
        EventType::PointsAdded => of::<voyado::PointsAdded>(generator),
        EventType::PointBalanceUpdated => of::<voyado::PointBalanceUpdated>(generator),
        EventType::RewardVoucherCreated => of::<voyado::RewardVoucherCreated>(generator),
        EventType::MultichannelPromotionAssigned => {
            of::<voyado::MultichannelPromotionAssigned>(generator)
        }
        EventType::ContactCreated | EventType::ContactUpdated => of::<voyado::Contact>(generator),
        EventType::ContactDeleted => of::<voyado::ContactDeleted>(generator),
    }
}
