//! The process on the other side of the wall.

use std::io::{self, Read};

use darkroom_imaging::{Rejection, RejectionCode, Rendered, inspect, load_decoders, render};

use crate::allocator::exit_when_out_of_memory;
use crate::confinement::{ChildLimits, Wall, begin_picture, confine};
use crate::protocol::{Greeting, RenderedHeader, Reply, Request, Task, read_header, write_message};

/// Serves requests from stdin on stdout until stdin ends: the whole life of a render process.
///
/// To be called before anything else has started threads or opened files.
///
/// # Errors
/// If the parent goes away in the middle of a message. A process that cannot be confined tells its
/// parent, and that is all it does.
pub fn run_child(limits: &ChildLimits) -> io::Result<()> {
    exit_when_out_of_memory();
    load_decoders();
    let walls = confine(limits, Wall::ALL);
    // A decoder's panic is reported as an outcome; its text may repeat bytes of the picture.
    std::panic::set_hook(Box::new(|_| {}));
    let mut input = io::stdin().lock();
    let mut output = io::stdout().lock();
    match walls {
        Ok(walls) => write_message(&mut output, &Greeting::Ready(walls), [])?,
        Err(error) => {
            let greeting = Greeting::Unconfined(error.to_string());
            return write_message(&mut output, &greeting, []);
        }
    }
    while let Some(request) = read_header::<Request>(&mut input)? {
        begin_picture(limits)?;
        let source = read_source(&mut input, request.source_bytes)?;
        let (reply, rendered) = answer(&request.task, source);
        let bodies = rendered.iter().flat_map(|rendered| &rendered.variants);
        write_message(
            &mut output,
            &reply,
            bodies.map(|variant| &variant.bytes[..]),
        )?;
    }
    Ok(())
}

fn read_source(input: &mut impl Read, length: u64) -> io::Result<Vec<u8>> {
    let mut source = vec![0; usize::try_from(length).map_err(io::Error::other)?];
    input.read_exact(&mut source)?;
    Ok(source)
}

fn answer(task: &Task, source: Vec<u8>) -> (Reply, Option<Rendered>) {
    let outcome = std::panic::catch_unwind(|| match task {
        Task::Render(recipe) => render(&source, recipe).map(|rendered| {
            (
                Reply::Rendered(RenderedHeader::of(&rendered)),
                Some(rendered),
            )
        }),
        Task::Inspect(limits) => {
            inspect(&source, limits).map(|inspection| (Reply::Inspected(inspection), None))
        }
    });
    match outcome {
        Ok(Ok(answer)) => answer,
        Ok(Err(rejection)) => (Reply::Rejected(rejection), None),
        Err(_) => {
            let message = "the picture could not be read to its end";
            (
                Reply::Rejected(Rejection::new(RejectionCode::Crashed, message)),
                None,
            )
        }
    }
}
