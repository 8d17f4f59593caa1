use tower_webhook::voyado::{EventType, describe};

use crate::support::run;

#[test]
fn each_document_is_printed_as_the_library_has_it() {
    for (args, expected) in [
        (&["describe", "openapi"][..], describe::openapi()),
        (&["describe", "asyncapi", "--json"], describe::asyncapi()),
        (&["describe", "json-schema"], describe::json_schema_of_all()),
        (
            &["describe", "json-schema", "contact.created"],
            describe::json_schema(EventType::ContactCreated),
        ),
    ] {
        let described = run(args);
        assert_eq!(described.code, 0, "{described:?}");
        assert_eq!(described.json(), expected);
    }
}

#[test]
fn an_unknown_type_is_exit_code_2_and_the_known_ones_are_named() {
    let unknown = run(&["describe", "json-schema", "contact.exploded"]);
    assert_eq!(unknown.code, 2);
    assert!(
        unknown.stderr.contains("contact.created"),
        "{}",
        unknown.stderr
    );
}
