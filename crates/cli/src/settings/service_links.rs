//! The variables that Kubernetes creates for the services of a namespace.
//!
//! Every pod gets several variables for every service (`enableServiceLinks`). If the name of a
//! service begins with `darkroom`, its variables look like settings:
//!
//! ```text
//! DARKROOM_ISSUER_SERVICE_HOST=10.0.0.11
//! DARKROOM_ISSUER_SERVICE_PORT=8080
//! DARKROOM_ISSUER_SERVICE_PORT_HTTP=8080
//! DARKROOM_ISSUER_PORT=tcp://10.0.0.11:8080
//! DARKROOM_ISSUER_PORT_8080_TCP=tcp://10.0.0.11:8080
//! DARKROOM_ISSUER_PORT_8080_TCP_PROTO=tcp
//! DARKROOM_ISSUER_PORT_8080_TCP_PORT=8080
//! DARKROOM_ISSUER_PORT_8080_TCP_ADDR=10.0.0.11
//! ```

const PROTOCOLS: [&str; 3] = ["TCP", "UDP", "SCTP"];

/// Returns `true` if Kubernetes created this variable for a service. The service may have any name.
///
/// `exists` returns `true` for the name of a variable that is set. A `…_SERVICE_PORT` variable only
/// counts if its `…_SERVICE_HOST` is set, so a misspelled setting with a similar name still causes
/// an error.
pub(super) fn is_service_link(name: &str, value: &str, exists: impl Fn(&str) -> bool) -> bool {
    if let Some(service) = name.strip_suffix("_SERVICE_HOST") {
        return !service.is_empty();
    }
    if name.ends_with("_PORT") && is_address(value) {
        return true;
    }
    let named_ports = name.match_indices("_SERVICE_PORT").any(|(at, marker)| {
        let (service, rest) = (&name[..at], &name[at + marker.len()..]);
        (rest.is_empty() || rest.starts_with('_'))
            && is_number(value)
            && exists(&format!("{service}_SERVICE_HOST"))
    });
    let mut numbered_ports = name.match_indices("_PORT_");
    named_ports || numbered_ports.any(|(at, marker)| is_numbered_port(&name[at + marker.len()..]))
}

/// Returns `true` for the end of a name with a port number, such as `8080_TCP` or `8080_TCP_ADDR`.
fn is_numbered_port(end: &str) -> bool {
    let mut parts = end.split('_');
    let number = parts.next().unwrap_or_default();
    let protocol = parts.next().unwrap_or_default();
    let detail = parts.next();
    is_number(number)
        && PROTOCOLS.contains(&protocol)
        && matches!(detail, None | Some("PROTO" | "PORT" | "ADDR"))
        && parts.next().is_none()
}

/// Returns `true` for a protocol, host and port, such as `tcp://10.0.0.11:8080`.
fn is_address(value: &str) -> bool {
    let Some((protocol, address)) = value.split_once("://") else {
        return false;
    };
    let port = address.rsplit_once(':').map(|(_, port)| port);
    PROTOCOLS.contains(&protocol.to_uppercase().as_str()) && port.is_some_and(is_number)
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the variables that the kubelet creates for a service.
    fn variables(service: &str, protocol: &str, host: &str) -> Vec<(String, String)> {
        let name = service.to_uppercase().replace('-', "_");
        let address = format!("{}://{host}:8080", protocol.to_lowercase());
        [
            ("SERVICE_HOST", host),
            ("SERVICE_PORT", "8080"),
            ("SERVICE_PORT_HTTP", "8080"),
            ("SERVICE_PORT_MAX_BYTES", "8080"),
            ("PORT", &address),
            (&format!("PORT_8080_{protocol}"), &address),
            (
                &format!("PORT_8080_{protocol}_PROTO"),
                &protocol.to_lowercase(),
            ),
            (&format!("PORT_8080_{protocol}_PORT"), "8080"),
            (&format!("PORT_8080_{protocol}_ADDR"), host),
        ]
        .map(|(suffix, value)| (format!("{name}_{suffix}"), value.to_owned()))
        .to_vec()
    }

    #[test]
    fn the_variables_of_a_service_are_recognized_whatever_its_name() {
        for service in [
            "darkroom",
            "darkroom-issuer",
            "darkroom-worker-listen",
            "darkroom-profiles-avatar",
            "darkroom-service-port-port",
        ] {
            for (protocol, host) in [("TCP", "10.0.0.11"), ("UDP", "[fd00::1]"), ("SCTP", "::1")] {
                let all = variables(service, protocol, host);
                for (name, value) in &all {
                    let exists = |name: &str| all.iter().any(|(other, _)| other == name);
                    assert!(is_service_link(name, value, exists), "{name}={value}");
                }
            }
        }
    }

    #[test]
    fn a_setting_is_not_mistaken_for_a_service() {
        for (name, value) in [
            ("DARKROOM_ISSUER_PORT", "8080"),
            ("DARKROOM_ISSUER_PORT", "http://localhost:8080"),
            ("DARKROOM_ISSUER_SERVICE_PORT", "8080"),
            ("DARKROOM_ISSUER_LISTEN", "tcp://10.0.0.1:8080"),
            ("DARKROOM_ISSUER_HOST", "10.0.0.1"),
            ("DARKROOM_PORT_HTTP_TCP", "8080"),
            ("DARKROOM_PORT_8080_TCP_NAME", "8080"),
        ] {
            assert!(!is_service_link(name, value, |_| false), "{name}={value}");
        }
    }
}
