use std::{borrow::Cow, time::Duration};

use super::{
    Algorithm, KeyForm, Part, Place, Scheme, SignatureFormat, TimeFormat, declared::Declared,
};
use crate::error::config_error::ConfigError;

/// Describes a [`Scheme`]: the signed parts, the algorithm, the form of the keys, the signature header, and where timestamp,
/// id, event type and key id are.
#[derive(Clone, Debug)]
#[must_use]
pub struct SchemeBuilder {
    pub(super) name: Cow<'static, str>,
    pub(super) signed: Vec<Part>,
    pub(super) algorithm: Algorithm,
    pub(super) key_form: KeyForm,
    pub(super) signature: Option<SignatureFormat>,
    pub(super) timestamp: Option<(Place, TimeFormat)>,
    pub(super) tolerance: Option<Duration>,
    pub(super) id: Option<Place>,
    pub(super) event_type: Option<Place>,
    pub(super) key_id: Option<Place>,
    pub(super) url: Option<Cow<'static, str>>,
    pub(super) bodies_repeat: bool,
}

impl SchemeBuilder {
    pub(super) fn new(name: Cow<'static, str>) -> Self {
        Self {
            name,
            signed: vec![Part::Body],
            algorithm: Algorithm::default(),
            key_form: KeyForm::default(),
            signature: None,
            timestamp: None,
            tolerance: None,
            id: None,
            event_type: None,
            key_id: None,
            url: None,
            bodies_repeat: false,
        }
    }

    /// The parts of the text that is signed, in their order; exactly one is the body. Default: the body alone.
    pub fn signed(mut self, parts: impl IntoIterator<Item = Part>) -> Self {
        self.signed = parts.into_iter().collect();
        self
    }

    /// The algorithm. Default: [`Algorithm::HmacSha256`].
    pub fn algorithm(mut self, algorithm: Algorithm) -> Self {
        self.algorithm = algorithm;
        self
    }

    /// How the sender gives its secrets. Default: [`KeyForm::Text`]. Public keys are read in every form that they have.
    pub fn key_form(mut self, form: KeyForm) -> Self {
        self.key_form = form;
        self
    }

    /// Where the signatures are and how they are written. Required.
    pub fn signature(mut self, format: SignatureFormat) -> Self {
        self.signature = Some(format);
        self
    }

    /// Where the timestamp is and how it is written. Default: there is none, and a receiver then has no protection against
    /// replays but an idempotency store.
    ///
    /// It has to be signed: a header or field whose text is one of the signed parts, or a member of the body. The latter is
    /// checked after the signature.
    pub fn timestamp(mut self, place: Place, format: TimeFormat) -> Self {
        self.timestamp = Some((place, format));
        self
    }

    /// The tolerance that the sender documents. Default: none, and the receiver's own applies, 5 minutes.
    pub fn tolerance(mut self, tolerance: Duration) -> Self {
        self.tolerance = Some(tolerance);
        self
    }

    /// Where the id of the message is. Default: nowhere, and a digest of what is signed takes its place.
    pub fn id(mut self, place: Place) -> Self {
        self.id = Some(place);
        self
    }

    /// Where the name of the event's type is. Default: nowhere. A header with it is unsigned with every sender: decide by
    /// it what is convenient, never what is allowed.
    pub fn event_type(mut self, place: Place) -> Self {
        self.event_type = Some(place);
        self
    }

    /// Where the id of the key is that signed. Default: nowhere, and each key is tried. Keys are then configured as
    /// `key-id=secret`; one without an id is tried for every request.
    pub fn key_id(mut self, place: Place) -> Self {
        self.key_id = Some(place);
        self
    }

    /// The URL as the sender was given it, for schemes that sign it.
    pub fn url(mut self, url: impl Into<Cow<'static, str>>) -> Self {
        self.url = Some(url.into());
        self
    }

    /// Two different events of this sender can have equal bodies, so a digest of the body must not stand in for an id.
    pub fn bodies_repeat(mut self) -> Self {
        self.bodies_repeat = true;
        self
    }

    /// Checks the description.
    ///
    /// # Errors
    ///
    /// [`ConfigErrorKind::InvalidScheme`](crate::error::ConfigErrorKind::InvalidScheme): not exactly one body; no signature header;
    /// a timestamp, an id or a URL that is signed and has no place, or a timestamp that has one and is not signed; a prefix
    /// that could be part of a signature.
    pub fn build(self) -> Result<Scheme, ConfigError> {
        Declared::new(self).map(Scheme::declared)
    }

    /// A scheme of this crate, whose description is right.
    #[cfg(feature = "providers")]
    pub(crate) fn preset(self) -> Scheme {
        let name = self.name.clone();
        self.build()
            .unwrap_or_else(|error| unreachable!("the scheme of {name}: {error}"))
    }
}
