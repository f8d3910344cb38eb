//! The health check of LocalStack.

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

/// The timeout of one request. LocalStack responds in milliseconds once it listens.
const TIMEOUT: Duration = Duration::from_secs(5);

/// Checks that the LocalStack at `endpoint` (`http://HOST:PORT`) serves S3 and SQS.
///
/// Speaks plain HTTP/1.0 over a blocking socket, because callers may or may not have an async
/// runtime.
pub(super) fn check(endpoint: &str) -> Result<(), String> {
    let response = get(endpoint.trim_start_matches("http://"));
    let response = response.map_err(|error| format!("{endpoint}: {error}"))?;
    let health = response.split_once("\r\n\r\n").unwrap_or_default().1;
    let health: serde_json::Value = serde_json::from_str(health).unwrap_or_default();
    for service in ["s3", "sqs"] {
        match health["services"][service].as_str() {
            // An available service starts at its first request.
            Some("running" | "available") => {}
            state => return Err(format!("{service} is {}", state.unwrap_or("unknown"))),
        }
    }
    Ok(())
}

fn get(authority: &str) -> io::Result<String> {
    let mut stream = TcpStream::connect(authority)?;
    stream.set_read_timeout(Some(TIMEOUT))?;
    write!(
        stream,
        "GET /_localstack/health HTTP/1.0\r\nHost: {authority}\r\n\r\n"
    )?;
    let mut response = String::new();
    stream.read_to_string(&mut response)?;
    Ok(response)
}
