//! The rules about signatures that `s3s` does not check. `s3s` verifies the signature itself.

use http::{HeaderMap, Request, header};

use super::error_document::ErrorDocument;

/// The longest validity of a presigned URL in seconds, 7 days.
const MAX_EXPIRES_SECONDS: i64 = 7 * 24 * 60 * 60;

/// The signature of a request: version 4, in the URL or in a header.
struct Signature {
    signed_headers: String,
    region: String,
}

/// Errors as AWS does if a request is signed twice, has a presigned URL that is valid for too long,
/// names an invalid region, or has unsigned headers that could change its meaning.
pub(crate) fn check<B>(request: &Request<B>, region: &str) -> Result<(), ErrorDocument> {
    let query = request.uri().query().unwrap_or_default();
    let query: Vec<_> = form_urlencoded::parse(query.as_bytes()).collect();
    let parameter = |name: &str| {
        let mut pairs = query.iter();
        pairs.find_map(|(key, value)| (key == name).then(|| value.to_string()))
    };
    let headers = request.headers();
    let in_headers = headers.get_all(header::AUTHORIZATION).iter().count();
    let is_presigned = parameter("X-Amz-Signature").is_some();
    let is_presigned_v2 = parameter("Signature").is_some();
    if in_headers + usize::from(is_presigned) + usize::from(is_presigned_v2) > 1 {
        return Err(ErrorDocument::bad_request(
            "InvalidArgument",
            "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string \
             parameter or the Authorization header should be specified",
        ));
    }
    let signature = if is_presigned {
        check_expires(&parameter("X-Amz-Expires").unwrap_or_default())?;
        Some(Signature {
            signed_headers: parameter("X-Amz-SignedHeaders").unwrap_or_default(),
            region: region_of(&parameter("X-Amz-Credential").unwrap_or_default()),
        })
    } else {
        from_header(headers)
    };
    match signature {
        Some(signature) => {
            check_region(&signature.region, region)?;
            check_signed(headers, &signature.signed_headers)
        }
        None => Ok(()),
    }
}

fn check_expires(text: &str) -> Result<(), ErrorDocument> {
    let error = |message| ErrorDocument::bad_request("AuthorizationQueryParametersError", message);
    match text.parse() {
        Ok(..0) => Err(error("X-Amz-Expires must be non-negative")),
        Ok(0..=MAX_EXPIRES_SECONDS) => Ok(()),
        Ok(_) => Err(error(
            "X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than \
             604800 seconds",
        )),
        Err(_) => Err(error("X-Amz-Expires should be a number")),
    }
}

/// Returns the signature in the `Authorization` header if it is a signature of version 4. A
/// signature of version 2 needs no checks, because it always covers all `x-amz-*` headers.
fn from_header(headers: &HeaderMap) -> Option<Signature> {
    let text = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let fields = text.strip_prefix("AWS4-HMAC-SHA256")?;
    let field = |name: &str| {
        let mut fields = fields.split(',').map(str::trim);
        fields.find_map(|field| field.strip_prefix(name)?.strip_prefix('='))
    };
    Some(Signature {
        signed_headers: field("SignedHeaders")?.to_owned(),
        region: region_of(field("Credential")?),
    })
}

/// Returns the region in `{access key}/{date}/{region}/{service}/aws4_request`.
fn region_of(credential: &str) -> String {
    let region = credential.rsplit('/').nth(2);
    region.unwrap_or_default().to_owned()
}

/// Checks that the region in the signature, `signed`, consists of lower-case letters, digits and
/// hyphens. Any such region is accepted. `US`, the default of s3cmd, is refused. The error names
/// `region`, the region of this server, so that clients can correct theirs.
fn check_region(signed: &str, region: &str) -> Result<(), ErrorDocument> {
    let is_allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if signed.chars().all(is_allowed) {
        return Ok(());
    }
    let message = format!(
        "The authorization header is malformed; the region '{signed}' is wrong; expecting '{region}'"
    );
    Err(ErrorDocument::bad_request("AuthorizationHeaderMalformed", message).with("Region", region))
}

/// Checks that the signature covers the host and each `x-amz-*` header. Otherwise, anyone with a
/// presigned URL could add such headers. As in AWS, the digest of the body (`x-amz-content-sha256`)
/// is an exception.
fn check_signed(headers: &HeaderMap, signed: &str) -> Result<(), ErrorDocument> {
    let matters = |name: &str| name == "host" || name.starts_with("x-amz-");
    let is_signed = |name: &str| signed.split(';').any(|it| it.eq_ignore_ascii_case(name));
    let names = headers.keys().map(header::HeaderName::as_str);
    let unsigned: Vec<_> = names
        .filter(|name| matters(name) && *name != "x-amz-content-sha256" && !is_signed(name))
        .collect();
    if unsigned.is_empty() {
        return Ok(());
    }
    let message = "There were headers present in the request which were not signed";
    Err(ErrorDocument::denied(message).with("HeadersNotSigned", unsigned.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    const CREDENTIAL: &str = "key%2F20200101%2Feu-west-1%2Fs3%2Faws4_request";

    fn presigned(expires: &str) -> http::request::Builder {
        let uri = format!(
            "/b/k?X-Amz-Credential={CREDENTIAL}&X-Amz-Expires={expires}&X-Amz-SignedHeaders=content-type%3Bhost\
             &X-Amz-Signature=0"
        );
        Request::put(uri).header("host", "localhost:9000")
    }

    fn in_header(credential: &str) -> http::request::Builder {
        let text = format!(
            "AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders=host;x-amz-date, Signature=0"
        );
        let request = Request::get("/b/k").header("host", "localhost:9000");
        request
            .header("x-amz-date", "20200101T000000Z")
            .header("authorization", text)
    }

    fn refused(request: http::request::Builder) -> Option<String> {
        let refused = check(&request.body(()).unwrap(), "eu-west-1").err()?;
        let body = refused.into_response().body().bytes().unwrap();
        Some(String::from_utf8(body.into()).unwrap())
    }

    #[test]
    fn a_presigned_url_permits_only_the_headers_that_it_signs() {
        let known = presigned("60").header("content-type", "image/jpeg");
        assert_eq!(refused(known.header("x-amz-content-sha256", "a")), None);
        for name in [
            "x-amz-copy-source",
            "x-amz-meta-darkroom",
            "x-amz-acl",
            "x-amz-storage-class",
            "x-amz-website-redirect-location",
            "x-amz-tagging",
        ] {
            let error = refused(presigned("60").header(name, "a")).unwrap();
            assert!(error.contains("<Code>AccessDenied</Code>"), "{error}");
            let detail = format!("<HeadersNotSigned>{name}</HeadersNotSigned>");
            assert!(error.contains(&detail), "{error}");
        }
    }

    #[test]
    fn a_signature_in_a_header_must_also_cover_every_x_amz_header() {
        let credential = "key/20200101/eu-west-1/s3/aws4_request";
        assert_eq!(refused(in_header(credential)), None);
        let error = refused(in_header(credential).header("x-amz-acl", "public-read")).unwrap();
        assert!(error.contains("HeadersNotSigned"), "{error}");
    }

    #[test]
    fn a_presigned_url_is_valid_for_a_week_at_most() {
        for (expires, message) in [
            ("604801", "less than a week"),
            ("-1", "non-negative"),
            ("soon", "should be a number"),
            ("", "should be a number"),
        ] {
            let error = refused(presigned(expires)).unwrap();
            assert!(
                error.contains("AuthorizationQueryParametersError"),
                "{error}"
            );
            assert!(error.contains(message), "{error}");
        }
        assert_eq!(refused(presigned("604800")), None);
    }

    #[test]
    fn a_request_with_two_signatures_is_refused() {
        let second = presigned("60").header("authorization", "Bearer token");
        assert!(refused(second).unwrap().contains("InvalidArgument"));
        let twice = in_header("key/20200101/eu-west-1/s3/aws4_request");
        let twice = twice.header("authorization", "AWS key:signature");
        assert!(refused(twice).unwrap().contains("Only one auth mechanism"));
    }

    #[test]
    fn a_malformed_region_is_refused_and_the_error_names_the_right_region() {
        let error = refused(in_header("key/20200101/US/s3/aws4_request")).unwrap();
        assert!(error.contains("AuthorizationHeaderMalformed"), "{error}");
        assert!(error.contains("<Region>eu-west-1</Region>"), "{error}");
    }
}
