//! `forwarded` (RFC 7239): elements separated by commas, each of pairs separated by semicolons, with values in quotes.
//!
//! Everything is read from the right, quotes too. The text on the right is the trusted proxy's and well formed; the
//! text on the left may be a stranger's. Read from the left, a quote that a stranger opens and never closes would
//! turn the proxy's own element into a part of the stranger's value.

use std::{iter, net::IpAddr};

use arrayvec::ArrayVec;

use super::{node, split_from_the_right};

/// Longest node in bytes that is an address: an IPv6 address with brackets and a port has 53.
const MAX_NODE_LEN: usize = 64;

pub(super) fn last_comma(line: &[u8]) -> Option<usize> {
    last_outside_quotes(line, b',')
}

/// The address in the one `for` of an element. If there is none or several, or if any pair is malformed, then the
/// element cannot be decided on.
pub(super) fn address(element: &[u8]) -> Option<IpAddr> {
    let mut node = None;
    for pair in split_from_the_right(element, |pairs| last_outside_quotes(pairs, b';')) {
        let pair = pair.trim_ascii();
        // Section 4: `[ forwarded-pair ] *( ";" [ forwarded-pair ] )`.
        if pair.is_empty() {
            continue;
        }
        let (name, value) = read_pair(pair)?;
        if name.eq_ignore_ascii_case(b"for") && node.replace(value).is_some() {
            return None;
        }
    }
    node?.address()
}

/// Finds the last separator that is not inside a quoted string.
///
/// Going left, the first quote closes a string, and the next that has no backslash in front opens it: in a well-formed
/// pair that one has the equals sign there.
fn last_outside_quotes(text: &[u8], separator: u8) -> Option<usize> {
    let mut inside = false;
    for (at, byte) in text.iter().enumerate().rev() {
        if *byte == b'"' {
            inside = !inside || text[..at].ends_with(b"\\");
        } else if *byte == separator && !inside {
            return Some(at);
        }
    }
    None
}

/// A value that is well formed.
#[derive(Clone, Copy)]
enum Value<'l> {
    Plain(&'l [u8]),
    /// What is between the quotes.
    Quoted(&'l [u8]),
}

/// `token "=" ( token / quoted-string )`.
fn read_pair(pair: &[u8]) -> Option<(&[u8], Value<'_>)> {
    let at = pair.iter().position(|byte| *byte == b'=')?;
    let (name, value) = (&pair[..at], &pair[at + 1..]);
    let value = match value {
        [b'"', quoted @ .., b'"'] if is_quoted(quoted) => Value::Quoted(quoted),
        plain if is_plain(plain) => Value::Plain(plain),
        _ => return None,
    };
    is_token(name).then_some((name, value))
}

impl Value<'_> {
    fn address(self) -> Option<IpAddr> {
        match self {
            Self::Plain(node) => node::address(node),
            Self::Quoted(quoted) => {
                let mut node = ArrayVec::<u8, MAX_NODE_LEN>::new();
                for byte in unescape(quoted) {
                    node.try_push(byte?).ok()?;
                }
                node::address(&node)
            }
        }
    }
}

/// The characters that a quoted string stands for; `None` where it is malformed (RFC 9110 section 5.6.4).
fn unescape(quoted: &[u8]) -> impl Iterator<Item = Option<u8>> {
    let mut bytes = quoted.iter().copied();
    iter::from_fn(move || {
        Some(match bytes.next()? {
            b'\\' => bytes.next(),
            b'"' => None,
            byte => Some(byte),
        })
    })
}

fn is_quoted(text: &[u8]) -> bool {
    unescape(text).all(|byte| byte.is_some())
}

/// RFC 9110 section 5.6.2.
fn is_token(text: &[u8]) -> bool {
    let is_token_char =
        |byte: &u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(byte);
    !text.is_empty() && text.iter().all(is_token_char)
}

/// Wider than a token: proxies forget the quotes around a port, and it can be read in one way only.
fn is_plain(text: &[u8]) -> bool {
    let is_plain_char = |byte: &u8| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\\');
    !text.is_empty() && text.iter().all(is_plain_char)
}
