//! Templates that operators write: how much they may do, whatever they are for.

use minijinja::{Environment, UndefinedBehavior, syntax::SyntaxConfig};

/// An environment in which a template does `fuel` steps at the most, names nothing that there is not, leaves no lines behind where it
/// only decides, and has none of these filters.
pub(crate) fn bounded(fuel: u64, refused_filters: &[&str]) -> Environment<'static> {
    let mut environment = Environment::new();
    environment.set_fuel(Some(fuel));
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    if let Ok(syntax) = SyntaxConfig::builder()
        .trim_blocks(true)
        .lstrip_blocks(true)
        .build()
    {
        environment.set_syntax(syntax);
    }
    for filter in refused_filters {
        environment.remove_filter(filter);
    }
    environment.remove_global("debug");
    environment
}
