//! JSON with placeholders in its texts.

use std::fmt;

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, de};
use serde_json::{Map, Number, Value};

use crate::template::{BindError, Placeholder, Scope, Template, unless_left_out};
use crate::variables::Variable;
use model::yaml_path::YamlPath;

/// A JSON value whose texts are templates; so whatever a placeholder stands for, the result is
/// well-formed, and has the very form that the file shows.
#[derive(Clone, Debug, PartialEq, JsonSchema)]
#[schemars(with = "Value")]
pub enum JsonTemplate {
    /// `null`.
    Null,
    /// A truth value.
    Bool(bool),
    /// A number.
    Number(Number),
    /// A text.
    Text(Template),
    /// A list.
    List(Vec<JsonTemplate>),
    /// An object.
    Object(IndexMap<String, JsonTemplate>),
}

impl JsonTemplate {
    /// The value with everything filled in.
    ///
    /// A text that is nothing but something captured is replaced by the captured object or list
    /// itself, and one that is nothing but a list, a truth value or a number of a group by that. A member of an object whose text speaks of an optional variable without a value is
    /// left out.
    ///
    /// # Errors
    ///
    /// [`BindError::Absent`].
    pub fn fill(&self, scope: Scope<'_>) -> Result<Value, BindError> {
        Ok(match self {
            JsonTemplate::Null => Value::Null,
            JsonTemplate::Bool(bool) => Value::Bool(*bool),
            JsonTemplate::Number(number) => Value::Number(number.clone()),
            JsonTemplate::Text(template) => fill_text(template, scope)?,
            JsonTemplate::List(items) => {
                let items = items.iter().map(|item| item.fill(scope));
                Value::Array(items.collect::<Result<_, _>>()?)
            }
            JsonTemplate::Object(members) => {
                let mut filled = Map::new();
                for (name, member) in members {
                    if let Some(value) = unless_left_out(member.fill(scope))? {
                        filled.insert(name.clone(), value);
                    }
                }
                Value::Object(filled)
            }
        })
    }

    /// All templates in it, with their places.
    pub(super) fn templates(&self, path: YamlPath) -> Vec<(YamlPath, &Template)> {
        match self {
            JsonTemplate::Null | JsonTemplate::Bool(_) | JsonTemplate::Number(_) => Vec::new(),
            JsonTemplate::Text(template) => vec![(path, template)],
            JsonTemplate::List(items) => items
                .iter()
                .enumerate()
                .flat_map(|(n, item)| item.templates(path.clone().item(n)))
                .collect(),
            JsonTemplate::Object(members) => members
                .iter()
                .flat_map(|(name, member)| member.templates(path.clone().key(name)))
                .collect(),
        }
    }
}

fn fill_text(template: &Template, scope: Scope<'_>) -> Result<Value, BindError> {
    let text = template.fill(scope)?;
    let parsed = || serde_json::from_str::<Value>(&text).ok();
    let value = match template.alone() {
        Some(Placeholder::Captured(_) | Placeholder::Variable(Variable::Export)) => {
            parsed().filter(|value| value.is_object() || value.is_array())
        }
        Some(Placeholder::Variable(Variable::Members)) => {
            Some(text.split(',').map(Value::from).collect())
        }
        Some(Placeholder::Variable(
            Variable::Anonymous
            | Variable::Formal
            | Variable::AlertSeconds
            | Variable::QueueSeconds,
        )) => parsed(),
        _ => None,
    };
    Ok(value.unwrap_or(Value::String(text)))
}

impl<'de> Deserialize<'de> for JsonTemplate {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Visitor)
    }
}

struct Visitor;

impl<'de> de::Visitor<'de> for Visitor {
    type Value = JsonTemplate;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON value")
    }

    fn visit_unit<E>(self) -> Result<JsonTemplate, E> {
        Ok(JsonTemplate::Null)
    }

    fn visit_bool<E>(self, bool: bool) -> Result<JsonTemplate, E> {
        Ok(JsonTemplate::Bool(bool))
    }

    fn visit_i64<E>(self, number: i64) -> Result<JsonTemplate, E> {
        Ok(JsonTemplate::Number(number.into()))
    }

    fn visit_u64<E>(self, number: u64) -> Result<JsonTemplate, E> {
        Ok(JsonTemplate::Number(number.into()))
    }

    fn visit_f64<E: de::Error>(self, number: f64) -> Result<JsonTemplate, E> {
        Number::from_f64(number)
            .map(JsonTemplate::Number)
            .ok_or_else(|| E::custom(format_args!("{number} is no number in JSON")))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<JsonTemplate, E> {
        text.parse().map(JsonTemplate::Text).map_err(E::custom)
    }

    fn visit_seq<A: de::SeqAccess<'de>>(self, mut seq: A) -> Result<JsonTemplate, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element()? {
            items.push(item);
        }
        Ok(JsonTemplate::List(items))
    }

    fn visit_map<A: de::MapAccess<'de>>(self, mut map: A) -> Result<JsonTemplate, A::Error> {
        let mut members = IndexMap::new();
        while let Some((name, member)) = map.next_entry()? {
            members.insert(name, member);
        }
        Ok(JsonTemplate::Object(members))
    }
}
