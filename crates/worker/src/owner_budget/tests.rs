//! A worker with a busy and a quiet owner.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use darkroom_contract::RawKey;
use darkroom_imaging::{Recipe, Rendered};
use darkroom_render::RenderError;
use tokio::sync::Semaphore;
use tokio::time::{Instant, sleep};

use crate::testing::{RENDER_PROCESSES, TestStore};
use crate::{Renderer, StandInRenderer};

const SECOND: Duration = Duration::from_secs(1);

/// A renderer of sources that are text: the render time in seconds, a space, and a unique name.
#[derive(Debug, Clone)]
struct TimedRenderer {
    stand_in: StandInRenderer,
    processes: Arc<Semaphore>,
    finished: Arc<Mutex<Vec<(Bytes, Instant)>>>,
}

impl TimedRenderer {
    fn new(processes: usize) -> Self {
        Self {
            stand_in: StandInRenderer::default(),
            processes: Arc::new(Semaphore::new(processes)),
            finished: Arc::default(),
        }
    }

    fn finished_at(&self, source: &str) -> Option<Instant> {
        let finished = self.finished.lock().unwrap();
        let found = finished.iter().find(|(finished, _)| finished == source);
        found.map(|(_, time)| *time)
    }
}

#[async_trait]
impl Renderer for TimedRenderer {
    async fn render(&self, source: &Bytes, recipe: &Recipe) -> Result<Rendered, RenderError> {
        let _process = self.processes.acquire().await.unwrap();
        let text = std::str::from_utf8(source).unwrap();
        let seconds = text.split(' ').next().unwrap().parse().unwrap();
        sleep(Duration::from_secs_f64(seconds)).await;
        let finished = (source.clone(), Instant::now());
        self.finished.lock().unwrap().push(finished);
        self.stand_in.render(source, recipe).await
    }
}

async fn upload(test: &TestStore, owner: &str, source: &str) {
    let key = RawKey::new("avatar".parse().unwrap(), owner.parse().unwrap());
    test.upload(&key, source.to_owned()).await.unwrap();
}

/// Returns the 99th percentile of the time between an upload of a quiet owner and the end of its
/// render. Meanwhile, a busy owner has images too: `expensive` is the number of images that take
/// 10 s each, and `ordinary` is the number of images that take 60 ms each. The worker has this
/// number of render processes.
async fn latency_of_quiet_owner(processes: usize, expensive: usize, ordinary: usize) -> Duration {
    let test = TestStore::new();
    let renderer = TimedRenderer::new(processes);
    for number in 0..expensive {
        upload(&test, "busy", &format!("10 {number}")).await;
    }
    for number in 0..ordinary {
        upload(&test, "busy", &format!("0.06 {number}")).await;
    }
    let _worker = test.start_with(renderer.clone(), processes).await;
    let mut uploads = Vec::new();
    for number in 0..200 {
        sleep(SECOND / 2).await;
        let source = format!("0.1 {number}");
        upload(&test, "quiet", &source).await;
        uploads.push((source, Instant::now()));
    }
    sleep(3600 * SECOND).await;
    assert!(test.events.is_empty() && test.dead_letters.is_empty());
    let images = expensive + ordinary + uploads.len();
    assert_eq!(
        renderer.stand_in.rendered(),
        images,
        "each image is rendered once"
    );
    let latency =
        |(source, sent_at): &(String, Instant)| renderer.finished_at(source).unwrap() - *sent_at;
    let mut latencies: Vec<Duration> = uploads.iter().map(latency).collect();
    latencies.sort();
    latencies[latencies.len() * 99 / 100 - 1]
}

#[tokio::test(start_paused = true)]
async fn a_quiet_owner_overtakes_a_thousand_images_of_a_busy_one() {
    for processes in [1, 2, 8] {
        let alone = latency_of_quiet_owner(processes, 0, 0).await;
        let ordinary = latency_of_quiet_owner(processes, 0, 1000).await;
        assert!(
            ordinary < 2 * alone,
            "{processes} processes: {ordinary:?} instead of {alone:?}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn expensive_images_of_one_owner_do_not_occupy_every_render_process() {
    let alone = latency_of_quiet_owner(RENDER_PROCESSES, 0, 0).await;
    let expensive = latency_of_quiet_owner(RENDER_PROCESSES, 4, 1000).await;
    assert!(expensive < 2 * alone, "{expensive:?} instead of {alone:?}");
}

#[tokio::test(start_paused = true)]
async fn a_lone_owner_uses_the_whole_worker() {
    let test = TestStore::new();
    let renderer = TimedRenderer::new(RENDER_PROCESSES);
    let images = 2000;
    for number in 0..images {
        upload(&test, "busy", &format!("0.12 {number}")).await;
    }
    let started_at = Instant::now();
    let _worker = test.start(renderer.clone()).await;
    while !test.events.is_empty() {
        sleep(SECOND / 10).await;
    }
    assert_eq!(renderer.stand_in.rendered(), images);
    let ideal = Duration::from_millis(120) * 2000 / 2;
    let took = started_at.elapsed();
    assert!(took < ideal * 100 / 95, "{took:?} instead of {ideal:?}");
}
