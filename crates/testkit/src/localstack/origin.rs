use std::env;
use std::fmt;

/// The environment variable that names a LocalStack, or the only way to start one:
/// `http://HOST:PORT`, `docker` or `python`.
pub const CHOICE_VARIABLE: &str = "DARKROOM_TEST_LOCALSTACK";

/// A way to come by a LocalStack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// It runs already, at this endpoint (`http://HOST:PORT`).
    Given(String),
    /// The pinned image, if the engine already has it.
    DockerImage,
    /// A virtual environment of the pinned packages.
    Python,
    /// The pinned image, pulled.
    DockerPull,
}

impl Origin {
    /// The ways to try, in order, for a value of [`CHOICE_VARIABLE`].
    ///
    /// Without a choice the ways that are quick come first: pulling the image moves four times the
    /// bytes that the Python packages do.
    pub(super) fn for_choice(choice: Option<&str>) -> Vec<Self> {
        match choice.map(str::trim) {
            None | Some("") => vec![Self::DockerImage, Self::Python, Self::DockerPull],
            Some("docker") => vec![Self::DockerImage, Self::DockerPull],
            Some("python") => vec![Self::Python],
            Some(endpoint) => vec![Self::Given(endpoint.trim_end_matches('/').to_owned())],
        }
    }

    /// The ways to try, in order, as the environment of this process has it.
    pub(super) fn from_environment() -> Vec<Self> {
        Self::for_choice(env::var(CHOICE_VARIABLE).ok().as_deref())
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Given(endpoint) => write!(f, "{CHOICE_VARIABLE}={endpoint}"),
            Self::DockerImage => f.write_str("Docker"),
            Self::Python => f.write_str("Python"),
            Self::DockerPull => f.write_str("Docker, pulling"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_the_only_way_when_it_is_given() {
        let given = Origin::for_choice(Some("http://localstack:4566/"));
        assert_eq!(given, [Origin::Given("http://localstack:4566".to_owned())]);
    }

    #[test]
    fn a_named_way_excludes_the_others() {
        assert_eq!(Origin::for_choice(Some("python")), [Origin::Python]);
        assert_eq!(
            Origin::for_choice(Some("docker")),
            [Origin::DockerImage, Origin::DockerPull]
        );
    }

    #[test]
    fn without_a_choice_nothing_is_pulled_before_python_was_tried() {
        let expected = [Origin::DockerImage, Origin::Python, Origin::DockerPull];
        assert_eq!(Origin::for_choice(None), expected);
        assert_eq!(Origin::for_choice(Some("")), expected);
    }
}
