//! A whole axum route, from the router's call to the answer.

use axum::body::Body;
use http::StatusCode;
use tower::Service;

use crate::{
    Case,
    case::ready,
    genuine::{body, request},
    stacks::{PATH, stacks},
};

pub const SIZES: [usize; 2] = [1024, 64 * 1024];

pub fn cases() -> Vec<Case> {
    SIZES
        .into_iter()
        .flat_map(|bytes| {
            stacks().map(|(contender, mut router)| {
                let mut request = request(body(bytes));
                *request.uri_mut() = PATH.parse().expect("a path");
                Case::with_input(
                    "axum",
                    contender,
                    bytes,
                    move || request.clone().map(Body::new),
                    move |request| {
                        let answer = ready(router.call(request)).expect("an answer");
                        assert_eq!(answer.status(), StatusCode::NO_CONTENT);
                        answer
                    },
                )
            })
        })
        .collect()
}
