//! The LocalStack of a test process. It refuses forged URLs, and ends when the test process ends.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a panic fails the test, and the child process prints its endpoint"
)]

use std::env;
use std::net::TcpStream;
use std::process::Command;
use std::time::Duration;

use darkroom_testkit::localstack::{ADDRESS_VARIABLE, LocalStack};
use darkroom_testkit::process::{Process, Signal};
use darkroom_testkit::wait;

/// The environment variable that marks a child process. A test starts the child from this program.
const IS_CHILD: &str = "TESTKIT_IS_CHILD";
const MINUTES: Duration = Duration::from_secs(5 * 60);

/// Does nothing unless the test below starts it in a child process.
#[test]
fn child_process() {
    if env::var_os(IS_CHILD).is_some() {
        let localstack = LocalStack::start().unwrap();
        println!("\nendpoint: {}", localstack.endpoint());
        loop {
            std::thread::park();
        }
    }
}

#[tokio::test]
async fn a_localstack_refuses_forged_urls_and_ends_with_the_process_that_started_it() {
    if env::var_os(ADDRESS_VARIABLE).is_some() {
        return;
    }
    let mut command = Command::new(env::current_exe().unwrap());
    command
        .args(["--exact", "child_process", "--nocapture"])
        .env(IS_CHILD, "1");
    let mut child = Process::start(command).unwrap();
    let endpoint = |line: &str| line.strip_prefix("endpoint: ").map(str::to_owned);
    let endpoint = child.wait_for_line("the endpoint of the child", MINUTES, endpoint);
    let endpoint = endpoint.unwrap();
    let shared = LocalStack::shared().endpoint();
    assert_ne!(shared, endpoint, "two processes share one LocalStack");

    let client = reqwest::Client::new();
    let bucket = format!("{endpoint}/testkit");
    let status = async |request: reqwest::RequestBuilder| request.send().await.unwrap().status();
    assert_eq!(status(client.put(&bucket)).await, 200);
    assert_eq!(status(client.get(&bucket)).await, 200);
    assert_eq!(status(client.get(format!("{shared}/testkit"))).await, 404);
    let queue = format!("{endpoint}/?Action=CreateQueue&QueueName=testkit");
    assert_eq!(status(client.get(queue)).await, 200);
    let forged = "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-SignedHeaders=host&X-Amz-Signature=00\
        &X-Amz-Credential=test%2F20260101%2Fus-east-1%2Fs3%2Faws4_request\
        &X-Amz-Date=20260101T000000Z&X-Amz-Expires=604800";
    let forged = client.put(format!("{bucket}/key?{forged}")).body("body");
    assert_eq!(status(forged).await, 403);

    child.signal(Signal::KILL).unwrap();
    let is_gone = || TcpStream::connect(endpoint.trim_start_matches("http://")).is_err();
    wait::until("LocalStack to end", Duration::from_secs(60), is_gone).unwrap();
    assert!(TcpStream::connect(shared.trim_start_matches("http://")).is_ok());
}

#[test]
fn an_address_that_does_not_respond_is_named_in_the_error() {
    let error = LocalStack::at("http://127.0.0.1:9").err().unwrap();
    let named = "DARKROOM_TEST_LOCALSTACK=http://127.0.0.1:9: ";
    assert!(error.contains(named) && error.contains("Connection refused"));
}
