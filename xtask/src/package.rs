//! `cargo xtask package`: the Debian package and the bill of materials, made of the release binary and of what `packaging` holds.
//!
//! What lives here: what lies where in the package. What may not: what is in it, which is in `packaging` and in the binary itself.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::process;
use crate::sbom;
use crate::workspace::Workspace;

/// What the package is called.
pub const NAME: &str = "consentry";

/// Scripts that dpkg runs.
const SCRIPTS: [&str; 3] = ["postinst", "prerm", "postrm"];

/// The file that operators change, and that an upgrade leaves as they have it.
pub const CONFIGURATION: &str = "etc/consentry/consentry.toml";

/// The unit.
pub const UNIT: &str = "usr/lib/systemd/system/consentry.service";

/// What the binary is made of.
pub const BILL: &str = "usr/share/doc/consentry/sbom.cdx.json";

/// Builds the release binary and packages it; says where the package and the bill of its materials are.
pub fn run(workspace: &Workspace) -> Result<()> {
    process::run(
        workspace
            .cargo()
            .args(["build", "--release", "--locked", "--bin", NAME]),
    )?;
    let folder = workspace.target().join("package");
    let binary = workspace.target().join("release").join(NAME);
    let version = env!("CARGO_PKG_VERSION");
    let package = debian(workspace, &binary, version, &folder)?;
    println!("{}", package.display());
    let bill = folder.join(format!("{NAME}_{version}.cdx.json"));
    fs::write(&bill, sbom::of_binary(workspace, version)?)?;
    println!("{}", bill.display());
    Ok(())
}

/// Packages a binary under a version; answers the file. What the folder held of an earlier package is gone.
pub fn debian(workspace: &Workspace, binary: &Path, version: &str, folder: &Path) -> Result<PathBuf> {
    let tree = Tree::empty(workspace, folder.join("tree"))?;
    let inside = format!("usr/bin/{NAME}");
    tree.copy(binary, &inside, 0o755)?;
    tree.packaged("consentry.service", UNIT)?;
    tree.packaged("consentry.toml", CONFIGURATION)?;
    tree.packaged("sysusers.conf", "usr/lib/sysusers.d/consentry.conf")?;
    tree.packaged("debian/copyright", "usr/share/doc/consentry/copyright")?;
    for file in ["alerts.yml", "dashboard.json"] {
        let from = workspace.root().join("monitoring").join(file);
        tree.copy(&from, &format!("usr/share/consentry/monitoring/{file}"), 0o644)?;
    }
    tree.zipped(
        &workspace.root().join("CHANGELOG.md"),
        "usr/share/doc/consentry/changelog.gz",
    )?;
    tree.write(BILL, &sbom::of_binary(workspace, version)?, 0o644)?;
    tree.manual(binary)?;
    tree.completions(binary)?;
    tree.write("DEBIAN/conffiles", &format!("/{CONFIGURATION}\n"), 0o644)?;
    for script in SCRIPTS {
        let from = workspace.root().join("packaging/debian").join(script);
        tree.copy(&from, &format!("DEBIAN/{script}"), 0o755)?;
    }
    let architecture = process::capture(Command::new("dpkg").arg("--print-architecture"))?;
    let architecture = architecture.trim();
    let libraries = libraries(folder, &tree.at(&inside))?;
    let control = format!(
        "Package: {NAME}\n\
         Version: {version}\n\
         Architecture: {architecture}\n\
         Maintainer: The authors of Consentry <packages@consentry.example>\n\
         Section: net\n\
         Priority: optional\n\
         Depends: {libraries}, systemd\n\
         Recommends: tzdata\n\
         Description: consent platform: one ledger, and doors that others already speak\n \
         Asks people for consent, records it, proves it, enforces it, and lets them take it back:\n \
         OpenID Connect, consent records, consent tokens, dashboards, and consent for dataspaces.\n"
    );
    tree.write("DEBIAN/control", &control, 0o644)?;
    let package = folder.join(format!("{NAME}_{version}_{architecture}.deb"));
    process::run(
        Command::new("dpkg-deb")
            // Quick to pack and to take apart; the binary is most of it.
            .args(["--root-owner-group", "-Zgzip", "-z1", "--build"])
            .arg(tree.root)
            .arg(&package),
    )?;
    Ok(package)
}

/// Packages of the libraries that a binary is linked with.
fn libraries(folder: &Path, binary: &Path) -> Result<String> {
    let binary = fs::canonicalize(binary)?;
    // The tool wants to be where the source of a package is.
    let source = folder.join("source");
    fs::create_dir_all(source.join("debian"))?;
    fs::write(
        source.join("debian/control"),
        format!("Source: {NAME}\n\nPackage: {NAME}\nArchitecture: any\n"),
    )?;
    let said = process::capture(
        Command::new("dpkg-shlibdeps")
            .current_dir(&source)
            .args(["-O", "-e"])
            .arg(binary),
    )?;
    let libraries = said.trim().strip_prefix("shlibs:Depends=");
    Ok(libraries.context("dpkg-shlibdeps named no libraries")?.to_owned())
}

/// What the package will hold, as a folder.
struct Tree<'a> {
    workspace: &'a Workspace,
    root: PathBuf,
}

impl<'a> Tree<'a> {
    fn empty(workspace: &'a Workspace, root: PathBuf) -> Result<Self> {
        if root.exists() {
            fs::remove_dir_all(&root)?;
        }
        fs::create_dir_all(root.join("DEBIAN"))?;
        Ok(Self { workspace, root })
    }

    fn at(&self, path: &str) -> PathBuf {
        self.root.join(path)
    }

    /// Makes the folders above a file.
    fn place(&self, path: &str) -> Result<PathBuf> {
        let file = self.at(path);
        if let Some(folder) = file.parent() {
            fs::create_dir_all(folder)?;
        }
        Ok(file)
    }

    fn copy(&self, from: &Path, to: &str, mode: u32) -> Result<()> {
        let file = self.place(to)?;
        fs::copy(from, &file).with_context(|| format!("cannot copy {}", from.display()))?;
        set_mode(&file, mode)
    }

    fn packaged(&self, from: &str, to: &str) -> Result<()> {
        let from = self.workspace.root().join("packaging").join(from);
        self.copy(&from, to, 0o644)
    }

    fn write(&self, to: &str, text: &str, mode: u32) -> Result<()> {
        let file = self.place(to)?;
        fs::write(&file, text)?;
        set_mode(&file, mode)
    }

    fn zipped(&self, from: &Path, to: &str) -> Result<()> {
        let file = self.place(to)?;
        let zipped = Command::new("gzip")
            .args(["--best", "--no-name", "--stdout"])
            .arg(from)
            .output()?;
        anyhow::ensure!(zipped.status.success(), "gzip failed on {}", from.display());
        fs::write(&file, zipped.stdout)?;
        set_mode(&file, 0o644)
    }

    fn manual(&self, binary: &Path) -> Result<()> {
        let pages = self.root.with_file_name("manual");
        fs::create_dir_all(&pages)?;
        process::run(Command::new(binary).args(["man", "--to"]).arg(&pages))?;
        for page in fs::read_dir(&pages)? {
            let page = page?;
            let name = page.file_name().to_string_lossy().into_owned();
            self.zipped(&page.path(), &format!("usr/share/man/man1/{name}.gz"))?;
        }
        Ok(())
    }

    fn completions(&self, binary: &Path) -> Result<()> {
        for (shell, place) in [
            ("bash", "usr/share/bash-completion/completions/consentry"),
            ("zsh", "usr/share/zsh/vendor-completions/_consentry"),
            ("fish", "usr/share/fish/vendor_completions.d/consentry.fish"),
        ] {
            let text = process::capture(Command::new(binary).args(["completions", shell]))?;
            self.write(place, &text, 0o644)?;
        }
        Ok(())
    }
}

fn set_mode(file: &Path, mode: u32) -> Result<()> {
    use std::os::unix::fs::PermissionsExt as _;

    Ok(fs::set_permissions(file, fs::Permissions::from_mode(mode))?)
}
