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
const ROOMS: &str = "app pages keep scan upload components context api platform config route i18n";

/// Checks all packages.
pub fn check() -> Result<()> {
    let shell = paths::shell()?;
    let workspace = cmd!(shell, "cargo metadata --quiet --no-deps --format-version 1");
    let workspace: Value = serde_json::from_str(&workspace.read()?)?;
    let mut found = Vec::new();
    for package in workspace["packages"].as_array().into_iter().flatten() {
        let manifest = package["manifest_path"].as_str();
        let manifest = Path::new(manifest.context("cargo knows no manifest")?);
        let source = manifest.with_file_name("src");
        let mut files = files_below(&source)?;
        files.retain(|file| is_kind(file, "rs"));
        let read = |file: PathBuf| Ok((fs::read_to_string(&file)?, file));
        let texts = files.into_iter().map(read).collect::<Result<_>>()?;
        let imports = Imports::read(&source, texts)?;
        found.extend(imports.circles());
        if manifest.parent() == Some(paths::root()) {
            found.extend(imports.against_the_order(ROOMS));
        }
    }
    ensure!(found.is_empty(), "{}", found.join("\n"));
    Ok(())
}

/// Which module of a package imports which others.
#[derive(Debug, Default)]
struct Imports {
    /// Each module's file, from the repository's root.
    files: BTreeMap<Module, String>,
    imports: BTreeMap<Module, BTreeSet<Module>>,
}

impl Imports {
    /// Reads files, each by its text and its path, which is below `source`.
    fn read(source: &Path, texts: Vec<(String, PathBuf)>) -> Result<Self> {
        let mut imports = Imports::default();
        let mut references = Vec::new();
        for (text, file) in texts {
            let path = file.strip_prefix(source)?.with_extension("");
            let names = path.iter().map(|name| name.to_string_lossy().into());
            let mut module: Module = names.collect();
            module.pop_if(|last| ["mod", "lib", "main"].contains(&last.as_str()));
            let file = file.strip_prefix(paths::root()).unwrap_or(&file);
            let file = file.display().to_string();
            let tokens = text.parse::<TokenStream>().ok();
            let tokens = tokens.with_context(|| format!("{file} is no Rust"))?;
            let found = &mut |path| references.push((module.clone(), path));
            read(tokens, &module, found);
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
    fn circles(&self) -> BTreeSet<String> {
        let modules = self.files.keys();
        let reachable: BTreeMap<_, _> = modules.map(|it| (it, self.reachable(it))).collect();
        let in_circles = reachable
            .iter()
            .filter(|(it, imported)| imported.contains(*it));
        let sentences = in_circles.map(|(module, imported)| {
            let circle = imported
                .iter()
                .filter(|it| reachable[**it].contains(module));
            let files: Vec<&str> = circle.map(|it| self.files[*it].as_str()).collect();
            format!("files import each other in a circle: {}", files.join(", "))
        });
        sentences.collect()
    }

    /// One sentence for each import of a room that is not below the importing one, and for each room
    /// that has no place in the order.
    fn against_the_order(&self, rooms: &str) -> Vec<String> {
        // The crate's root is above all rooms.
        let place = |module: &Module| {
            let room = module.first().map_or("", String::as_str);
            [""].into_iter()
                .chain(rooms.split(' '))
                .position(|known| known == room)
        };
        let mut found = Vec::new();
        for (from, file) in &self.files {
            if place(from).is_none() {
                found.push(format!(
                    "{file} is in no room that xtask/src/circles.rs knows"
                ));
                continue;
            }
            for to in self.imports.get(from).into_iter().flatten() {
                if from.first() != to.first() && place(to).is_some_and(|to| Some(to) <= place(from))
                {
                    found.push(format!(
                        "{file} imports {}, which is not below it",
                        self.files[to]
                    ));
                }
            }
        }
        found
    }
}

/// Gives `found` the paths inside the crate that `tokens` name; `module` is where they are.
fn read(tokens: TokenStream, module: &[String], found: &mut impl FnMut(Module)) {
    use TokenTree::{Group, Ident, Punct};
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let mut rest = tokens.as_slice();
    while let Some((token, after)) = rest.split_first() {
        rest = after;
        match (token, after) {
            (Punct(_), [Group(attribute), item @ ..]) if is_for_tests(attribute) => {
                let ends = |token: &TokenTree| brace(token).is_some() || is_mark(token, ';');
                let end = item.iter().position(ends);
                rest = end.map_or(&[], |end| &item[end + 1..]);
            }
            (Ident(word), [Ident(name), Group(content), others @ ..]) if word == "mod" => {
                let inner = [module, &[name.to_string()]].concat();
                read(content.stream(), &inner, found);
                rest = others;
            }
            (Ident(word), _) if word == "crate" || word == "super" || word == "self" => {
                rest = path(token, after, module.to_vec(), found);
            }
            (Group(group), _) => read(group.stream(), module, found),
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
        let texts = files
            .iter()
            .map(|(file, text)| ((*text).to_owned(), PathBuf::from(file)));
        Imports::read(Path::new(""), texts.collect()).unwrap()
    }

    #[test]
    fn files_that_import_each_other_are_a_circle_and_are_named() {
        let found = imports(&[
            ("lib.rs", "mod a; mod b; mod c; pub use a::A;"),
            (
                "a.rs",
                "use std::{fmt, io}; use crate::{b::{self, B}, item}; // crate::c",
            ),
            ("b/mod.rs", "mod inner; fn f() { view! { <crate::c::C/> } }"),
            ("b/inner.rs", "use super::super::a::A; use super::B;"),
            ("c.rs", "fn f() -> crate::b::inner::D { \"crate::a\" }"),
        ]);
        let circle = "files import each other in a circle: a.rs, b/mod.rs, b/inner.rs, c.rs";
        assert_eq!(found.circles(), BTreeSet::from([circle.to_owned()]));
    }

    #[test]
    fn tests_parents_and_modules_inside_a_file_make_no_circle() {
        let tests =
            "use super::b; mod inner { use super::f; } #[cfg(test)] mod t { use crate::b; }";
        let found = imports(&[
            ("main.rs", "mod a; mod b; use a::f;"),
            ("a.rs", tests),
            ("b.rs", "#[cfg(test)] use crate::a::f; use crate::thing;"),
        ]);
        assert_eq!(found.circles(), BTreeSet::new());
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
        let expected = [
            "api.rs imports pages/overview.rs, which is not below it",
            "extra.rs is in no room that xtask/src/circles.rs knows",
        ];
        assert_eq!(found.against_the_order("pages api"), expected);
    }
}
