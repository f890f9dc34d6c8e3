//! Writes the tables of the files that are built into the binary, by name: every `profiles/*.yaml`, `scenarios/*.yaml` and
//! `scenarios/chaos/*.yaml`.
//!
//! A list in the source would name vendors in code; the folder is the list.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    write_table("profiles", "profiles.rs")?;
    write_table("scenarios", "scenarios.rs")?;
    write_table("scenarios/chaos", "chaos.rs")
}

fn write_table(folder: &str, table_file: &str) -> io::Result<()> {
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    println!("cargo:rerun-if-changed={folder}");
    let entries = fs::read_dir(root.join(folder))?;
    let mut files: Vec<PathBuf> =
        entries.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>()?;
    files.retain(|path| path.extension().is_some_and(|extension| extension == "yaml"));
    files.sort();
    let mut table = String::from("&[\n");
    for path in &files {
        println!("cargo:rerun-if-changed={}", path.display());
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        // Writing into a String cannot fail.
        let _ = writeln!(
            table,
            "    ({:?}, include_str!({:?})),",
            format!("{folder}/{name}"),
            path.display().to_string()
        );
    }
    table.push(']');
    fs::write(Path::new(&env::var_os("OUT_DIR").unwrap_or_default()).join(table_file), table)
}
