use std::{error::Error, fmt, time::Duration};

use percent_encoding::percent_decode_str;

use super::{DateTime, Identifier, payload::payload};
use crate::{crypto::decrypt::Decrypt, event::skip_byte_order_mark, message::clock::Clock};

/// The query parameter, which Voyado's pages write `eclub` and `eClub`.
const PARAMETER: &str = "eclub";
/// How far a link may come from the future: as much as the clocks of sender and receiver may differ in a webhook.
const CLOCK_DIFFERENCE: Duration = Duration::from_secs(300);

payload! {
    /// Who came through a link in an e-mail of Voyado Engage: the content of the query parameter `eclub`.
    ///
    /// When it was opened, at least one of [`contact_id`](Self::contact_id), [`email`](Self::email) and
    /// [`id`](Self::id) is there and not empty. Each of them may be empty beside another.
    ///
    /// ```
    /// use std::time::Duration;
    /// use tower_webhook::{
    ///     decrypt::Aes256Cbc,
    ///     voyado::{SoftIdentification, SoftIdentificationErrorKind},
    /// };
    ///
    /// let cipher = Aes256Cbc::new("DaqfT7Ys6tGqM3zbesEKpmacTJEqBCp2")?;
    /// let clock = || Duration::from_secs(1_531_308_000); // `SystemClock` in a service
    /// let day = Duration::from_secs(86_400);
    ///
    /// let query = "page=2&eclub=AAECAwQFBgcICQoLDA0ODy5ylUGficMs_JB1khMT_0j10FGVfwLGVjoFwj_kv5u6tsD8AgLxbxLCzM\
    ///     fQONasQkiDwZhepItlHrhGpd5aj3sE-ndsNwQQgipvJfTiRjiQSYnmitqaccquaIjEqCquBiNzMpZrE0qJ6mo6W2sdJz2JwZlKG\
    ///     KVLrYZAfG64UdUuYaGlyxR3DLfMHfLY-LvUSLITPV1R6YaIBZtTwtQh8aFK4XL0_5rej7VWgvRW7DZi";
    /// let visitor = SoftIdentification::from_query(query, &cipher, day, &clock)?;
    /// assert_eq!(visitor.email.as_deref(), Some("example@example.com"));
    ///
    /// let shortened = SoftIdentification::from_query("page=2&eclub=AAECAwQF", &cipher, day, &clock);
    /// assert_eq!(shortened.unwrap_err().kind(), SoftIdentificationErrorKind::Unreadable);
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # What it is good for
    ///
    /// To greet, not to log in. Anyone who has the link is taken for the contact, and e-mails are forwarded.
    /// Nothing signs the link either: AES-CBC keeps it secret but does not show that it was altered.
    ///
    /// Respond to a link that cannot be opened as to one without the parameter. A visitor who can tell the
    /// two apart, and tries often enough, decrypts other people's links; the error's kind is for the log.
    pub struct SoftIdentification {
        /// The contact, a GUID. Documented in [soft identification](https://developer.voyado.com/docs/contacts/identify-contact/soft-identification).
        optional contact_id: String = "contactId",
        /// The contact's e-mail address. Documented in [soft identification](https://developer.voyado.com/docs/contacts/identify-contact/soft-identification), and empty in one of its samples.
        optional email: String = "email",
        /// What else the contact is identified by, as configured in Engage.
        /// Documented in [soft identification](https://developer.voyado.com/docs/contacts/identify-contact/soft-identification).
        optional id: Identifier = "id",
        /// When the link was made. Documented in [soft identification](https://developer.voyado.com/docs/contacts/identify-contact/soft-identification).
        optional date_time: DateTime = "dateTime",
        /// What the contact is identified by in Voyado Elevate, if Voyado was asked to send it.
        /// Documented in [soft identification](https://developer.voyado.com/docs/contacts/identify-contact/soft-identification).
        optional discovery_key: String = "discoveryKey",
    }
}

impl SoftIdentification {
    /// Finds the parameter in the query of a URL (what follows the `?`) and [opens](Self::open) it.
    ///
    /// The parameter's name is matched without regard to ASCII case.
    ///
    /// # Errors
    ///
    /// [`Missing`](SoftIdentificationErrorKind::Missing) or [`Repeated`](SoftIdentificationErrorKind::Repeated)
    /// if the parameter is not there exactly once; otherwise as [`open`](Self::open).
    pub fn from_query(
        query: &str,
        decrypt: &(impl Decrypt + ?Sized),
        max_age: Duration,
        clock: &(impl Clock + ?Sized),
    ) -> Result<Self, SoftIdentificationError> {
        Self::open(find_parameter(query)?, decrypt, max_age, clock)
    }

    /// Decrypts the value of the parameter, percent-encoded or not, of a link that is at most `max_age` old.
    ///
    /// Links stay in inboxes and in browsers' histories: `max_age` is how long one is good for after it was
    /// made, to the nanosecond. From the future it may come by five minutes, since clocks differ. A link that
    /// carries no time is rejected.
    ///
    /// With several keys, while one is rotated, try one after the other.
    ///
    /// # Errors
    ///
    /// A [`SoftIdentificationError`] of any kind but `Missing` and `Repeated`.
    pub fn open(
        parameter: &str,
        decrypt: &(impl Decrypt + ?Sized),
        max_age: Duration,
        clock: &(impl Clock + ?Sized),
    ) -> Result<Self, SoftIdentificationError> {
        let opened = Self::danger_open_of_any_age(parameter, decrypt)?;
        opened.check_age(max_age, clock.unix_time())?;
        Ok(opened)
    }

    /// Decrypts the value of the parameter of a link however old, even if it carries no time.
    ///
    /// Such a link identifies the contact for ever, to everyone who ever gets hold of it.
    ///
    /// # Errors
    ///
    /// [`Unreadable`](SoftIdentificationErrorKind::Unreadable), whatever the reason.
    pub fn danger_open_of_any_age(
        parameter: &str,
        decrypt: &(impl Decrypt + ?Sized),
    ) -> Result<Self, SoftIdentificationError> {
        read(parameter, decrypt)
            .filter(Self::identifies)
            .ok_or(SoftIdentificationErrorKind::Unreadable.into())
    }

    fn identifies(&self) -> bool {
        let id = self.id.as_ref().map(Identifier::as_str);
        [self.contact_id.as_deref(), self.email.as_deref(), id]
            .into_iter()
            .flatten()
            .any(|identifier| !identifier.is_empty())
    }

    fn check_age(&self, max_age: Duration, now: Duration) -> Result<(), SoftIdentificationError> {
        let made = self
            .date_time
            .and_then(|date_time| date_time.timestamp())
            .ok_or(SoftIdentificationErrorKind::Undated)?;
        // .NET's default date, the year 1, is older than every age.
        let made = Duration::try_from(made.as_duration())
            .map_err(|_| SoftIdentificationErrorKind::TooOld)?;
        if now.saturating_sub(made) > max_age {
            Err(SoftIdentificationErrorKind::TooOld.into())
        } else if made.saturating_sub(now) > CLOCK_DIFFERENCE {
            Err(SoftIdentificationErrorKind::TooNew.into())
        } else {
            Ok(())
        }
    }
}

/// `None` for every reason alike: the padding's, the cipher's and the JSON's must not be told apart.
fn read(parameter: &str, decrypt: &(impl Decrypt + ?Sized)) -> Option<SoftIdentification> {
    // Not as a form: base64 has no space, so that a `+` that nobody encoded is still a `+`.
    let sealed = percent_decode_str(parameter).decode_utf8().ok()?;
    let plaintext = decrypt.decrypt(&sealed).ok()?;
    serde_json::from_slice(skip_byte_order_mark(plaintext.as_bytes())).ok()
}

fn find_parameter(query: &str) -> Result<&str, SoftIdentificationErrorKind> {
    let mut values = query.split('&').filter_map(|parameter| {
        let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
        name.eq_ignore_ascii_case(PARAMETER).then_some(value)
    });
    let value = values.next().ok_or(SoftIdentificationErrorKind::Missing)?;
    match values.next() {
        None => Ok(value),
        Some(_) => Err(SoftIdentificationErrorKind::Repeated),
    }
}

/// Why a link does not identify anybody. It has none of the link's content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SoftIdentificationError {
    kind: SoftIdentificationErrorKind,
}

/// The reasons of a [`SoftIdentificationError`], for the log and not for the visitor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SoftIdentificationErrorKind {
    /// The query does not have the parameter: most visitors come without.
    Missing,
    /// The query has the parameter several times, and nothing decides which one counts.
    Repeated,
    /// The parameter cannot be decrypted, or identifies no contact, whatever the reason.
    Unreadable,
    /// The link carries no time, or a time without an offset from UTC.
    Undated,
    /// The link was made longer ago than the maximum age.
    TooOld,
    /// The link was made in the future, by more than clocks differ.
    TooNew,
}

impl SoftIdentificationError {
    /// The reason.
    pub fn kind(&self) -> SoftIdentificationErrorKind {
        self.kind
    }
}

impl From<SoftIdentificationErrorKind> for SoftIdentificationError {
    fn from(kind: SoftIdentificationErrorKind) -> Self {
        Self { kind }
    }
}

impl fmt::Display for SoftIdentificationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.kind {
            SoftIdentificationErrorKind::Missing => "the link identifies nobody",
            SoftIdentificationErrorKind::Repeated => "the link has several identifications",
            SoftIdentificationErrorKind::Unreadable => "the identification cannot be read",
            SoftIdentificationErrorKind::Undated => "the link does not say when it was made",
            SoftIdentificationErrorKind::TooOld => "the link is too old",
            SoftIdentificationErrorKind::TooNew => "the link is from the future",
        })
    }
}

impl Error for SoftIdentificationError {}
