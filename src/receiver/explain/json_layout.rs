//! JSON written again in the ways of the usual libraries, with every number's digits as they came.

use std::fmt::Write;

use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, SeqAccess, Visitor},
};
use serde_json::value::RawValue;

/// Deepest nesting that is written again.
const MAX_DEPTH: usize = 64;

/// A JSON value: texts decoded, everything else as it was written.
#[derive(Debug)]
pub(super) enum Node<'a> {
    /// A number, a boolean or null.
    Literal(&'a str),
    Text(String),
    List(Vec<Node<'a>>),
    /// In the order in which the members came.
    Object(Vec<(String, Node<'a>)>),
}

/// One way of writing JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Style {
    pub(super) layout: Layout,
    pub(super) sorted: bool,
    pub(super) slashes_escaped: bool,
    pub(super) non_ascii: NonAscii,
    pub(super) sensitive: Sensitive,
    pub(super) final_newline: bool,
}

/// White space between the tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Layout {
    /// `{"a":1,"b":2}`, as most libraries write.
    Compact,
    /// `{"a": 1, "b": 2}`, Python's default.
    Spaced,
    /// One member a line, indented by this number of spaces.
    Pretty(usize),
}

/// How characters beyond ASCII are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NonAscii {
    AsTheyAre,
    /// `\u00e5`: Python, PHP.
    LowerHex,
    /// `\u00E5`: .NET, Java.
    UpperHex,
}

/// Which ASCII characters are escaped besides those that have to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sensitive {
    None,
    /// `<`, `>`, `&` and the two line separators: Go, Ruby on Rails.
    Html,
    /// Those, quotes, `+` and the backtick: `System.Text.Json`.
    DotNet,
}

impl Style {
    /// Every combination that is tried, the likeliest first.
    pub(super) fn all() -> impl Iterator<Item = Self> {
        const LAYOUTS: [Layout; 4] = [
            Layout::Compact,
            Layout::Spaced,
            Layout::Pretty(2),
            Layout::Pretty(4),
        ];
        const ESCAPES: [(NonAscii, Sensitive); 9] = [
            (NonAscii::AsTheyAre, Sensitive::None),
            (NonAscii::LowerHex, Sensitive::None),
            (NonAscii::UpperHex, Sensitive::None),
            (NonAscii::AsTheyAre, Sensitive::Html),
            (NonAscii::LowerHex, Sensitive::Html),
            (NonAscii::UpperHex, Sensitive::Html),
            (NonAscii::UpperHex, Sensitive::DotNet),
            (NonAscii::LowerHex, Sensitive::DotNet),
            (NonAscii::AsTheyAre, Sensitive::DotNet),
        ];
        let flags = [false, true];
        ESCAPES.into_iter().flat_map(move |(non_ascii, sensitive)| {
            flags.into_iter().flat_map(move |final_newline| {
                flags.into_iter().flat_map(move |slashes_escaped| {
                    flags.into_iter().flat_map(move |sorted| {
                        LAYOUTS.into_iter().map(move |layout| Self {
                            layout,
                            sorted,
                            slashes_escaped,
                            non_ascii,
                            sensitive,
                            final_newline,
                        })
                    })
                })
            })
        })
    }

    /// The style in words, for a proof.
    pub(super) fn describe(self) -> String {
        let mut text = match self.layout {
            Layout::Compact => "compact".to_owned(),
            Layout::Spaced => "with a space after `,` and `:`".to_owned(),
            Layout::Pretty(spaces) => format!("indented by {spaces} spaces"),
        };
        for (is_so, words) in [
            (self.sorted, "keys sorted"),
            (self.slashes_escaped, "`/` written as `\\/`"),
            (
                self.non_ascii != NonAscii::AsTheyAre,
                "non-ASCII characters written as `\\u…`",
            ),
            (
                self.sensitive != Sensitive::None,
                "`<`, `>` and `&` written as `\\u…`",
            ),
            (self.final_newline, "a newline at the end"),
        ] {
            if is_so {
                text.push_str(", ");
                text.push_str(words);
            }
        }
        text
    }
}

impl<'a> Node<'a> {
    /// Reads JSON; `None` if it is none, nests too deep, or has a text that is no Unicode.
    pub(super) fn parse(text: &'a str) -> Option<Self> {
        Self::read(serde_json::from_str(text).ok()?, 0)
    }

    fn read(raw: &'a RawValue, depth: usize) -> Option<Self> {
        if depth > MAX_DEPTH {
            return None;
        }
        let text = raw.get();
        Some(match text.as_bytes().first()? {
            b'{' => {
                let Members(members) = serde_json::from_str(text).ok()?;
                let members = members
                    .into_iter()
                    .map(|(name, value)| Some((name, Self::read(value, depth + 1)?)));
                Self::Object(members.collect::<Option<_>>()?)
            }
            b'[' => {
                let Items(items) = serde_json::from_str(text).ok()?;
                let items = items.into_iter().map(|item| Self::read(item, depth + 1));
                Self::List(items.collect::<Option<_>>()?)
            }
            b'"' => Self::Text(serde_json::from_str(text).ok()?),
            _ => Self::Literal(text),
        })
    }

    /// The value in this style.
    pub(super) fn write(&self, style: Style) -> String {
        let mut written = String::new();
        self.write_into(&mut written, style, 0);
        if style.final_newline {
            written.push('\n');
        }
        written
    }

    fn write_into(&self, out: &mut String, style: Style, depth: usize) {
        match self {
            Self::Literal(text) => out.push_str(text),
            Self::Text(text) => write_text(out, text, style),
            Self::List(items) => {
                write_items(out, style, depth, ['[', ']'], items, |out, item| {
                    item.write_into(out, style, depth + 1);
                });
            }
            Self::Object(members) => {
                let mut members: Vec<_> = members.iter().collect();
                if style.sorted {
                    members.sort_by(|a, b| a.0.cmp(&b.0));
                }
                write_items(out, style, depth, ['{', '}'], members, |out, member| {
                    let (name, value) = member;
                    write_text(out, name, style);
                    out.push_str(match style.layout {
                        Layout::Compact => ":",
                        Layout::Spaced | Layout::Pretty(_) => ": ",
                    });
                    value.write_into(out, style, depth + 1);
                });
            }
        }
    }
}

fn write_items<T>(
    out: &mut String,
    style: Style,
    depth: usize,
    [open, close]: [char; 2],
    items: impl IntoIterator<Item = T>,
    mut write: impl FnMut(&mut String, T),
) {
    let new_line = |out: &mut String, depth: usize| {
        if let Layout::Pretty(spaces) = style.layout {
            out.push('\n');
            out.extend(std::iter::repeat_n(' ', spaces * depth));
        }
    };
    out.push(open);
    let mut is_empty = true;
    for item in items {
        if !is_empty {
            out.push_str(match style.layout {
                Layout::Spaced => ", ",
                Layout::Compact | Layout::Pretty(_) => ",",
            });
        }
        is_empty = false;
        new_line(out, depth + 1);
        write(out, item);
    }
    if !is_empty {
        new_line(out, depth);
    }
    out.push(close);
}

fn write_text(out: &mut String, text: &str, style: Style) {
    out.push('"');
    for char in text.chars() {
        match char {
            '"' if style.sensitive == Sensitive::DotNet => escape(out, char, style),
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '/' if style.slashes_escaped => out.push_str("\\/"),
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' if style.sensitive != Sensitive::None => {
                escape(out, char, style);
            }
            '\'' | '+' | '`' | '\u{7f}' if style.sensitive == Sensitive::DotNet => {
                escape(out, char, style);
            }
            '\0'..='\u{1f}' => escape(out, char, style),
            '\u{80}'.. if style.non_ascii != NonAscii::AsTheyAre => escape(out, char, style),
            _ => out.push(char),
        }
    }
    out.push('"');
}

/// `\u…`, as two surrogates where one is not enough.
fn escape(out: &mut String, char: char, style: Style) {
    for unit in char.encode_utf16(&mut [0; 2]) {
        // Writing to a `String` cannot fail.
        let _ = if style.non_ascii == NonAscii::UpperHex || style.sensitive == Sensitive::DotNet {
            write!(out, "\\u{unit:04X}")
        } else {
            write!(out, "\\u{unit:04x}")
        };
    }
}

/// An object's members in their order, equal names too.
struct Members<'a>(Vec<(String, &'a RawValue)>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Read;
        impl<'de> Visitor<'de> for Read {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(Read)
    }
}

/// A list's items.
struct Items<'a>(Vec<&'a RawValue>);

impl<'de> Deserialize<'de> for Items<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Read;
        impl<'de> Visitor<'de> for Read {
            type Value = Items<'de>;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a list")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
                let mut items = Vec::new();
                while let Some(item) = seq.next_element()? {
                    items.push(item);
                }
                Ok(Items(items))
            }
        }
        deserializer.deserialize_seq(Read)
    }
}
