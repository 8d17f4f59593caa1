//! What a description of a scheme has to hold to.

use std::borrow::Cow;

use http::HeaderName;

use super::{
    Part, Place, SchemeBuilder, SignatureFormat, TimeFormat, body_members::BodyMembers,
    declared::Declared, header_set::HeaderSet, signature_format::Grammar,
};
use crate::error::config_error::{ConfigError, ConfigErrorKind};

/// Where something is, its name checked.
pub(super) enum Source {
    Header(HeaderName),
    /// A field of the signature header.
    Field(Cow<'static, str>),
    Body,
}

pub(super) fn check(builder: SchemeBuilder) -> Result<Declared, ConfigError> {
    let format = builder
        .signature
        .as_ref()
        .ok_or(invalid("no signature header"))?;
    let signatures = signature_headers(format)?;
    let (before_body, after_body) = around_body(&builder.signed)?;
    let is_signed = |part: &Part| builder.signed.contains(part);

    if is_signed(&Part::Url) && builder.url.as_ref().is_none_or(|url| url.is_empty()) {
        return Err(invalid("the URL is signed and none is configured"));
    }
    let timestamp = timestamp(&builder, format)?;
    let id = source(builder.id.as_ref(), format)?;
    let id_part_is_signed = is_signed(&Part::Id);
    if id_part_is_signed && !matches!(id, Some(Source::Header(_))) {
        return Err(invalid("the id is signed and is in no header"));
    }
    let event_type = source(builder.event_type.as_ref(), format)?;
    let key_id = source(builder.key_id.as_ref(), format)?;
    if matches!(key_id, Some(Source::Body)) {
        return Err(invalid(
            "the key's id is in the body, which is not verified without it",
        ));
    }
    let members = BodyMembers::new(
        path(builder.id.as_ref()),
        path(builder.event_type.as_ref()),
        builder
            .timestamp
            .as_ref()
            .and_then(|(place, format)| Some((path(Some(place))?, *format))),
    );
    let set = HeaderSet {
        id: header(id.as_ref()).filter(|_| id_part_is_signed),
        timestamp: header(timestamp.as_ref().map(|(source, _)| source)),
        signatures,
    };
    Ok(Declared {
        separator: separator_after_id(&before_body),
        encoding: format.encoding,
        grammar: format.grammar.clone(),
        before_body,
        after_body,
        sets: vec![set],
        timestamp,
        id_is_signed: id_part_is_signed,
        id,
        event_type,
        key_id,
        members,
        name: builder.name,
        algorithm: builder.algorithm,
        key_form: builder.key_form,
        url: builder.url.unwrap_or_default(),
        tolerance: builder.tolerance,
        bodies_repeat: builder.bodies_repeat,
    })
}

fn invalid(reason: &'static str) -> ConfigError {
    ConfigError::new(ConfigErrorKind::InvalidScheme).about(reason)
}

fn signature_headers(format: &SignatureFormat) -> Result<Vec<HeaderName>, ConfigError> {
    if format.headers.is_empty() {
        return Err(invalid("no signature header"));
    }
    match &format.grammar {
        Grammar::Values { prefix } => {
            // The list's own separator, and what could begin a signature, cannot be told from one.
            if prefix.contains(|symbol: char| symbol == ',' || symbol.is_ascii_whitespace()) {
                return Err(invalid("the prefix has a comma or white space"));
            }
            let is_ambiguous = prefix.bytes().all(|byte| format.encoding.has_symbol(byte));
            if is_ambiguous && !prefix.is_empty() {
                return Err(invalid("the prefix could be part of a signature"));
            }
        }
        Grammar::Fields { separator, key } => {
            if !matches!(separator, b',' | b';') {
                return Err(invalid(
                    "the separator of fields is neither a comma nor a semicolon",
                ));
            }
            if key.is_empty() {
                return Err(invalid("the field of the signature has no key"));
            }
        }
        Grammar::Versions => {}
    }
    format
        .headers
        .iter()
        .map(|name| header_name(name))
        .collect()
}

fn header_name(name: &str) -> Result<HeaderName, ConfigError> {
    name.parse()
        .map_err(|_| ConfigError::new(ConfigErrorKind::InvalidHeaderName).about(name))
}

fn around_body(signed: &[Part]) -> Result<(Vec<Part>, Vec<Part>), ConfigError> {
    let mut parts = signed.split(|part| *part == Part::Body);
    match (parts.next(), parts.next(), parts.next()) {
        (Some(before), Some(after), None) => Ok((before.to_vec(), after.to_vec())),
        (_, None, _) => Err(invalid("the body is not signed")),
        _ => Err(invalid("the body is signed more than once")),
    }
}

/// The timestamp's place, which has to be signed: a tolerance on what anybody may change protects nothing.
fn timestamp(
    builder: &SchemeBuilder,
    format: &SignatureFormat,
) -> Result<Option<(Source, TimeFormat)>, ConfigError> {
    let part_is_signed = builder.signed.contains(&Part::Timestamp);
    let Some((place, time_format)) = &builder.timestamp else {
        return match (part_is_signed, builder.tolerance) {
            (true, _) => Err(invalid("the timestamp is signed and is nowhere")),
            (false, Some(_)) => Err(invalid("there is a tolerance and no signed timestamp")),
            (false, None) => Ok(None),
        };
    };
    let source = source(Some(place), format)?;
    match (&source, part_is_signed) {
        (Some(Source::Body), true) => Err(invalid("the timestamp is signed twice")),
        (Some(Source::Header(_) | Source::Field(_)), false) => {
            Err(invalid("the timestamp is not signed"))
        }
        _ => Ok(source.map(|source| (source, *time_format))),
    }
}

fn source(place: Option<&Place>, format: &SignatureFormat) -> Result<Option<Source>, ConfigError> {
    let Some(place) = place else {
        return Ok(None);
    };
    Ok(Some(match place {
        Place::Header(name) => Source::Header(header_name(name)?),
        Place::Field(key) => match &format.grammar {
            Grammar::Fields { key: signature, .. } if key != signature && !key.is_empty() => {
                Source::Field(key.clone())
            }
            _ => return Err(invalid("a field that the signature header does not have")),
        },
        Place::Body(path) if path.split('.').any(str::is_empty) => {
            return Err(invalid("a path with an empty name"));
        }
        Place::Body(_) => Source::Body,
    }))
}

fn path(place: Option<&Place>) -> Option<&str> {
    match place {
        Some(Place::Body(path)) => Some(path),
        _ => None,
    }
}

fn header(source: Option<&Source>) -> Option<HeaderName> {
    match source {
        Some(Source::Header(name)) => Some(name.clone()),
        _ => None,
    }
}

/// The first byte of the text that follows the id in what is signed.
fn separator_after_id(before_body: &[Part]) -> Option<u8> {
    let mut parts = before_body.iter();
    parts.find(|part| **part == Part::Id)?;
    match parts.next() {
        Some(Part::Literal(text)) => text.bytes().next(),
        _ => None,
    }
}
