//! What a payload's fields are, and what has to become of them.

use serde_json::value::RawValue;
use tower_webhook::voyado::EventType;

use self::{
    Class::{Documented, Inferred, Required},
    Kind::{Any, Identifier, Nested, Text},
};
use super::{date::Date, number::Number};
use crate::json::{Object, text};

/// What is always read: longer numbers may be too long to be exact.
const MAX_EXACT_DIGITS: usize = 20;

/// A field under the name that it is written with.
pub struct Field {
    name: &'static str,
    alias: Option<&'static str>,
    class: Class,
    kind: Kind,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Required,
    Documented,
    Inferred,
}

#[derive(Clone, Copy)]
enum Kind {
    Text,
    /// A text or a number, written as a text.
    Identifier,
    Number,
    Date,
    /// As it was sent.
    Any,
    /// For which there is no model beyond that it is there.
    Nested,
}

const CONTACT_ID: Field = field(Required, "contactId", Text);

/// The fields of a soft identification.
pub const SOFT_IDENTIFICATION: &[Field] = &[
    field(Documented, "contactId", Text),
    field(Documented, "email", Text),
    field(Documented, "id", Identifier),
    field(Documented, "dateTime", Kind::Date),
    field(Documented, "discoveryKey", Text),
];

const fn field(class: Class, name: &'static str, kind: Kind) -> Field {
    Field {
        name,
        alias: None,
        class,
        kind,
    }
}

/// The fields of a type's payload.
pub fn fields(event_type: EventType) -> &'static [Field] {
    match event_type {
        EventType::AcceptsEmailChanged => {
            const { &[CONTACT_ID, field(Inferred, "acceptsEmail", Any)] }
        }
        EventType::AcceptsSmsChanged => const { &[CONTACT_ID, field(Inferred, "acceptsSms", Any)] },
        EventType::AcceptsPostalChanged => {
            const { &[CONTACT_ID, field(Inferred, "acceptsPostal", Any)] }
        }
        EventType::ConsentChanged => {
            const {
                &[
                    CONTACT_ID,
                    Field {
                        alias: Some("id"),
                        ..field(Inferred, "consentId", Text)
                    },
                    field(Inferred, "value", Any),
                    field(Inferred, "date", Kind::Date),
                    field(Inferred, "source", Text),
                    field(Inferred, "comment", Text),
                ]
            }
        }
        EventType::PointsAdded => {
            const {
                &[
                    CONTACT_ID,
                    field(Documented, "amount", Kind::Number),
                    field(Documented, "pointDefinitionId", Identifier),
                    field(Documented, "source", Text),
                    field(Documented, "description", Text),
                    field(Documented, "userId", Text),
                    field(Documented, "userName", Text),
                    field(Documented, "reason", Text),
                    field(Documented, "sourceId", Text),
                ]
            }
        }
        EventType::PointBalanceUpdated => {
            const {
                &[
                    CONTACT_ID,
                    field(Documented, "balance", Kind::Number),
                    field(Documented, "accountId", Identifier),
                    field(Documented, "definitionId", Identifier),
                    field(Documented, "balanceExpires", Kind::Date),
                ]
            }
        }
        EventType::RewardVoucherCreated => {
            const {
                &[
                    CONTACT_ID,
                    field(Documented, "amount", Kind::Number),
                    field(Documented, "currency", Text),
                    field(Documented, "id", Text),
                    field(Documented, "uniqueCode", Text),
                    field(Documented, "validFrom", Kind::Date),
                    field(Documented, "validTo", Kind::Date),
                ]
            }
        }
        EventType::MultichannelPromotionAssigned => {
            const {
                &[
                    CONTACT_ID,
                    field(Inferred, "promotionId", Text),
                    field(Inferred, "externalId", Text),
                    field(Inferred, "name", Text),
                    field(Inferred, "validity", Any),
                    field(Inferred, "presentation", Nested),
                    field(Inferred, "redemptionChannels", Nested),
                ]
            }
        }
        EventType::ContactCreated | EventType::ContactUpdated => CONTACT,
        EventType::ContactDeleted => &[CONTACT_ID],
        other => panic!("{other} is new"),
    }
}

const CONTACT: &[Field] = &[
    CONTACT_ID,
    field(Inferred, "contactType", Text),
    field(Inferred, "firstName", Text),
    field(Inferred, "lastName", Text),
    field(Inferred, "email", Text),
    field(Inferred, "mobilePhone", Text),
    field(Inferred, "birthDay", Nested),
    field(Inferred, "gender", Text),
    field(Inferred, "street", Text),
    field(Inferred, "zipCode", Text),
    field(Inferred, "city", Text),
    field(Inferred, "countryCode", Text),
    field(Inferred, "memberNumber", Text),
    field(Inferred, "socialSecurityNumber", Text),
    field(Inferred, "acceptsEmail", Any),
    field(Inferred, "acceptsSms", Any),
    field(Inferred, "acceptsPostal", Any),
    field(Inferred, "consents", Any),
    field(Inferred, "preferences", Any),
];

/// Whether an object with these fields has to be read or to be refused; `None` if there is no model of a value in it.
pub fn is_read(fields: &[Field], sent: &Object) -> Option<bool> {
    let mut is_decided = true;
    for field in fields {
        if field.names().any(|name| sent.count(name) > 1) {
            return Some(false);
        }
        let is_good = match field.members(sent).next() {
            None => Some(field.class != Required),
            Some(_) if field.class == Inferred => Some(true),
            Some((_, value)) if field.class == Required => {
                Some(text(value).is_some_and(|text| !text.is_empty()))
            }
            Some((_, value)) => field.kind.is_good(value),
        };
        match is_good {
            Some(true) => {}
            Some(false) => return Some(false),
            None => is_decided = false,
        }
    }
    is_decided.then_some(true)
}

/// The names of what was sent and is not written as it has to be: nothing is lost, and no two fields change places.
pub fn lost(fields: &[Field], sent: &Object, written: &Object) -> Vec<String> {
    let mut lost = Vec::new();
    for field in fields {
        for (at, (name, value)) in field.members(sent).enumerate() {
            let under =
                |name, is_kept: &dyn Fn(&RawValue) -> bool| written.only(name).is_some_and(is_kept);
            let as_sent = under(name, &|written| written.get() == value.get());
            let as_field =
                at == 0 && under(field.name, &|written| field.kind.keeps(value, written));
            let must_be_field = at == 0 && field.kind.is_good(value) == Some(true);
            if !(as_field || as_sent && !must_be_field) {
                lost.push(name.to_owned());
            }
        }
    }
    let is_known = |name: &str| {
        let mut names = fields.iter().flat_map(Field::names);
        names.any(|known| known.eq_ignore_ascii_case(name))
    };
    let unknown = |object: &Object| -> Vec<_> {
        let members = object.0.iter().filter(|(name, _)| !is_known(name));
        members
            .map(|(name, value)| (name.clone(), value.get().to_owned()))
            .collect()
    };
    if unknown(sent) != unknown(written) {
        lost.push("what is unknown".to_owned());
    }
    lost
}

/// The text that a field was sent with, an identifier's number among them.
pub fn text_of(fields: &[Field], name: &str, sent: &Object) -> Option<String> {
    let field = fields.iter().find(|field| field.name == name)?;
    let (_, value) = field.members(sent).next()?;
    match field.kind {
        Identifier => Some(content(value)),
        _ => text(value),
    }
}

impl Field {
    fn names(&self) -> impl Iterator<Item = &'static str> {
        [Some(self.name), self.alias].into_iter().flatten()
    }

    /// What was sent for it, the one that counts first.
    fn members<'s>(&self, sent: &'s Object) -> impl Iterator<Item = (&'static str, &'s RawValue)> {
        let members = self.names().map(|name| Some((name, sent.only(name)?)));
        members.flatten().filter(|(_, value)| value.get() != "null")
    }
}

impl Kind {
    /// Whether a value is of the kind; `None` if there is no model of it.
    fn is_good(self, value: &RawValue) -> Option<bool> {
        let json = value.get();
        let is_text = json.starts_with('"');
        let is_number = json.starts_with(|first: char| first == '-' || first.is_ascii_digit());
        match self {
            Text => Some(text(value).is_some()),
            Identifier => Some(is_number || text(value).is_some()),
            Self::Number if is_text => None,
            Self::Number if is_number => {
                (json.len() <= MAX_EXACT_DIGITS && !json.contains(['e', 'E'])).then_some(true)
            }
            Self::Date if is_text => text(value)
                .and_then(|text| Date::parse(&text))
                .map(|_| true),
            Self::Number | Self::Date => Some(false),
            Any => Some(true),
            Nested => None,
        }
    }

    /// Whether what is written is what was sent.
    fn keeps(self, sent: &RawValue, written: &RawValue) -> bool {
        match self {
            Text => text(sent).is_some() && text(sent) == text(written),
            Identifier => text(written) == Some(content(sent)),
            Self::Number => {
                let number = Number::parse(&content(sent));
                number.is_some() && number == Number::parse(written.get())
            }
            Self::Date => {
                let civil = |json| Date::parse(&content(json)).map(|date| date.civil);
                civil(sent).is_none() || civil(sent) == civil(written)
            }
            Any => sent.get() == written.get(),
            Nested => true,
        }
    }
}

fn content(json: &RawValue) -> String {
    text(json).unwrap_or_else(|| json.get().to_owned())
}
