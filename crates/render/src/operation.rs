//! The operations of a render process. Each operation is one request and one response.

use std::io;

use darkroom_imaging::{Inspection, Limits, Recipe, Rejection, Rendered};
use serde::de::DeserializeOwned;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::process::RenderProcess;
use crate::protocol::{
    Handshake, ProtocolError, RenderedHeader, Request, Response, Task, frame, header_length,
};
use crate::variant_file::check as check_file;

/// The result of an operation, or the rejection of its image.
type OperationResult<T> = Result<Result<T, Rejection>, ProtocolError>;

/// An operation of a render process: a request, and a check of the response.
pub(crate) trait Operation: Sync {
    /// The result of a successful operation.
    type Output;

    /// Runs the operation in a child process.
    ///
    /// # Errors
    /// If the child exits or violates the protocol. After an error, the child must not be used
    /// again.
    fn run(
        &self,
        process: &mut RenderProcess,
    ) -> impl Future<Output = OperationResult<Self::Output>> + Send;
}

/// Renders every variant of a recipe.
pub(crate) struct Render<'a> {
    pub(crate) source: &'a [u8],
    pub(crate) recipe: &'a Recipe,
    /// The largest accepted size of all variants together, in bytes.
    pub(crate) max_response_bytes: u64,
}

impl Operation for Render<'_> {
    type Output = Rendered;

    async fn run(&self, process: &mut RenderProcess) -> OperationResult<Rendered> {
        send(process, Task::Render(self.recipe.clone()), self.source).await?;
        match read_header(process).await? {
            Response::Rendered(header) => {
                let max_bytes = self.recipe.output.max_bytes.min(self.max_response_bytes);
                check(&header, self.recipe, max_bytes)?;
                let bodies = read_bodies(process, &header).await?;
                let mut rendered = header.with_bodies(bodies);
                check_files(&rendered, self.recipe)?;
                write_rights(&mut rendered, self.recipe);
                Ok(Ok(rendered))
            }
            Response::Rejected(rejection) => Ok(Err(rejection)),
            Response::Inspected(_) => Err(ProtocolError::UnexpectedResponse),
        }
    }
}

/// Reads a file's header and metadata.
pub(crate) struct Inspect<'a> {
    pub(crate) source: &'a [u8],
    pub(crate) limits: &'a Limits,
}

impl Operation for Inspect<'_> {
    type Output = Inspection;

    async fn run(&self, process: &mut RenderProcess) -> OperationResult<Inspection> {
        send(process, Task::Inspect(self.limits.clone()), self.source).await?;
        match read_header(process).await? {
            Response::Inspected(inspection) => Ok(Ok(inspection)),
            Response::Rejected(rejection) => Ok(Err(rejection)),
            Response::Rendered(_) => Err(ProtocolError::UnexpectedResponse),
        }
    }
}

async fn send(process: &mut RenderProcess, task: Task, source: &[u8]) -> Result<(), ProtocolError> {
    let request = Request {
        task,
        source_bytes: source.len() as u64,
    };
    process.input.write_all(&frame(&request)?).await?;
    process.input.write_all(source).await?;
    process.input.flush().await?;
    Ok(())
}

/// Reads the child's first message.
pub(crate) async fn read_handshake(
    process: &mut RenderProcess,
) -> Result<Handshake, ProtocolError> {
    read_header(process).await
}

async fn read_header<T: DeserializeOwned>(process: &mut RenderProcess) -> Result<T, ProtocolError> {
    let mut prefix = [0; 4];
    process.output.read_exact(&mut prefix).await?;
    let mut json = vec![0; header_length(prefix)?];
    process.output.read_exact(&mut json).await?;
    Ok(serde_json::from_slice(&json)?)
}

/// Checks that a response names exactly the requested variants and stays within the size limit.
///
/// If an image has taken over the child, the child can send anything. The child must not decide
/// which objects are written or how much memory the parent allocates.
fn check(header: &RenderedHeader, recipe: &Recipe, max_bytes: u64) -> Result<(), ProtocolError> {
    let names_match = header.variants.len() == recipe.variants.len()
        && header
            .variants
            .iter()
            .zip(&recipe.variants)
            .all(|(actual, requested)| {
                actual.name == requested.name && actual.format == requested.encoding.format()
            });
    let total = header
        .variants
        .iter()
        .try_fold(0_u64, |sum, variant| sum.checked_add(variant.bytes));
    if names_match && total.is_some_and(|total| total <= max_bytes) {
        Ok(())
    } else {
        Err(ProtocolError::UnexpectedResponse)
    }
}

/// Writes the statements of rights that the recipe keeps into the files.
///
/// The child only reports them as text. The files that it returns contain no metadata at all, so a
/// child that was taken over can put no more than this text into a variant.
fn write_rights(rendered: &mut Rendered, recipe: &Recipe) {
    rendered.rights = rendered.rights.kept(&recipe.keep);
    for variant in &mut rendered.variants {
        rendered.rights.write_to(variant);
    }
}

/// Checks that the file of each variant is an image and nothing else.
fn check_files(rendered: &Rendered, recipe: &Recipe) -> Result<(), ProtocolError> {
    let mut variants = rendered.variants.iter().zip(&recipe.variants);
    let checked = variants.try_for_each(|(rendered, requested)| check_file(rendered, requested));
    checked.map_err(ProtocolError::InvalidVariant)
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
