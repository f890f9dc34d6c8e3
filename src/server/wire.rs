//! A request of hyper's becomes a [`Call`], a [`Reply`] becomes a response of hyper's.
//!
//! **Invariant:** nothing here decides what is answered. It sees that a body is bounded, that a panic costs one call
//! only, and that the framing of a reply is right for its method and version.

use std::any::Any;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use bytes::Bytes;
use http::header::{CONNECTION, CONTENT_LENGTH, HOST, HeaderValue};
use http::request::Parts;
use http::{Method, Request, Response, StatusCode, Version};
use http_body_util::{BodyExt, Either, Full, LengthLimitError, Limited};
use hyper::body::{Body as _, Incoming};
use tokio::time::timeout;

use super::ending::{Departure, Gone, Leaving};
use super::going_on::GoingOn;
use super::line::{LINGER_BYTES_MAX, LINGER_MS_MAX, Line, Running};
use super::{Answer, Limits};
use crate::call::{Body, Call, Reply};

/// The body of a response: whole, one that goes on, or one that leaves late or badly.
pub(super) type Out = Either<Full<Bytes>, Either<GoingOn, Leaving>>;

/// What is sent when `answer` panicked (RFC 9457).
pub(super) const PANICKED: &str = concat!(
    r#"{"type":"about:blank","title":"Internal Server Error","status":500,"#,
    r#""detail":"a defect in the server: it fell over this call; its log says where"}"#
);

/// Reads one request to its end, has it answered, and frames the reply.
///
/// A request without a body is answered before the future is first polled: hyper looks for more input between the two,
/// and finds its buffer free again only if nothing of the request is left. Otherwise each call would cost a new one.
pub(super) fn exchange(
    running: Running,
    request: Request<Incoming>,
) -> impl Future<Output = Result<Response<Out>, Gone>> {
    let (head, incoming) = request.into_parts();
    let exchange = if incoming.is_end_stream() {
        Exchange::Answered(respond(&running, head, Body::Whole(Bytes::new())))
    } else {
        Exchange::Unread(head, incoming)
    };
    async move {
        let answered = match exchange {
            Exchange::Answered(answered) => answered,
            Exchange::Unread(head, mut incoming) => {
                let body = read(&mut incoming, &running.edge.limits).await;
                if matches!(body, Body::TooLarge) && head.version == Version::HTTP_2 {
                    discard(&mut incoming).await;
                }
                respond(&running, head, body)
            }
        };
        match answered {
            Answered::Leaves(response) => Ok(response),
            // Boxed, so that the many that leave at once do not carry the room for its waits.
            Answered::Departs(departure) => Box::pin(departure.leave(running)).await,
        }
    }
}

/// How far a request has come once its headers are read.
enum Exchange {
    Answered(Answered),
    Unread(Parts, Incoming),
}

/// A reply, framed.
enum Answered {
    /// It leaves at once and whole.
    Leaves(Response<Out>),
    /// It leaves as its delivery says.
    Departs(Departure),
}

fn respond(line: &Running, head: Parts, body: Body) -> Answered {
    let is_http1 = head.version < Version::HTTP_2;
    let is_whole = matches!(body, Body::Whole(_));
    let call = understand(head, body, line);
    let mut reply = answer_or_panic(&*line.edge.answer, &call);
    let delivery = reply.delivery.take();
    // A head alone has nothing that could go on.
    let follow = reply.follow.take().filter(|_| call.method != Method::HEAD);
    let mut response = frame(reply, &call.method);
    if !is_whole {
        line.leave_input();
        // RFC 9112 section 9.6: what follows on this connection is the body that nobody read. A stream of HTTP/2
        // ends alone.
        if is_http1 {
            response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
        }
    }
    match (follow, delivery) {
        (None, None) => Answered::Leaves(response.map(|body| Either::Left(Full::new(body)))),
        (None, Some(delivery)) => Answered::Departs(Departure { response, delivery, is_http1 }),
        // What goes on has no end that could be bad.
        (Some(follow), _) => {
            let going_on = |body| GoingOn::new(body, follow, line.hold());
            Answered::Leaves(response.map(|body| Either::Right(Either::Left(going_on(body)))))
        }
    }
}

/// The body, unless it is too long, too slow or broken off.
///
/// One that is announced as too long is not read at all, so that a client that asked first (`Expect: 100-continue`)
/// need not send it. Over HTTP/2 its rest is discarded, see [`discard`].
async fn read(incoming: &mut Incoming, limits: &Limits) -> Body {
    if usize::try_from(incoming.size_hint().lower()).map_or(true, |length| length > limits.body_bytes_max) {
        return Body::TooLarge;
    }
    let whole = Limited::new(incoming, limits.body_bytes_max).collect();
    match timeout(Duration::from_millis(limits.body_read_ms_max), whole).await {
        Ok(Ok(whole)) => Body::Whole(whole.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Body::TooLarge,
        Ok(Err(_)) | Err(_) => Body::Broken,
    }
}

/// Throws away the rest of a body. RFC 9113 section 8.1 lets a server answer before the end of a request and reset the
/// stream, but there are clients that, still sending, take the reset for the answer. Over HTTP/1 the connection lingers
/// for the same reason.
async fn discard(incoming: &mut Incoming) {
    let mut left = LINGER_BYTES_MAX;
    let rest = async {
        while let Some(Ok(frame)) = incoming.frame().await {
            let length = frame.data_ref().map_or(0, Bytes::len);
            let Some(less) = left.checked_sub(length) else { break };
            left = less;
        }
    };
    timeout(Duration::from_millis(LINGER_MS_MAX), rest).await.ok();
}

fn understand(head: Parts, body: Body, line: &Line) -> Call {
    let Parts { method, uri, mut headers, .. } = head;
    let sent_host = headers.remove(HOST);
    let host = match uri.authority() {
        // RFC 9112 section 3.2.2: the authority of the target outweighs the Host field.
        Some(authority) => authority.as_str().rsplit('@').next().unwrap_or_default(),
        None => sent_host.as_ref().and_then(|host| host.to_str().ok()).unwrap_or_default(),
    };
    // `OPTIONS *` and `CONNECT host:port` have no path.
    let path = if uri.path().starts_with('/') { uri.path() } else { "/" };
    Call {
        // RFC 9110 section 4.2.3: its case does not count. A sandbox or a vendor may be named there.
        host: host.to_ascii_lowercase(),
        path: path.to_owned(),
        query: uri.query().map(str::to_owned),
        method,
        headers,
        body,
        listener_vendor: line.vendor.clone(),
        peer: line.peer,
    }
}

fn answer_or_panic(answer: &dyn Answer, call: &Call) -> Reply {
    // That what `answer` shares between calls is whole after a panic is a promise of the trait.
    catch_unwind(AssertUnwindSafe(|| answer.answer(call))).unwrap_or_else(|panic| {
        // Without the query: credentials travel in it.
        tracing::error!(method = %call.method, path = call.path, panic = message(&*panic), "a call panicked");
        Reply::new(StatusCode::INTERNAL_SERVER_ERROR).with_body("application/problem+json", PANICKED)
    })
}

fn message(panic: &(dyn Any + Send)) -> &str {
    if let Some(text) = panic.downcast_ref::<&str>() {
        text
    } else if let Some(text) = panic.downcast_ref::<String>() {
        text
    } else {
        "no message"
    }
}

fn frame(reply: Reply, method: &Method) -> Response<Bytes> {
    let Reply { status, mut headers, mut body, .. } = reply;
    // RFC 9110 section 8.6: a length that is not the body's would desynchronise the connection; hyper adds the right
    // one to what has a body.
    headers.remove(CONTENT_LENGTH);
    if *method == Method::HEAD {
        // RFC 9110 section 9.3.2: as GET would have been answered, without the content.
        headers.insert(CONTENT_LENGTH, HeaderValue::from(body.len()));
        body = Bytes::new();
    } else if matches!(status, StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED) {
        // hyper sees to this in HTTP/1, but not in HTTP/2.
        body = Bytes::new();
    }
    let mut response = Response::new(body);
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    response
}
