//! Members of the JSON that are set before it is sent.

use std::str::FromStr;

use serde_json::{Map, Value};

/// `path=value`.
#[derive(Clone, Debug)]
pub(crate) struct Override {
    path: String,
    value: Value,
}

/// The value is JSON, or else a text: `true` and `42` are what they look like, `"42"` is a text.
impl FromStr for Override {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (path, value) = text.split_once('=').ok_or("expected `path=value`")?;
        if path.split('.').any(str::is_empty) {
            return Err("a name of the path is empty");
        }
        Ok(Self {
            path: path.to_owned(),
            value: serde_json::from_str(value).unwrap_or_else(|_| value.into()),
        })
    }
}

impl Override {
    /// Sets the member, and makes the objects on the way to it. What stands on the way and has no members is an error.
    pub(crate) fn apply(&self, json: &mut Value) -> Result<(), String> {
        let mut place = json;
        let mut rest = self.path.as_str();
        while !rest.is_empty() {
            let (name, behind) = step(place, rest);
            place = match place {
                Value::Object(members) => members
                    .entry(name)
                    .or_insert_with(|| Value::Object(Map::new())),
                Value::Array(items) => name
                    .parse()
                    .ok()
                    .and_then(|at: usize| items.get_mut(at))
                    .ok_or_else(|| format!("--override {}: no item `{name}`", self.path))?,
                _ => {
                    return Err(format!(
                        "--override {}: `{name}` is no member of an object",
                        self.path
                    ));
                }
            };
            rest = behind;
        }
        *place = self.value.clone();
        Ok(())
    }
}

/// The next name and what follows it. A name that has dots, such as `retail.keyvalue.recency`, is found if it is there.
fn step<'p>(place: &Value, path: &'p str) -> (&'p str, &'p str) {
    if let Value::Object(members) = place {
        let dots = path.match_indices('.').map(|(at, _)| at);
        let longest = dots
            .chain([path.len()])
            .rfind(|end| members.contains_key(&path[..*end]));
        if let Some(end) = longest {
            return (&path[..end], path.get(end + 1..).unwrap_or_default());
        }
    }
    path.split_once('.').unwrap_or((path, ""))
}
