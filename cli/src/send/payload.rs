//! What is sent: samples or data, changed and sealed as the arguments say.

use std::path::Path;

use bytes::Bytes;
use serde_json::Value;

use super::{SendArgs, sample::sample, seal::sealed};
use crate::{failure::Failure, input};

/// Stands in a sample for the message's id.
const ID: &str = "msg_of_this_delivery";

/// Each made once: a message that is sent again has the same body, down to the nonce of an encryption.
pub(crate) struct Payloads(Vec<Payload>);

struct Payload {
    body: Bytes,
    /// Of a sample.
    event_type: Option<String>,
}

impl Payloads {
    pub(crate) fn new(args: &SendArgs) -> Result<Self, Failure> {
        let provider = &args.provider.provider;
        let mut payloads = Vec::new();
        for event_type in args.types()? {
            payloads.push(Payload {
                body: sample(provider, &event_type, ID)?,
                event_type: Some(event_type),
            });
        }
        if let Some(data) = &args.data {
            // As with `curl --data @file`.
            let path = Path::new(data.strip_prefix('@').unwrap_or(data));
            let data =
                input::read(path).map_err(|Failure(error)| Failure(format!("--data {error}")))?;
            payloads.push(Payload {
                body: data.into(),
                event_type: None,
            });
        }
        let encryption = args.encryption()?;
        for payload in &mut payloads {
            if !args.overrides.is_empty() {
                let mut json: Value = serde_json::from_slice(&payload.body).map_err(|error| {
                    Failure(format!("--override needs a body of JSON: {error}"))
                })?;
                for change in &args.overrides {
                    change.apply(&mut json)?;
                }
                payload.body = json.to_string().into();
            }
            if let Some((cipher, key)) = encryption {
                payload.body = sealed(&payload.body, cipher, key)?;
            }
        }
        Ok(Self(payloads))
    }

    /// How many different ones there are.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// The payload of a delivery, and its type where that is known.
    pub(crate) fn of(&self, number: usize, id: &str) -> (Bytes, Option<&str>) {
        let payload = &self.0[number % self.0.len()];
        let Some(event_type) = &payload.event_type else {
            return (payload.body.clone(), None);
        };
        let body = match std::str::from_utf8(&payload.body) {
            Ok(text) if text.contains(ID) => text.replace(ID, &escaped(id)).into(),
            _ => payload.body.clone(),
        };
        (body, Some(event_type))
    }
}

/// As it stands between the quotes of a JSON string.
fn escaped(id: &str) -> String {
    let quoted = Value::from(id).to_string();
    quoted[1..quoted.len() - 1].to_owned()
}
