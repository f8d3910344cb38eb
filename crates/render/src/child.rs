//! The render process: the child's side of the protocol.

use std::io::Read;
use std::{io, panic};

use darkroom_imaging::{Rejection, RejectionCode, Rendered, inspect, render_within};

use crate::allocator::exit_when_out_of_memory;
use crate::memory_usage::MemoryForImages;
use crate::protocol::{
    Handshake, ProtocolError, RenderedHeader, Request, Response, Task, read_header, write_message,
};
use crate::sandbox::{ChildLimits, SandboxLayer, confine, grant_cpu_time};

/// The kernel's score for out-of-memory kills, from -1000 to 1000. The default is 0.
const OUT_OF_MEMORY_SCORE: &str = "500";

/// Reads requests from stdin and writes responses to stdout until stdin ends.
///
/// A render process does nothing else. Call this before the process starts a thread or opens a
/// file.
///
/// # Errors
/// If a pipe fails, if a request is truncated or invalid, or if the CPU time limit cannot be set. A
/// process that cannot be confined is not an error: this function reports the reason to the parent
/// and returns `Ok` without reading requests.
pub fn run_child(limits: &ChildLimits) -> io::Result<()> {
    serve(limits).map_err(io::Error::from)
}

fn serve(limits: &ChildLimits) -> Result<(), ProtocolError> {
    exit_when_out_of_memory();
    prefer_in_out_of_memory_killer();
    let memory = MemoryForImages::measure(limits.max_memory);
    let confined = confine(limits, SandboxLayer::ALL);
    // If a decoder panics, the parent gets a rejection. The panic message is dropped, because it
    // may contain bytes of the image.
    panic::set_hook(Box::new(|_| {}));
    let mut input = io::stdin().lock();
    let mut output = io::stdout().lock();
    match confined {
        Ok(layers) => write_message(&mut output, &Handshake::Ready(layers), [])?,
        Err(error) => {
            let handshake = Handshake::Unconfined(error.to_string());
            return write_message(&mut output, &handshake, []);
        }
    }
    while let Some(request) = read_header::<Request>(&mut input)? {
        grant_cpu_time(limits)?;
        let source = read_source(&mut input, request.source_bytes)?;
        let max_memory = memory.besides_file(request.source_bytes);
        let (response, rendered) = respond(&request.task, &source, max_memory);
        drop(source);
        let bodies = rendered.iter().flat_map(|rendered| &rendered.variants);
        let bodies = bodies.map(|variant| variant.bytes.as_slice());
        write_message(&mut output, &response, bodies)?;
    }
    Ok(())
}

/// Makes the kernel kill this process rather than its parent if the container runs out of memory.
/// Without procfs, the kernel chooses by size.
fn prefer_in_out_of_memory_killer() {
    let _ = std::fs::write("/proc/self/oom_score_adj", OUT_OF_MEMORY_SCORE);
}

fn read_source(input: &mut impl Read, length: u64) -> io::Result<Vec<u8>> {
    let mut source = vec![0; usize::try_from(length).map_err(io::Error::other)?];
    input.read_exact(&mut source)?;
    Ok(source)
}

fn respond(task: &Task, source: &[u8], max_memory: u64) -> (Response, Option<Rendered>) {
    let outcome = panic::catch_unwind(|| match task {
        Task::Render(recipe) => render_within(source, recipe, max_memory).map(|rendered| {
            let header = RenderedHeader::from(&rendered);
            (Response::Rendered(header), Some(rendered))
        }),
        Task::Inspect(limits) => {
            inspect(source, limits).map(|inspection| (Response::Inspected(inspection), None))
        }
    });
    let rejection = match outcome {
        Ok(Ok(response)) => return response,
        Ok(Err(rejection)) => rejection,
        Err(_) => Rejection::new(RejectionCode::Crashed, "the image made the renderer panic"),
    };
    (Response::Rejected(rejection), None)
}
