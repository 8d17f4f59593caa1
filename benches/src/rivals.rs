//! The events as one would derive them: names exactly as in the samples, amounts in floating point, no field of another
//! type accepted, which is less work than ours. What is not known is kept, as ours keeps it.

use std::collections::BTreeMap;

use serde::Deserialize;

/// An envelope, by an internally tagged derive.
#[expect(dead_code, reason = "a handler would read it")]
#[derive(Deserialize)]
#[serde(tag = "eventType")]
pub enum Event {
    #[serde(rename = "contact.created")]
    ContactCreated(Box<Sent<Contact>>),
    #[serde(rename = "point.balance.updated")]
    PointBalanceUpdated(Sent<PointBalance>),
    #[serde(rename = "reward.voucher.created")]
    RewardVoucherCreated(Sent<Voucher>),
}

#[expect(dead_code, reason = "a handler would read it")]
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Sent<T> {
    #[serde(alias = "eventId")]
    pub id: String,
    pub tenant: String,
    pub is_encrypted: bool,
    pub payload: T,
}

#[expect(dead_code, reason = "a handler would read it")]
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Contact {
    pub id: String,
    pub attributes: Attributes,
    pub meta: Option<serde_json::Value>,
    pub preferences: Option<Preferences>,
    pub consents: Option<Vec<Consent>>,
    #[serde(flatten)]
    pub other: BTreeMap<String, serde_json::Value>,
}

#[expect(dead_code, reason = "a handler would read it")]
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Attributes {
    pub contact_type: Option<String>,
    pub first_name: Option<String>,
    pub last_name: Option<String>,
    pub member_number: Option<i64>,
    pub social_security_number: Option<String>,
    pub email: Option<String>,
    pub mobile_phone: Option<String>,
    pub created_in_store: Option<String>,
    pub street: Option<String>,
    pub zip_code: Option<String>,
    pub city: Option<String>,
    pub country: Option<String>,
    pub country_code: Option<String>,
    pub birth_day: Option<jiff::civil::Date>,
    pub gender: Option<String>,
    pub age: Option<i64>,
    #[serde(rename = "retail.keyvalue.recency")]
    pub recency: Option<i64>,
    #[serde(flatten)]
    pub other: BTreeMap<String, serde_json::Value>,
}

#[expect(dead_code, reason = "a handler would read it")]
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Preferences {
    pub accepts_email: Option<bool>,
    pub accepts_sms: Option<bool>,
    pub accepts_postal: Option<bool>,
}

#[expect(dead_code, reason = "a handler would read it")]
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Consent {
    pub id: Option<String>,
    pub value: Option<bool>,
    pub date: Option<jiff::civil::Date>,
    pub source: Option<String>,
    pub comment: Option<String>,
}

#[expect(dead_code, reason = "a handler would read it")]
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PointBalance {
    pub contact_id: String,
    pub balance: Option<f64>,
    pub account_id: Option<i64>,
    pub definition_id: Option<serde_json::Value>,
    pub balance_expires: Option<jiff::Timestamp>,
    #[serde(flatten)]
    pub other: BTreeMap<String, serde_json::Value>,
}

#[expect(dead_code, reason = "a handler would read it")]
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Voucher {
    pub contact_id: String,
    pub amount: Option<f64>,
    pub currency: Option<String>,
    pub id: Option<String>,
    pub unique_code: Option<String>,
    pub valid_from: Option<jiff::Timestamp>,
    pub valid_to: Option<jiff::Timestamp>,
    #[serde(flatten)]
    pub other: BTreeMap<String, serde_json::Value>,
}
