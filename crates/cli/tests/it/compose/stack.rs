//! The services of `docker-compose.yml` under a project name of their own.

use std::process::Command;
use std::time::Instant;

use darkroom_harness::DEADLINE;
use darkroom_testkit::{port, wait};

use super::images::Images;
use super::{complete, report, repository};

/// A running stack. Removed when dropped.
pub(super) struct Stack {
    project: String,
    /// `docker compose` or `docker-compose`.
    compose: &'static [&'static str],
    image: String,
    localstack: String,
    s3_port: u16,
    issuer_ports: String,
    is_removed: bool,
}

impl Stack {
    /// Starts LocalStack, an issuer and two workers, and waits until they are ready.
    pub(super) async fn start(images: &Images) -> Self {
        let issuers = port::free().unwrap();
        let stack = Self {
            project: format!("darkroom-test-{}", std::process::id()),
            compose: compose_command(),
            image: images.current.clone(),
            localstack: images.localstack.clone(),
            s3_port: port::free().unwrap(),
            issuer_ports: format!("{issuers}-{}", issuers.saturating_add(20)),
            is_removed: false,
        };
        let started = Instant::now();
        let up = ["up", "--detach", "--no-build", "--scale", "worker=2"];
        stack.compose(&up).await;
        for service in ["issuer", "worker"] {
            stack.wait_until_ready(service).await;
        }
        report(&format!(
            "up and ready with {} after {:.1} s",
            stack.compose.join(" "),
            started.elapsed().as_secs_f64()
        ));
        stack
    }

    /// Uses this image for containers that are created from now on.
    pub(super) fn use_image(&mut self, image: &str) {
        image.clone_into(&mut self.image);
    }

    /// Doubles the containers of a service, at least to two, and waits until the new ones are ready.
    /// Returns the old ones.
    pub(super) async fn surge(&self, service: &str) -> Vec<String> {
        let old = self.containers(service).await;
        let scale = format!("{service}={}", old.len() * 2);
        let options = ["up", "--detach", "--no-build", "--no-deps", "--no-recreate"];
        let scale = ["--scale", &scale, service];
        self.compose(&[&options[..], &scale].concat()).await;
        self.wait_until_ready(service).await;
        assert_eq!(self.containers(service).await.len(), old.len() * 2);
        old
    }

    /// Stops a container as an update does, and removes it. Fails if it had to be killed.
    pub(super) async fn stop(&self, container: &str) {
        self.docker(&["stop", "--time", "40", container]).await;
        let format = ["--format", "{{.State.ExitCode}}", container];
        let code = self.docker(&[&["inspect"], &format[..]].concat()).await;
        assert_eq!(code.trim(), "0", "{container} stopped by itself");
        self.docker(&["rm", container]).await;
    }

    /// Returns the running containers of a service.
    pub(super) async fn containers(&self, service: &str) -> Vec<String> {
        let project = format!("label=com.docker.compose.project={}", self.project);
        let service = format!("label=com.docker.compose.service={service}");
        let filters = ["--filter", &project, "--filter", &service];
        let list = [&["ps", "--quiet"], &filters[..]].concat();
        let list = self.docker(&list).await;
        list.lines().map(str::to_owned).collect()
    }

    /// Returns the URL at which this machine reaches an issuer.
    pub(super) async fn issuer_url(&self, container: &str) -> String {
        let address = self.docker(&["port", container, "8080/tcp"]).await;
        format!("http://{}", address.lines().next().unwrap().trim())
    }

    /// Returns the URL at which this machine reaches LocalStack.
    pub(super) fn s3_url(&self) -> String {
        format!("http://localhost:{}", self.s3_port)
    }

    /// Returns a line with the memory of each container.
    pub(super) async fn memory(&self) -> String {
        let mut all = Vec::new();
        for service in ["issuer", "worker"] {
            all.extend(self.containers(service).await);
        }
        let names: Vec<&str> = all.iter().map(String::as_str).collect();
        let format = [
            "stats",
            "--no-stream",
            "--format",
            "{{.Name}} {{.MemUsage}}",
        ];
        self.docker(&[&format[..], &names].concat()).await
    }

    /// Runs a Docker command.
    pub(super) async fn docker(&self, arguments: &[&str]) -> String {
        let mut command = Command::new("docker");
        command.args(arguments);
        completed(command).await
    }

    /// Removes the containers and the network.
    pub(super) async fn remove(&mut self) {
        self.compose(&["down", "--volumes"]).await;
        self.is_removed = true;
    }

    async fn wait_until_ready(&self, service: &str) {
        let format = "{{.State.Health.Status}}";
        let is_ready = async || {
            let containers = self.containers(service).await;
            let names: Vec<&str> = containers.iter().map(String::as_str).collect();
            if names.is_empty() {
                return Err("no containers".to_owned());
            }
            let states = [&["inspect", "--format", format], &names[..]].concat();
            let states = self.docker(&states).await;
            let is_ready = states.lines().all(|state| state == "healthy");
            is_ready.then_some(()).ok_or(states)
        };
        wait::until_async(format!("ready {service}s"), DEADLINE, is_ready)
            .await
            .unwrap();
    }

    async fn compose(&self, arguments: &[&str]) {
        completed(self.compose_command(arguments)).await;
    }

    fn compose_command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(self.compose[0]);
        command
            .args(&self.compose[1..])
            .args(["--project-name", &self.project])
            .arg("--file")
            .arg(repository().join("docker-compose.yml"))
            .args(arguments)
            .env("DARKROOM_IMAGE", &self.image)
            .env("LOCALSTACK_IMAGE", &self.localstack)
            .env("S3_PORT", self.s3_port.to_string())
            .env("ISSUER_PORTS", &self.issuer_ports);
        command
    }
}

impl Drop for Stack {
    fn drop(&mut self) {
        if !self.is_removed {
            let logs = complete(&mut self.compose_command(&["logs", "--tail", "20"]));
            report(&logs.unwrap_or_else(|error| error));
            let down = complete(&mut self.compose_command(&["down", "--volumes"]));
            report(&down.err().unwrap_or_default());
        }
    }
}

/// Returns Compose v2 if it is installed, otherwise 1.29.
fn compose_command() -> &'static [&'static str] {
    match complete(Command::new("docker").args(["compose", "version"])) {
        Ok(_) => &["docker", "compose"],
        Err(_) => &["docker-compose"],
    }
}

async fn completed(mut command: Command) -> String {
    let completed = tokio::task::spawn_blocking(move || complete(&mut command));
    completed.await.unwrap().unwrap()
}
