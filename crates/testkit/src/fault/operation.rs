//! The name that AWS gives to the operation of a request.

use hyper::{Method, Request};

/// Returns a name such as `GetObject` or `DeleteMessageBatch`. For any other request, returns the
/// HTTP method.
pub(super) fn operation<B>(request: &Request<B>) -> String {
    if let Some(target) = request.headers().get("x-amz-target") {
        let target = target.to_str().unwrap_or_default();
        return target.rsplit('.').next().unwrap_or_default().to_owned();
    }
    let path = request.uri().path().trim_start_matches('/');
    let is_object = path.split_once('/').is_some_and(|(_, key)| !key.is_empty());
    let query = request.uri().query().unwrap_or_default();
    let has_parameter = |name: &str| {
        query
            .split('&')
            .any(|pair| pair.split('=').next() == Some(name))
    };
    if !is_object && let Some(name) = bucket_setting(request.method(), has_parameter) {
        return name;
    }
    match (request.method(), is_object) {
        (&Method::GET, true) => "GetObject",
        (&Method::PUT, true) => "PutObject",
        (&Method::HEAD, true) => "HeadObject",
        (&Method::DELETE, true) if has_parameter("uploadId") => "AbortMultipartUpload",
        (&Method::DELETE, true) => "DeleteObject",
        (&Method::POST, false) if has_parameter("delete") => "DeleteObjects",
        (&Method::GET, false) if has_parameter("list-type") => "ListObjectsV2",
        (&Method::GET, false) if has_parameter("versions") => "ListObjectVersions",
        (&Method::GET, false) if has_parameter("uploads") => "ListMultipartUploads",
        (&Method::HEAD, false) if !path.is_empty() => "HeadBucket",
        (&Method::PUT, false) if !path.is_empty() => "CreateBucket",
        (method, _) => method.as_str(),
    }
    .to_owned()
}

/// The query parameters of the settings of a bucket, and the ends of the names of their operations.
const BUCKET_SETTINGS: [(&str, &str); 5] = [
    ("notification", "BucketNotificationConfiguration"),
    ("cors", "BucketCors"),
    ("lifecycle", "BucketLifecycleConfiguration"),
    ("publicAccessBlock", "PublicAccessBlock"),
    ("encryption", "BucketEncryption"),
];

/// Returns the name of an operation that reads or writes a setting of a bucket, such as
/// `PutBucketCors`.
fn bucket_setting(method: &Method, has_parameter: impl Fn(&str) -> bool) -> Option<String> {
    let verb = match *method {
        Method::GET => "Get",
        Method::PUT => "Put",
        _ => return None,
    };
    let mut settings = BUCKET_SETTINGS.into_iter();
    let (_, name) = settings.find(|(parameter, _)| has_parameter(parameter))?;
    Some(format!("{verb}{name}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn operation_of(method: Method, uri: &str) -> String {
        let request = Request::builder().method(method).uri(uri).body(()).unwrap();
        operation(&request)
    }

    #[test]
    fn method_path_and_query_name_the_operation_of_s3() {
        assert_eq!(
            operation_of(Method::GET, "/b/raw/a?x-id=GetObject"),
            "GetObject"
        );
        assert_eq!(operation_of(Method::PUT, "/b/raw/a"), "PutObject");
        assert_eq!(operation_of(Method::POST, "/b?delete"), "DeleteObjects");
        assert_eq!(
            operation_of(Method::GET, "/b/?list-type=2&prefix=raw"),
            "ListObjectsV2"
        );
        for (method, uri, name) in [
            (Method::GET, "/b?versions", "ListObjectVersions"),
            (Method::GET, "/b?uploads&prefix=raw", "ListMultipartUploads"),
            (Method::DELETE, "/b/k?uploadId=1", "AbortMultipartUpload"),
        ] {
            assert_eq!(operation_of(method, uri), name);
        }
        assert_eq!(operation_of(Method::PUT, "/b/?cors"), "PutBucketCors");
        assert_eq!(
            operation_of(Method::GET, "/b?publicAccessBlock"),
            "GetPublicAccessBlock"
        );
        assert_eq!(operation_of(Method::HEAD, "/b"), "HeadBucket");
        assert_eq!(operation_of(Method::PUT, "/b/"), "CreateBucket");
        assert_eq!(operation_of(Method::PATCH, "/b"), "PATCH");
    }

    #[test]
    fn the_target_header_names_the_operation_of_sqs() {
        let request = Request::builder()
            .method(Method::POST)
            .header("x-amz-target", "AmazonSQS.ReceiveMessage")
            .body(())
            .unwrap();
        assert_eq!(operation(&request), "ReceiveMessage");
    }
}
