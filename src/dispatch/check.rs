//! What can be wrong with the handlers of a router.

use std::collections::BTreeSet;

use super::event_router::{Entry, Takes};
use crate::{
    error::config_error::{ConfigError, ConfigErrorKind},
    event::EventTypes,
};

/// Handlers are for types that the sender documents.
pub(super) fn types_exist<E: EventTypes, S>(entries: &[Entry<E, S>]) -> Result<(), ConfigError> {
    for entry in entries {
        let Takes::Types(event_types) = &entry.takes else {
            continue;
        };
        if event_types.is_empty() {
            return Err(unreachable(entry));
        }
        if let Some(known) = E::known() {
            let mut names = event_types.iter().map(String::as_str);
            if let Some(unknown) = names.find(|name| !known.contains(name)) {
                return Err(ConfigError::new(ConfigErrorKind::UnknownEventType).about(unknown));
            }
        }
    }
    Ok(())
}

/// Handlers take payloads that all events have for which they are called, and there is one fallback.
pub(super) fn payloads_fit<E: EventTypes, S>(entries: &[Entry<E, S>]) -> Result<(), ConfigError> {
    let routed: BTreeSet<&str> = entries.iter().flat_map(routed_by).collect();
    let known = || E::known().unwrap_or_default().iter().copied();
    let mut fallbacks = 0;
    for entry in entries {
        match &entry.takes {
            Takes::All => fits(entry, known().map(Some).chain([None]))?,
            Takes::Types(_) => fits(entry, routed_by(entry).map(Some))?,
            Takes::Others => {
                fallbacks += 1;
                if fallbacks > 1 {
                    return Err(unreachable(entry));
                }
                let others = known().filter(|name| !routed.contains(name));
                fits(entry, others.map(Some).chain([None]))?;
            }
        }
    }
    Ok(())
}

/// No two handlers share what a store remembers of them.
pub(super) fn names_differ<E, S>(entries: &[Entry<E, S>]) -> Result<(), ConfigError> {
    let mut names = BTreeSet::new();
    match entries.iter().find(|entry| !names.insert(&entry.name)) {
        Some(entry) => {
            Err(ConfigError::new(ConfigErrorKind::DuplicateHandlerName).about(&*entry.name))
        }
        None => Ok(()),
    }
}

fn routed_by<E, S>(entry: &Entry<E, S>) -> impl Iterator<Item = &str> {
    let event_types: &[String] = match &entry.takes {
        Takes::Types(event_types) => event_types,
        Takes::All | Takes::Others => &[],
    };
    event_types.iter().map(String::as_str)
}

fn fits<'t, E, S>(
    entry: &Entry<E, S>,
    mut event_types: impl Iterator<Item = Option<&'t str>>,
) -> Result<(), ConfigError> {
    match event_types.find(|event_type| !(entry.can_handle)(*event_type)) {
        Some(misfit) => {
            let misfit = misfit.unwrap_or("an undocumented type");
            let culprit = format!("{} for {misfit}", entry.name);
            Err(ConfigError::new(ConfigErrorKind::PayloadMismatch).about(culprit))
        }
        None => Ok(()),
    }
}

fn unreachable<E, S>(entry: &Entry<E, S>) -> ConfigError {
    ConfigError::new(ConfigErrorKind::UnreachableHandler).about(&*entry.name)
}
