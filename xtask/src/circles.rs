//! The structure of the packages: files never import each other in a circle, and a room of the
//! portal imports only rooms below it. What counts is a path that starts with `crate`, `super` or
//! `self`, in a `use` or elsewhere; code under `#[cfg(test)]` does not count, nor does a module that
//! contains the file.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use serde_json::Value;
use xshell::cmd;

use crate::files::{files_below, is_kind};
use crate::paths;

/// A module by its path inside the crate; the crate's root is empty.
type Module = Vec<String>;

/// The portal's rooms, from the top.
const ROOMS: [&str; 10] = [
    "app",
    "pages",
    "upload",
    "components",
    "context",
    "api",
    "platform",
    "config",
    "route",
    "i18n",
];

/// Checks all packages.
///
/// # Errors
/// Names the files of each circle, and each import of a room from one that is not above it.
pub fn check() -> Result<()> {
    let root = paths::root();
    let mut found = Vec::new();
    let shell = paths::shell()?;
    let workspace = cmd!(shell, "cargo metadata --quiet --no-deps --format-version 1");
    let workspace = workspace.quiet().read()?;
    let workspace: Value = serde_json::from_str(&workspace)?;
    for package in workspace["packages"]
        .as_array()
        .context("cargo knows no packages")?
    {
        let manifest = Path::new(
            package["manifest_path"]
                .as_str()
                .context("a package is nowhere")?,
        );
        let source = manifest.with_file_name("src");
        let mut files = Vec::new();
        for file in files_below(&source)? {
            if is_kind(&file, "rs") {
                let text = fs::read_to_string(&file)?;
                files.push((file.strip_prefix(&source)?.to_owned(), text));
            }
        }
        let imports = Imports::read(files).with_context(|| source.display().to_string())?;
        let name = package["name"].as_str().unwrap_or_default();
        found.extend(
            imports
                .circles()
                .into_iter()
                .map(|circle| format!("{name}: {circle}")),
        );
        if manifest.parent() == Some(root) {
            found.extend(imports.against_the_order(&ROOMS));
        }
    }
    ensure!(found.is_empty(), "{}", found.join("\n"));
    Ok(())
}

/// Which module of a package imports which others.
#[derive(Debug, Default)]
struct Imports {
    files: BTreeMap<Module, PathBuf>,
    imports: BTreeMap<Module, BTreeSet<Module>>,
}

impl Imports {
    /// Reads files, each by its path inside the folder of sources and its text.
    fn read(sources: Vec<(PathBuf, String)>) -> Result<Self> {
        let mut imports = Imports::default();
        let mut references = Vec::new();
        for (file, text) in sources {
            let path = file.with_extension("");
            let mut module: Module = path
                .iter()
                .map(|part| part.to_string_lossy().into())
                .collect();
            module.pop_if(|last| ["mod", "lib", "main"].contains(&last.as_str()));
            let tokens: TokenStream = text
                .parse()
                .ok()
                .with_context(|| format!("{} is no Rust", file.display()))?;
            read(tokens, &module, &mut |path| {
                references.push((module.clone(), path))
            });
            imports.files.insert(module, file);
        }
        for (from, path) in references {
            let mut modules = (1..=path.len()).rev().map(|length| &path[..length]);
            let to = modules.find(|path| imports.files.contains_key(*path));
            if let Some(to) = to.filter(|to| !from.starts_with(to)) {
                imports.imports.entry(from).or_default().insert(to.to_vec());
            }
        }
        Ok(imports)
    }

    /// All that a module imports, itself or through others.
    fn reachable<'a>(&'a self, from: &'a Module) -> BTreeSet<&'a Module> {
        let mut found = BTreeSet::new();
        let mut next = vec![from];
        while let Some(module) = next.pop() {
            let imported = self.imports.get(module).into_iter().flatten();
            next.extend(imported.filter(|module| found.insert(*module)));
        }
        found
    }

    /// One sentence for each circle.
    fn circles(&self) -> Vec<String> {
        let reachable: BTreeMap<&Module, BTreeSet<&Module>> = self
            .files
            .keys()
            .map(|module| (module, self.reachable(module)))
            .collect();
        let circles: BTreeSet<Vec<String>> = reachable
            .iter()
            .filter(|(module, imported)| imported.contains(*module))
            .map(|(module, imported)| {
                let others = imported
                    .iter()
                    .filter(|other| reachable[**other].contains(*module));
                others
                    .map(|other| self.files[*other].display().to_string())
                    .collect()
            })
            .collect();
        let sentence = |files: Vec<String>| {
            format!(
                "these files import each other in a circle: {}",
                files.join(", ")
            )
        };
        circles.into_iter().map(sentence).collect()
    }

    /// One sentence for each import of a room that is not below the importing one, and for each room
    /// that has no place in the order.
    fn against_the_order(&self, rooms: &[&str]) -> Vec<String> {
        // The crate's root is above all rooms.
        let place = |module: &Module| match module.first() {
            Some(room) => rooms
                .iter()
                .position(|known| known == room)
                .map(|place| place + 1),
            None => Some(0),
        };
        let unknown = self
            .files
            .iter()
            .filter(|(module, _)| place(module).is_none());
        let unknown = unknown
            .map(|(_, file)| format!("{} is in no room of xtask/src/circles.rs", file.display()));
        let imports = self
            .imports
            .iter()
            .flat_map(|(from, all)| all.iter().map(move |to| (from, to)));
        let upwards =
            imports.filter(|(from, to)| from.first() != to.first() && place(from) >= place(to));
        let upwards = upwards.map(|(from, to)| {
            format!(
                "{} imports {}, which is not below it",
                self.files[from].display(),
                self.files[to].display()
            )
        });
        unknown.chain(upwards).collect()
    }
}

/// Gives `found` the paths inside the crate that `tokens` name; `module` is where they are.
fn read(tokens: TokenStream, module: &[String], found: &mut impl FnMut(Module)) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let mut rest = tokens.as_slice();
    while let Some((token, after)) = rest.split_first() {
        rest = after;
        match (token, after) {
            (TokenTree::Punct(mark), [TokenTree::Group(group), item @ ..])
                if mark.as_char() == '#' && is_for_tests(group) =>
            {
                let end = item
                    .iter()
                    .position(|token| brace(token).is_some() || is_mark(token, ';'));
                rest = end.map_or(&[], |end| &item[end + 1..]);
            }
            (
                TokenTree::Ident(word),
                [TokenTree::Ident(name), TokenTree::Group(group), others @ ..],
            ) if word == "mod" => {
                read(
                    group.stream(),
                    &[module, &[name.to_string()]].concat(),
                    found,
                );
                rest = others;
            }
            (TokenTree::Ident(word), _)
                if ["crate", "super", "self"].iter().any(|start| word == start) =>
            {
                rest = path(token, after, module.to_vec(), found);
            }
            (TokenTree::Group(group), _) => read(group.stream(), module, found),
            _ => {}
        }
    }
}

/// Reads the path of `first` and what follows it, with all that is in its braces; it starts from the
/// module `path`. Gives what is left.
fn path<'a>(
    first: &TokenTree,
    mut rest: &'a [TokenTree],
    mut path: Module,
    found: &mut impl FnMut(Module),
) -> &'a [TokenTree] {
    let mut next = Some(first);
    while let Some(token) = next {
        match token {
            TokenTree::Ident(word) if word == "crate" => path.clear(),
            TokenTree::Ident(word) if word == "super" => drop(path.pop()),
            TokenTree::Ident(word) if word == "self" => {}
            TokenTree::Ident(word) => path.push(word.to_string()),
            token => {
                let inner: Vec<TokenTree> = brace(token).into_iter().flatten().collect();
                for part in inner.split(|token| is_mark(token, ',')) {
                    if let Some((first, rest)) = part.split_first() {
                        self::path(first, rest, path.clone(), found);
                    }
                }
                break;
            }
        }
        next = None;
        if let [a, b, token, after @ ..] = rest
            && is_mark(a, ':')
            && is_mark(b, ':')
        {
            (next, rest) = (Some(token), after);
        }
    }
    found(path);
    rest
}

fn is_for_tests(attribute: &Group) -> bool {
    attribute.to_string().replace(' ', "") == "[cfg(test)]"
}

fn is_mark(token: &TokenTree, mark: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == mark)
}

/// What is in these braces, when the token is some.
fn brace(token: &TokenTree) -> Option<TokenStream> {
    match token {
        TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => Some(group.stream()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A package of these files, each with its text.
    fn imports(files: &[(&str, &str)]) -> Imports {
        let sources = files
            .iter()
            .map(|(file, text)| (PathBuf::from(file), (*text).to_owned()));
        Imports::read(sources.collect()).unwrap()
    }

    #[test]
    fn files_that_import_each_other_are_a_circle_and_are_named() {
        let found = imports(&[
            ("lib.rs", "mod a; mod b; mod c; pub use a::A;"),
            (
                "a.rs",
                "use std::{fmt, io}; use crate::{b::{self, B}, lib_item}; //! use crate::c;",
            ),
            ("b/mod.rs", "mod inner; fn f() { view! { <crate::c::C/> } }"),
            ("b/inner.rs", "use super::super::a::A; use super::B;"),
            ("c.rs", "fn f() -> crate::b::inner::D { \"crate::a\" }"),
        ])
        .circles();
        assert_eq!(
            found,
            ["these files import each other in a circle: a.rs, b/mod.rs, b/inner.rs, c.rs"]
        );
    }

    #[test]
    fn tests_parents_and_modules_inside_a_file_make_no_circle() {
        let found = imports(&[
            ("main.rs", "mod a; mod b; use a::f;"),
            (
                "a.rs",
                "use super::b; mod inner { use super::f; } #[cfg(test)] mod tests { use crate::b::x; }",
            ),
            ("b.rs", "#[cfg(test)] use crate::a::f; use crate::thing;"),
        ]);
        assert_eq!(found.circles(), [""; 0]);
    }

    #[test]
    fn a_room_imports_only_rooms_below_it() {
        let found = imports(&[
            ("lib.rs", "use crate::pages::P;"),
            ("pages/mod.rs", "use crate::{api::call, pages::overview};"),
            ("pages/overview.rs", ""),
            ("api.rs", "use crate::pages::overview::O;"),
            ("extra.rs", ""),
        ]);
        assert_eq!(
            found.against_the_order(&["pages", "api"]),
            [
                "extra.rs is in no room of xtask/src/circles.rs",
                "api.rs imports pages/overview.rs, which is not below it",
            ]
        );
    }
}
