//! Code that all fuzz targets share.

/// Ignores panics of dependencies; a panic of this project's own code still ends the run.
///
/// `render` catches a decoder's panic and rejects the image as corrupt, so that is an outcome, not a
/// finding. libFuzzer's own hook would end the run before `render` could catch it.
pub fn tolerate_panics_of_dependencies() {
    let fatal = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        let foreign = panic
            .location()
            .is_some_and(|location| is_foreign(location.file()));
        if !foreign {
            fatal(panic);
        }
    }));
}

/// Returns `true` if a source file belongs to a dependency or to the standard library.
fn is_foreign(file: &str) -> bool {
    file.contains("/registry/src/") || file.starts_with("/rustc/")
}
