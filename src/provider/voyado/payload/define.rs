/// Defines a payload from the list of its fields.
///
/// A field is `class name: Type = "wireName"`, where the class is one of:
///
/// | class      | the field   | absent, `null` or of another type             |
/// |------------|-------------|-----------------------------------------------|
/// | `required` | `T`         | the object is none of these                   |
/// | `optional` | `Option<T>` | `None`; a value of another type is in `other` |
///
/// Further names under which the field is sent follow as `| "otherName"`, the first counting before the next; a reader
/// in place of the type's own follows as `via path`. The first name is the one to write. Required fields come first.
///
/// `in "name"` behind the name of the struct names an object whose members count as if they stood outside, behind those
/// that do; none of them is a required field.
///
/// `serde`'s derive is not used since it knows neither names in any case nor a value of another type that is kept, and
/// its `flatten` takes every number through floating point.
macro_rules! payload {
    (
        $(#[doc = $doc:literal])*
        pub struct $payload:ident $(in $($container:literal),+)? {
            $(
                $(#[doc = $field_doc:literal])*
                $class:ident $field:ident: $type:ty = $name:literal $(| $alias:literal)* $(via $read:path)?,
            )*
        }
    ) => {
        $(#[doc = $doc])*
        #[derive(Clone, Debug)]
        #[non_exhaustive]
        pub struct $payload {
            $(
                $(#[doc = $field_doc])*
                pub $field: payload!(@type $class $type),
            )*
            /// What else was sent.
            pub other: $crate::provider::voyado::OtherFields,
        }

        impl $crate::provider::voyado::payload::Payload for $payload {
            fn from_map<'de, A: serde::de::MapAccess<'de>>(
                map: A,
                reading: $crate::provider::voyado::reading::Reading,
            ) -> Result<Self, A::Error> {
                const CONTAINERS: &[&str] = &[$($($container),+)?];
                const REQUIRED: usize = 0 $(+ payload!(@required $class $name $(, $alias)*))*;

                let mut members = $crate::provider::voyado::object::Members::new(const {
                    &$crate::provider::voyado::object::Names::new([
                        $($name $(, $alias)*,)*
                        $($($container),+)?
                    ])
                });
                members.extend(map, REQUIRED, CONTAINERS.len(), reading)?;
                Ok(Self {
                    $(
                        $field: {
                            let field = members.take::<{ [$name $(, $alias)*].len() }, _>(
                                payload!(@read $type $(, $read)?),
                            );
                            payload!(@class $class field, $name)
                        },
                    )*
                    other: members.into_other(),
                })
            }
        }

        impl $crate::provider::voyado::field::JsonField for $payload {
            fn from_json(
                json: &serde_json::value::RawValue,
            ) -> Result<Self, $crate::provider::voyado::field::Mismatch> {
                use $crate::provider::voyado::{
                    field::Mismatch, payload::read, reading::in_passing_or_whole,
                };

                in_passing_or_whole(|reading| read(json, reading)).map_err(|_| Mismatch)
            }

            fn deserialize_json<'de, D: serde::Deserializer<'de>>(
                json: D,
                reading: $crate::provider::voyado::reading::Reading,
            ) -> Result<Self, D::Error> {
                $crate::provider::voyado::payload::read(json, reading)
            }

            fn to_json(&self) -> impl serde::Serialize {
                self
            }

            #[cfg(feature = "schema")]
            fn schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
                generator.subschema_for::<Self>()
            }
        }

        /// As Voyado sends it. What the schema does not name may be sent too.
        #[cfg(feature = "schema")]
        impl schemars::JsonSchema for $payload {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($payload).into()
            }

            fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
                use $crate::provider::voyado::{describe::Field, field::JsonField};

                let fields = [$(
                    Field {
                        names: &[$name $(, $alias)*],
                        is_required: payload!(@is_required $class),
                        doc: &[$($field_doc),*],
                        schema: <$type as JsonField>::schema,
                    },
                )*];
                $crate::provider::voyado::describe::object(
                    generator,
                    &[$($doc),*],
                    &fields,
                    &[$($($container),+)?],
                )
            }
        }

        impl serde::Serialize for $payload {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                use serde::ser::SerializeMap;

                use $crate::provider::voyado::field::JsonField;

                let mut map = serializer.serialize_map(None)?;
                $(
                    // Both `&T` and `&Option<T>` convert into `Option<&T>`.
                    if let Some(value) = Option::<&$type>::from(&self.$field) {
                        map.serialize_entry($name, &value.to_json())?;
                    }
                )*
                self.other.serialize_into(&mut map)?;
                map.end()
            }
        }

        /// From JSON only, with the same tolerance as in a webhook.
        impl<'de> serde::Deserialize<'de> for $payload {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let json = Box::<serde_json::value::RawValue>::deserialize(deserializer)?;
                // What `serde` has to say may quote the payload.
                <Self as $crate::provider::voyado::field::JsonField>::from_json(&json).map_err(|_| {
                    serde::de::Error::custom(concat!("not an object of a `", stringify!($payload), "`"))
                })
            }
        }
    };

    (@is_required required) => { true };
    (@is_required optional) => { false };

    (@type required $type:ty) => { $type };
    (@type optional $type:ty) => { Option<$type> };

    (@class required $field:ident, $name:literal) => {
        $field.ok_or_else(|| serde::de::Error::missing_field($name))?
    };
    (@class optional $field:ident, $name:literal) => { $field };

    (@required required $($name:literal),*) => { [$($name),*].len() };
    (@required optional $($name:literal),*) => { 0 };

    (@read $type:ty) => { <$type as $crate::provider::voyado::field::JsonField>::from_json };
    (@read $type:ty, $read:path) => { $read };
}

pub(in crate::provider::voyado) use payload;
