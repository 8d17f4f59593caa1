use bytes::Bytes;
use http::{HeaderName, Request, Response, StatusCode};
use tower_service::Service;

use super::response::{EndOfBody, ResponseBody};

const GRPC_STATUS: HeaderName = HeaderName::from_static("grpc-status");

/// The response of the inner service, or of the layer in its place.
pub(super) enum Reply<T, E> {
    Inner(Result<T, E>),
    Layer(Response<Bytes>),
}

pub(super) type ReplyOf<S, B> =
    Reply<<S as Service<Request<B>>>::Response, <S as Service<Request<B>>>::Error>;

/// The response as the caller gets it. Without a reply, which cannot be, it is a 500: nothing waits for ever.
pub(super) fn respond<ResBody, Error>(
    reply: Option<Reply<Response<ResBody>, Error>>,
    end_of_body: Option<EndOfBody>,
) -> Result<Response<ResponseBody<ResBody>>, Error> {
    match reply {
        Some(Reply::Inner(response)) => {
            response.map(|response| response.map(|body| ResponseBody::of_inner(body, end_of_body)))
        }
        Some(Reply::Layer(response)) => Ok(response.map(ResponseBody::of_layer)),
        None => {
            debug_assert!(false, "a request without a reply");
            let mut failed = Response::new(ResponseBody::default());
            *failed.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
            Ok(failed)
        }
    }
}

/// A 2xx is a success, unless it is of gRPC and its status is not: a failure has a 200 and its `grpc-status` in the head
/// (gRPC over HTTP/2, "Trailers-Only").
pub(super) fn is_success<ResBody>(response: &Response<ResBody>) -> bool {
    let grpc_status = response.headers().get(GRPC_STATUS);
    response.status().is_success() && grpc_status.is_none_or(|status| status == "0")
}
