use std::borrow::Cow;

/// A part of the text that is signed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Part {
    /// A fixed text, such as `.` or `v0:`.
    Literal(Cow<'static, str>),
    /// The text of the timestamp, exactly as it was sent.
    Timestamp,
    /// The text of the id, exactly as it was sent.
    Id,
    /// The method, in upper case.
    Method,
    /// The URL that is [configured](super::SchemeBuilder::url), never the one of the request: a proxy may have changed that.
    Url,
    /// The raw body. A scheme has exactly one.
    Body,
}

/// A fixed text.
impl From<&'static str> for Part {
    fn from(text: &'static str) -> Self {
        Self::Literal(Cow::Borrowed(text))
    }
}

/// Where a scheme finds something in a request.
///
/// Whether that place is signed follows from the signed parts: the body is; a header or a field is signed only if its
/// text is one of the parts.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Place {
    /// A header.
    Header(Cow<'static, str>),
    /// A field of the signature header, such as the `t` of `t=…,v1=…`.
    Field(Cow<'static, str>),
    /// A member of the JSON body: names joined with dots, such as `metadata.event_id`. There is none inside an array.
    Body(Cow<'static, str>),
}

impl Place {
    /// The header of this name.
    pub fn header(name: impl Into<Cow<'static, str>>) -> Self {
        Self::Header(name.into())
    }

    /// The field of the signature header with this key.
    pub fn field(key: impl Into<Cow<'static, str>>) -> Self {
        Self::Field(key.into())
    }

    /// The member of the JSON body on this path: names joined with dots.
    pub fn body(path: impl Into<Cow<'static, str>>) -> Self {
        Self::Body(path.into())
    }
}
