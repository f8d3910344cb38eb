//! Code shared by the fuzz targets.

/// Ignores panics of dependencies. Panics of this project's code still abort.
///
/// `render` catches the panic of a decoder and rejects the image as corrupt, so the panic is not a
/// finding. libFuzzer's own panic hook would abort the process before `render` could catch the
/// panic.
pub fn tolerate_panics_of_dependencies() {
    let abort = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        let is_foreign = panic
            .location()
            .is_some_and(|location| is_foreign(location.file()));
        if !is_foreign {
            abort(panic);
        }
    }));
}

/// Returns `true` if a source file belongs to a dependency or to the standard library.
fn is_foreign(file: &str) -> bool {
    file.contains("/registry/src/") || file.starts_with("/rustc/")
}
