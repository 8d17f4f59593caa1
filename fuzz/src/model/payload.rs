//! What a payload's fields are, and what has to become of them.

use serde_json::value::RawValue;
use tower_webhook::voyado::EventType;

use self::Kind::{Any, Nested, Text};
use super::{date::Date, number::Number};
use crate::json::{Object, is_null, is_same, text};

/// What is always read: longer numbers may be too long to be exact.
const MAX_EXACT_DIGITS: usize = 20;

/// What a payload is made of.
pub struct Shape {
    /// The names of the contact's id, if there has to be one.
    contact_id: &'static [&'static str],
    fields: &'static [Field],
    /// The names of objects whose members count behind those that stand outside.
    containers: &'static [&'static str],
}

/// A field under the name that it is written with, and others.
pub struct Field {
    names: &'static [&'static str],
    kind: Kind,
}

#[derive(Clone, Copy)]
enum Kind {
    /// A text or a number, written as a text.
    Text,
    Number,
    Date,
    /// As it was sent.
    Any,
    /// For which there is no model beyond that it is there.
    Nested,
}

const CONTACT: &[&str] = &["contactId"];
const CONTACT_OR_ID: &[&str] = &["contactId", "id"];

/// A soft identification, which nobody has to be in.
pub const SOFT_IDENTIFICATION: Shape = Shape {
    contact_id: &[],
    fields: &[
        field(&["contactId"], Text),
        field(&["email"], Text),
        field(&["id"], Text),
        field(&["dateTime"], Kind::Date),
        field(&["discoveryKey"], Text),
    ],
    containers: &[],
};

const fn field(names: &'static [&'static str], kind: Kind) -> Field {
    Field { names, kind }
}

/// The shape of a type's payload.
pub fn shape(event_type: EventType) -> Shape {
    let (contact_id, fields, containers): (_, &'static [Field], &'static [&'static str]) =
        match event_type {
            EventType::AcceptsEmailChanged => (
                CONTACT_OR_ID,
                const { &[field(&["acceptsEmail", "value"], Nested)] },
                &["preferences"],
            ),
            EventType::AcceptsSmsChanged => (
                CONTACT_OR_ID,
                const { &[field(&["acceptsSms", "value"], Nested)] },
                &["preferences"],
            ),
            EventType::AcceptsPostalChanged => (
                CONTACT_OR_ID,
                const { &[field(&["acceptsPostal", "value"], Nested)] },
                &["preferences"],
            ),
            EventType::ConsentChanged => (CONTACT, CONSENT, &[]),
            EventType::PointsAdded => (CONTACT, POINTS, &[]),
            EventType::PointBalanceUpdated => (CONTACT, BALANCE, &[]),
            EventType::RewardVoucherCreated => (CONTACT, VOUCHER, &[]),
            EventType::MultichannelPromotionAssigned => (CONTACT, PROMOTION, &["presentation"]),
            EventType::ContactCreated | EventType::ContactUpdated => (
                CONTACT_OR_ID,
                CONTACT_FIELDS,
                &["attributes", "preferences"],
            ),
            EventType::ContactDeleted => (CONTACT_OR_ID, &[], &[]),
            other => panic!("{other} is new"),
        };
    Shape {
        contact_id,
        fields,
        containers,
    }
}

const CONSENT: &[Field] = &[
    field(&["consentId", "id", "alias", "name"], Text),
    field(&["value"], Nested),
    field(&["date", "consentDateTime"], Nested),
    field(&["source"], Text),
    field(&["comment"], Text),
];

const POINTS: &[Field] = &[
    field(&["amount"], Kind::Number),
    field(&["pointDefinitionId"], Text),
    field(&["source"], Text),
    field(&["description"], Text),
    field(&["userId"], Text),
    field(&["userName"], Text),
    field(&["reason"], Text),
    field(&["sourceId"], Text),
];

const BALANCE: &[Field] = &[
    field(&["balance"], Kind::Number),
    field(&["accountId"], Text),
    field(&["definitionId"], Text),
    field(&["balanceExpires"], Kind::Date),
];

const VOUCHER: &[Field] = &[
    field(&["amount"], Kind::Number),
    field(&["currency"], Text),
    field(&["id"], Text),
    field(&["uniqueCode"], Text),
    field(&["validFrom"], Kind::Date),
    field(&["validTo"], Kind::Date),
];

const PROMOTION: &[Field] = &[
    field(&["id"], Text),
    field(&["promotionId"], Text),
    field(&["externalId"], Text),
    field(&["name"], Text),
    field(&["type"], Text),
    field(&["heading"], Text),
    field(&["description"], Text),
    field(&["imageUrl"], Text),
    field(&["link"], Text),
    field(&["validFrom"], Kind::Date),
    field(&["expiresOn"], Kind::Date),
    field(&["validity"], Nested),
    field(&["redemptionChannels"], Nested),
];

const CONTACT_FIELDS: &[Field] = &[
    field(&["contactType"], Text),
    field(&["firstName"], Text),
    field(&["lastName"], Text),
    field(&["memberNumber"], Text),
    field(&["socialSecurityNumber"], Text),
    field(&["email"], Text),
    field(&["mobilePhone"], Text),
    field(&["createdInStore"], Text),
    field(&["store"], Text),
    field(&["street"], Text),
    field(&["zipCode"], Text),
    field(&["city"], Text),
    field(&["careOf"], Text),
    field(&["country"], Text),
    field(&["countryCode"], Text),
    field(&["birthDay"], Nested),
    field(&["gender"], Text),
    field(&["age"], Nested),
    field(&["rfm"], Kind::Number),
    field(&["retail.keyvalue.recency"], Nested),
    field(&["retail.keyvalue.frequency"], Nested),
    field(&["retail.keyvalue.monetary"], Nested),
    field(&["nps.grade"], Nested),
    field(&["nps.datetime"], Kind::Date),
    field(&["nps.averagegrade"], Kind::Number),
    field(&["externalId"], Text),
    field(&["acceptsEmail"], Nested),
    field(&["acceptsSms"], Nested),
    field(&["acceptsPostal"], Nested),
    field(&["consents"], Nested),
    field(&["meta"], Any),
];

impl Shape {
    /// The contact that an object with these fields is about, which is then read as its type.
    pub fn contact_id(&self, sent: &Object) -> Option<String> {
        let mut named = self.contact_id.iter().filter_map(|name| {
            let value = winner(name, sent.named(name))?;
            as_text(value).filter(|text| !text.is_empty())
        });
        named.next()
    }

    /// The text that a field was sent with, a number's digits among them.
    pub fn text_of(&self, name: &str, sent: &Object) -> Option<String> {
        let inner = self.inner(sent);
        let field = self.fields.iter().find(|field| field.names[0] == name)?;
        field
            .names
            .iter()
            .find_map(|name| as_text(self.value(name, sent, &inner)?))
    }

    /// The value that counts under the first name of a field that has no other.
    pub fn value_of(&self, name: &str, sent: &Object) -> Option<Box<RawValue>> {
        let inner = self.inner(sent);
        self.value(name, sent, &inner).map(ToOwned::to_owned)
    }

    /// The names of what was sent and is not written as it has to be: nothing is lost, and no two unknown fields change
    /// places.
    pub fn lost(&self, sent: &Object, written: &Object) -> Vec<String> {
        let inner = self.inner(sent);
        let mut all: Vec<_> = sent.0.iter().collect();
        for container in self.opened(sent) {
            // Equal ones are one.
            all.retain(|(name, value)| {
                !(self.is_container(name) && value.get() == container.get())
            });
        }
        all.extend(&inner.0);
        let mut lost: Vec<_> = all
            .iter()
            .filter(|(name, value)| !self.is_there(name, value, written))
            .map(|(name, _)| name.clone())
            .collect();
        let is_unknown = |name: &str| self.names().all(|known| !known.eq_ignore_ascii_case(name));
        let sent = all.iter().filter(|(name, _)| is_unknown(name));
        let kept = written.0.iter().filter(|(name, _)| is_unknown(name));
        let texts =
            |(name, value): &(String, Box<RawValue>)| (name.clone(), value.get().to_owned());
        if sent.map(|member| texts(member)).ne(kept.map(texts)) {
            lost.push("what is unknown".to_owned());
        }
        lost
    }

    /// Whether it is settled which value of each name counts: no name is there three times, where two may be one.
    pub fn is_plain(&self, sent: &Object) -> bool {
        let inner = self.inner(sent);
        let mut names = sent.0.iter().chain(&inner.0).map(|(name, _)| name);
        names.all(|name| sent.count(name) + inner.count(name) <= 2)
    }

    /// Whether what is written of it has to be read as the same again: it is plain, no container is in another or there twice,
    /// and no field is there twice of which the one that counts may be written as the other was sent: `"0"` as `0`.
    pub fn is_settled(&self, sent: &Object) -> bool {
        let inner = self.inner(sent);
        let count = |name: &str| sent.count(name) + inner.count(name);
        let has_containers = |object: &Object| self.containers.iter().any(|name| object.has(name));
        self.is_plain(sent)
            && !has_containers(&inner)
            && self.containers.iter().all(|name| count(name) <= 1)
            && self.contact_id.iter().all(|name| !inner.has(name))
            && stays_apart(self.contact_id, Text, sent, &inner)
            && self
                .fields
                .iter()
                .all(|field| stays_apart(field.names, field.kind, sent, &inner))
    }

    /// Whether every container can be read here: none has half of a surrogate pair in a name.
    pub fn is_readable(&self, sent: &Object) -> bool {
        let mut opened = self.opened(sent).into_iter();
        opened.all(|object| Object::parse(object.get().as_bytes()).is_some())
    }

    fn is_container(&self, name: &str) -> bool {
        self.containers
            .iter()
            .any(|known| known.eq_ignore_ascii_case(name))
    }

    fn names(&self) -> impl Iterator<Item = &'static str> {
        let fields = self.fields.iter().flat_map(|field| field.names);
        let ids = self.contact_id.iter();
        fields.chain(ids).chain(self.containers).copied()
    }

    /// The containers that are objects.
    fn opened<'s>(&self, sent: &'s Object) -> Vec<&'s RawValue> {
        let winners = self.containers.iter();
        winners
            .filter_map(|name| winner(name, sent.named(name)))
            .filter(|value| value.get().starts_with('{'))
            .collect()
    }

    /// The members of those containers.
    fn inner(&self, sent: &Object) -> Object {
        let opened = self.opened(sent).into_iter();
        let members = opened.filter_map(|object| Object::parse(object.get().as_bytes()));
        Object(members.flat_map(|object| object.0).collect())
    }

    fn value<'s>(&self, name: &str, sent: &'s Object, inner: &'s Object) -> Option<&'s RawValue> {
        winner(name, sent.named(name)).or_else(|| winner(name, inner.named(name)))
    }

    /// Whether a member is written: under a name of its own as it was sent, or as what the field says.
    fn is_there(&self, name: &str, value: &RawValue, written: &Object) -> bool {
        let is_name = |known: &&str| known.eq_ignore_ascii_case(name);
        let as_sent = written.named(name).any(|(_, other)| is_same(other, value));
        let field = self
            .fields
            .iter()
            .find(|field| field.names.iter().any(|name| is_name(&name)));
        let contact = field.is_none() && self.contact_id.iter().any(|name| is_name(&name));
        let as_field = field.is_some_and(|field| {
            let mut written = written.named(field.names[0]);
            written.any(|(_, written)| field.kind.keeps(value, written))
        });
        let mut contacts = written.named("contactId");
        let as_contact = contact
            && contacts
                .any(|(_, written)| as_text(value).is_some_and(|id| Some(id) == text(written)));
        let is_known = field.is_some() || contact;
        as_sent || as_field || as_contact || is_known && is_null(value)
    }
}

/// Whether each of a field's names is there once, or one of them several times with nothing but texts, which are written as
/// they were sent.
fn stays_apart(names: &[&str], kind: Kind, sent: &Object, inner: &Object) -> bool {
    let values = |name: &&str| -> Vec<String> {
        let members = sent.named(name).chain(inner.named(name));
        members.map(|(_, value)| value.get().to_owned()).collect()
    };
    let there: Vec<_> = names
        .iter()
        .map(values)
        .filter(|values| !values.is_empty())
        .collect();
    let is_text = |value: &String| matches!(kind, Text) && value.starts_with('"');
    there.iter().all(|values| values.len() == 1)
        || there.len() == 1 && there.iter().flatten().all(is_text)
}

/// The one of several members of a name that counts: the exact one, or else the first.
fn winner<'s>(
    name: &str,
    members: impl Iterator<Item = (&'s str, &'s RawValue)>,
) -> Option<&'s RawValue> {
    let members: Vec<_> = members.filter(|(_, value)| !is_null(value)).collect();
    let exact = members.iter().find(|(own, _)| *own == name);
    exact.or(members.first()).map(|(_, value)| *value)
}

/// A text, or a number's digits.
fn as_text(value: &RawValue) -> Option<String> {
    let json = value.get();
    let is_number = json.starts_with(|first: char| first == '-' || first.is_ascii_digit());
    text(value).or_else(|| is_number.then(|| json.to_owned()))
}

/// Whether a number has to be read.
pub fn is_exact(number: &RawValue) -> bool {
    let json = number.get();
    let is_number = json.starts_with(|first: char| first == '-' || first.is_ascii_digit());
    is_number && json.len() <= MAX_EXACT_DIGITS && !json.contains(['e', 'E'])
}

impl Kind {
    /// Whether what is written is what was sent.
    fn keeps(self, sent: &RawValue, written: &RawValue) -> bool {
        match self {
            Text => as_text(sent).is_some() && as_text(sent) == text(written),
            Self::Number => {
                let number = as_text(sent).and_then(|text| Number::parse(&text));
                number.is_some() && number == Number::parse(written.get())
            }
            Self::Date => {
                let civil = |json| Some(Date::parse(&text(json)?)?.civil);
                civil(sent).is_none() || civil(sent) == civil(written)
            }
            Any => sent.get() == written.get(),
            Nested => true,
        }
    }
}
