use std::io::{self, Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::time::Duration;

use serde_json::Value;

/// How long one question may take. LocalStack answers in milliseconds once it listens.
const PATIENCE: Duration = Duration::from_secs(5);

/// The services that the tests use.
const SERVICES: [&str; 2] = ["s3", "sqs"];

/// Asks the LocalStack at `endpoint` (`http://HOST:PORT`) whether S3 and SQS are up.
///
/// Plain HTTP/1.0 by hand: it is asked outside of any runtime, before tests have one.
///
/// # Errors
/// A sentence about what is missing.
pub(super) fn check(endpoint: &str) -> Result<(), String> {
    let authority = authority(endpoint)?;
    let body =
        get(authority, "/_localstack/health").map_err(|error| format!("{endpoint}: {error}"))?;
    services_are_up(&body)
}

/// The `HOST:PORT` of an endpoint.
fn authority(endpoint: &str) -> Result<&str, String> {
    let authority = endpoint
        .strip_prefix("http://")
        .filter(|rest| !rest.contains('/'));
    match authority {
        Some(authority) if authority.contains(':') => Ok(authority),
        _ => Err(format!("{endpoint} is not of the form http://HOST:PORT")),
    }
}

fn get(authority: &str, path: &str) -> io::Result<String> {
    let unknown_host = || io::Error::new(io::ErrorKind::NotFound, "the host has no address");
    let address = authority
        .to_socket_addrs()?
        .next()
        .ok_or_else(unknown_host)?;
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    write!(
        stream,
        "GET {path} HTTP/1.0\r\nHost: {authority}\r\nConnection: close\r\n\r\n"
    )?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    let answer = String::from_utf8_lossy(&answer);
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
    let status_line = head.lines().next().unwrap_or_default();
    if status_line.split(' ').nth(1) != Some("200") {
        return Err(io::Error::other(format!(
            "GET {path} was answered with {status_line:?}"
        )));
    }
    Ok(body.to_owned())
}

/// `available` is a service that starts with its first request, `running` one that has started.
fn services_are_up(body: &str) -> Result<(), String> {
    let health: Value =
        serde_json::from_str(body).map_err(|error| format!("not LocalStack: {error}"))?;
    for service in SERVICES {
        match health["services"][service].as_str() {
            Some("running" | "available") => {}
            state => return Err(format!("{service} is {}", state.unwrap_or("unknown"))),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_services_have_to_be_up() {
        assert_eq!(
            services_are_up(r#"{"services": {"s3": "running", "sqs": "available"}}"#),
            Ok(())
        );
        let half = services_are_up(r#"{"services": {"s3": "running", "sqs": "starting"}}"#);
        assert_eq!(half, Err("sqs is starting".to_owned()));
        assert_eq!(services_are_up("{}"), Err("s3 is unknown".to_owned()));
    }

    #[test]
    fn an_answer_that_is_not_json_is_not_localstack() {
        assert!(
            services_are_up("<html>")
                .unwrap_err()
                .starts_with("not LocalStack")
        );
    }

    #[test]
    fn only_plain_addresses_are_endpoints() {
        assert_eq!(authority("http://127.0.0.1:4566"), Ok("127.0.0.1:4566"));
        for wrong in [
            "127.0.0.1:4566",
            "https://localhost:4566",
            "http://localhost",
            "http://a:1/b",
        ] {
            assert!(authority(wrong).is_err(), "{wrong}");
        }
    }
}
