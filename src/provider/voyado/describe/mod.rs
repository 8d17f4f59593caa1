//! The webhooks of Voyado Engage, described for other programs: JSON Schema, OpenAPI 3.1 and AsyncAPI 3 (feature `schema`).
//!
//! They describe what is sent, not what this crate makes of it: an event that does not fit its schema is delivered
//! nevertheless, as the [module above](super) says. The fields that Voyado documents and those that were inferred say which
//! they are, with the address of the page.
//!
//! ```
//! use tower_webhook::voyado::{EventType, describe};
//!
//! let schema = describe::json_schema(EventType::ContactDeleted);
//! assert_eq!(schema["properties"]["eventType"]["const"], "contact.deleted");
//! assert!(describe::openapi()["webhooks"]["contact.deleted"]["post"].is_object());
//! assert_eq!(describe::asyncapi()["asyncapi"], "3.0.0");
//! ```

mod asyncapi;
mod envelope;
mod openapi;
mod payload;

pub use asyncapi::asyncapi;
pub use envelope::{json_schema, json_schema_of_all};
pub use openapi::openapi;
pub(super) use payload::{Field, object};

use schemars::{SchemaGenerator, generate::SchemaSettings};

/// The headers of a signed request, by their documented meaning.
const HEADERS: [(&str, &str); 3] = [
    (
        "svix-id",
        "The id of the message, the same for every attempt to deliver it.",
    ),
    (
        "svix-timestamp",
        "When the attempt was made, in seconds since the Unix epoch.",
    ),
    (
        "svix-signature",
        "Signatures of `<id>.<timestamp>.<body>`, each `v1,` and base64, with spaces between them.",
    ),
];

/// A generator whose definitions lie at `path`.
fn generator(path: &'static str) -> SchemaGenerator {
    SchemaSettings::draft2020_12()
        .with(|settings| settings.definitions_path = path.into())
        .into_generator()
}

/// Where the documents with components keep their schemas.
const COMPONENTS: &str = "/components/schemas";
