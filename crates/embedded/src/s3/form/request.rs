//! The changes to a form before `s3s` reads it.

use bytes::Bytes;
use futures_util::{StreamExt as _, stream};
use http::{HeaderValue, Method, Request, StatusCode, header};
use multer::{Field, Multipart};
use s3s::Body;
use s3s::dto::StreamingBlob;
use uuid::Uuid;

use super::fields::Fields;
use super::response::FormResponse;
use crate::s3::error_document::ErrorDocument;

/// Returns `true` for a form upload.
pub(crate) fn is_form<B>(request: &Request<B>) -> bool {
    request.method() == Method::POST && boundary(request).is_some()
}

fn boundary<B>(request: &Request<B>) -> Option<String> {
    let content_type = request.headers().get(header::CONTENT_TYPE)?;
    multer::parse_boundary(content_type.to_str().ok()?).ok()
}

/// Reads the fields of a form and checks them. Returns a new form for `s3s`, and the response that
/// the original form requests. In the new form, `${filename}` is replaced by the name of the file,
/// and each part has at most two headers, the most that `s3s` accepts.
pub(crate) async fn rewrite(
    request: Request<Body>,
) -> Result<(Request<Body>, FormResponse), ErrorDocument> {
    let boundary = boundary(&request).unwrap_or_default();
    let (mut parts, body) = request.into_parts();
    let mut form = Multipart::new(body, boundary);
    let mut fields = Fields::default();
    let file = loop {
        let field = form.next_field().await.map_err(|it| malformed(&it))?;
        let field = field.ok_or_else(no_file)?;
        let name = field.name().unwrap_or_default().to_owned();
        if name.eq_ignore_ascii_case("file") {
            break field;
        }
        let value = read(field, &fields).await?;
        fields.push(&name, value)?;
    };
    fields.insert_file_name(file.file_name().unwrap_or_default());
    fields.check_named()?;
    if fields.get("tagging").is_some_and(|tags| !tags.is_empty()) {
        let message = "A field you provided implies functionality that is not implemented: tagging";
        let status = StatusCode::NOT_IMPLEMENTED;
        return Err(ErrorDocument::new(status, "NotImplemented", message));
    }
    let response = FormResponse::new(&parts, &fields);
    let boundary = Uuid::now_v7().simple().to_string();
    let content_type = format!("multipart/form-data; boundary={boundary}");
    if let Ok(content_type) = HeaderValue::from_str(&content_type) {
        parts.headers.insert(header::CONTENT_TYPE, content_type);
    }
    parts.headers.remove(header::CONTENT_LENGTH);
    let body = write(&boundary, &fields, file);
    Ok((Request::from_parts(parts, body), response))
}

async fn read(mut field: Field<'static>, fields: &Fields) -> Result<String, ErrorDocument> {
    let mut value = Vec::new();
    while let Some(chunk) = field.chunk().await.map_err(|it| malformed(&it))? {
        value.extend_from_slice(&chunk);
        fields.check_size(value.len())?;
    }
    String::from_utf8(value).map_err(|error| malformed(&error))
}

fn write(boundary: &str, fields: &Fields, file: Field<'static>) -> Body {
    const DISPOSITION: &str = "content-disposition: form-data; name";
    let mut head = String::new();
    for (name, value) in fields.iter() {
        let name = name.replace('"', "%22");
        head += &format!("--{boundary}\r\n{DISPOSITION}=\"{name}\"\r\n\r\n{value}\r\n");
    }
    head += &format!("--{boundary}\r\n{DISPOSITION}=\"file\"; filename=\"file\"\r\n");
    if let Some(content_type) = file.content_type() {
        head += &format!("content-type: {content_type}\r\n");
    }
    head += "\r\n";
    let text = |text: String| stream::once(async { Ok::<_, multer::Error>(Bytes::from(text)) });
    let head = text(head);
    let tail = text(format!("\r\n--{boundary}--\r\n"));
    let body = StreamingBlob::wrap(Box::pin(head.chain(file).chain(tail)));
    Body::from(body)
}

fn malformed(error: &dyn std::error::Error) -> ErrorDocument {
    ErrorDocument::bad_request(
        "MalformedPOSTRequest",
        format!("The body of your POST request is not well-formed multipart/form-data: {error}"),
    )
}

fn no_file() -> ErrorDocument {
    ErrorDocument::bad_request(
        "InvalidArgument",
        "POST requires exactly one file upload per request.",
    )
}
