//! One request and its reply.

use std::io;

use darkroom_imaging::{Inspection, Limits, Recipe, Rejection, Rendered};
use serde::de::DeserializeOwned;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::process::RenderProcess;
use crate::protocol::{Greeting, RenderedHeader, Reply, Request, Task, frame, header_length};

/// A request and what an honest answer to it is.
pub(crate) trait Exchange: Sync {
    /// What comes back.
    type Answer;

    /// Asks a child. Fails if it goes away, or says what no honest child would; it must not be used
    /// again then.
    fn with(
        &self,
        process: &mut RenderProcess,
    ) -> impl Future<Output = io::Result<Result<Self::Answer, Rejection>>> + Send;
}

/// Has a picture rendered.
pub(crate) struct Render<'a> {
    pub(crate) source: &'a [u8],
    pub(crate) recipe: &'a Recipe,
    /// More than this is not taken back.
    pub(crate) max_reply_bytes: u64,
}

impl Exchange for Render<'_> {
    type Answer = Rendered;

    async fn with(&self, process: &mut RenderProcess) -> io::Result<Result<Rendered, Rejection>> {
        send(process, Task::Render(self.recipe.clone()), self.source).await?;
        match read_header(process).await? {
            Reply::Rendered(header) => {
                check(&header, self.recipe, self.max_reply_bytes)?;
                let bodies = read_bodies(process, &header).await?;
                Ok(Ok(header.with(bodies)))
            }
            Reply::Rejected(rejection) => Ok(Err(rejection)),
            Reply::Inspected(_) => Err(not_asked_for()),
        }
    }
}

/// Has a file's header and metadata read.
pub(crate) struct Inspect<'a> {
    pub(crate) source: &'a [u8],
    pub(crate) limits: &'a Limits,
}

impl Exchange for Inspect<'_> {
    type Answer = Inspection;

    async fn with(&self, process: &mut RenderProcess) -> io::Result<Result<Inspection, Rejection>> {
        send(process, Task::Inspect(self.limits.clone()), self.source).await?;
        match read_header(process).await? {
            Reply::Inspected(inspection) => Ok(Ok(inspection)),
            Reply::Rejected(rejection) => Ok(Err(rejection)),
            Reply::Rendered(_) => Err(not_asked_for()),
        }
    }
}

fn not_asked_for() -> io::Error {
    io::Error::other("the reply is not what was asked for")
}

async fn send(process: &mut RenderProcess, task: Task, source: &[u8]) -> io::Result<()> {
    let request = Request {
        task,
        source_bytes: source.len() as u64,
    };
    process.input.write_all(&frame(&request)?).await?;
    process.input.write_all(source).await?;
    process.input.flush().await
}

/// Reads what a child says first.
pub(crate) async fn read_greeting(process: &mut RenderProcess) -> io::Result<Greeting> {
    read_header(process).await
}

async fn read_header<T: DeserializeOwned>(process: &mut RenderProcess) -> io::Result<T> {
    let mut prefix = [0; 4];
    process.output.read_exact(&mut prefix).await?;
    let mut json = vec![0; header_length(prefix)?];
    process.output.read_exact(&mut json).await?;
    Ok(serde_json::from_slice(&json)?)
}

/// A child that was taken over by its picture can say anything: it must not choose what is
/// written, nor how much is read.
fn check(header: &RenderedHeader, recipe: &Recipe, max_bytes: u64) -> io::Result<()> {
    let asked = recipe.variants.iter();
    let as_asked =
        header.variants.len() == recipe.variants.len()
            && header.variants.iter().zip(asked).all(|(made, asked)| {
                made.name == asked.name && made.format == asked.encoding.format()
            });
    let total = header
        .variants
        .iter()
        .try_fold(0_u64, |sum, variant| sum.checked_add(variant.bytes));
    if as_asked && total.is_some_and(|total| total <= max_bytes) {
        Ok(())
    } else {
        Err(not_asked_for())
    }
}

async fn read_bodies(
    process: &mut RenderProcess,
    header: &RenderedHeader,
) -> io::Result<Vec<Vec<u8>>> {
    let mut bodies = Vec::with_capacity(header.variants.len());
    for variant in &header.variants {
        let mut body = vec![0; usize::try_from(variant.bytes).map_err(io::Error::other)?];
        process.output.read_exact(&mut body).await?;
        bodies.push(body);
    }
    Ok(bodies)
}
