//! `kdsl diff`: what applying one set of objects over another does.

use super::input::{self, Input};
use super::terminal::{self, print, say};
use super::{Diagnostics, ERRORS, Stop, disk, manifests, params};
use crate::diff::Verdict;
use crate::engine::{self, Definitions, Engine, Side};
use crate::params::Given;
use crate::world::World;
use clap::ValueEnum;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Tell what applying NEW over OLD does
///
/// Each of the two is a kdsl program, a file of YAML or JSON, a folder of such files, or `-` for YAML on standard input. OLD may be what a
/// cluster holds: `kubectl get deploy,svc,cm -n shop -o yaml | kdsl diff - shop.kdsl`. What only the server writes, its defaults, the order
/// of lists whose elements have names, and the spelling of amounts are no differences.
///
/// Each object gets a verdict: it is created, changes in place, rolls the pods, is deleted, deletes data with it, or is refused, because
/// the API server does not let that field change.
#[derive(clap::Args)]
#[command(after_help = "Exit code: 0, whether there are differences or not, unless --exit-code or --fail-on asks for 1; 1 too where a \
                        program or a manifest has errors; 2 where the command line is wrong or a file cannot be read.")]
pub struct Args {
    /// What is there.
    old: PathBuf,
    /// What is applied.
    new: PathBuf,
    #[command(flatten)]
    params: params::ParamArgs,
    /// A value for a param of OLD alone; it wins over -p.
    #[arg(long, value_name = "NAME=VALUE", value_parser = params::pair)]
    old_param: Vec<(String, String)>,
    /// A value for a param of NEW alone; it wins over -p.
    #[arg(long, value_name = "NAME=VALUE", value_parser = params::pair)]
    new_param: Vec<(String, String)>,
    /// YAML with CustomResourceDefinitions, or a folder of it, for kinds whose definition is in neither OLD nor NEW.
    #[arg(long, value_name = "FILE")]
    crds: Vec<PathBuf>,
    /// The namespace of objects that name none.
    #[arg(short, long, value_name = "NAME")]
    namespace: Option<String>,
    /// How to write it.
    #[arg(long, value_enum, default_value_t)]
    format: Output,
    /// End with 1 where there is any difference.
    #[arg(long)]
    exit_code: bool,
    /// End with 1 where an object gets one of these verdicts.
    #[arg(long, value_enum, value_name = "VERDICT", value_delimiter = ',')]
    fail_on: Vec<Gate>,
    /// How to write errors.
    #[arg(long, value_enum, default_value_t, value_name = "STYLE")]
    diagnostics: Diagnostics,
}

#[derive(Clone, Copy, Default, ValueEnum)]
enum Output {
    /// For a terminal.
    #[default]
    Text,
    /// For a pull request.
    Markdown,
    /// One JSON object.
    Json,
}

#[derive(Clone, Copy, ValueEnum)]
enum Gate {
    Refused,
    DeletesData,
    Deleted,
    RollsPods,
}

impl Gate {
    fn verdict(self) -> Verdict {
        match self {
            Gate::Refused => Verdict::Refused,
            Gate::DeletesData => Verdict::DeletesData,
            Gate::Deleted => Verdict::Deleted,
            Gate::RollsPods => Verdict::Rolls,
        }
    }
}

pub fn run(args: Args, color: bool, color_out: bool) -> Result<ExitCode, Stop> {
    input::only_one_stdin([&args.old, &args.new], args.params.stdins())?;
    let given = args.params.given()?;
    let (old, _) = side(&args, &args.old, &given, &args.old_param)?;
    let (new, program) = side(&args, &args.new, &given, &args.new_param)?;
    let mut failed = false;
    // Advice is what `check` and `vet` are for; here it would stand between the reader and the changes.
    for side in [&old, &new].into_iter().filter(|side| side.diagnostics.has_errors()) {
        say(&side.diagnostics.render(args.diagnostics.style(color)));
        failed = true;
    }
    if failed {
        return Ok(ERRORS.into());
    }
    let rules = program.as_ref().map(|(world, path)| (world as &dyn World, path.as_str()));
    let diff = engine::diff_with(&old, &new, rules, &definitions(&args.crds)?);
    match args.format {
        Output::Text => print(&diff.text(color_out, terminal::width()))?,
        Output::Markdown => print(&diff.markdown())?,
        Output::Json => print(&format!("{:#}\n", diff.json()))?,
    }
    let gated = args.fail_on.iter().any(|gate| diff.report.count(gate.verdict()) > 0);
    Ok(if gated || args.exit_code && !diff.report.is_empty() { ERRORS.into() } else { ExitCode::SUCCESS })
}

fn definitions(files: &[PathBuf]) -> Result<Definitions, Stop> {
    let mut definitions = Definitions::default();
    for (name, bytes) in manifests::texts(files, disk::LARGEST)? {
        let added = definitions.add(&String::from_utf8_lossy(&bytes));
        added.map_err(|why| Stop::usage(format!("--crds {name}: {why}")))?;
    }
    Ok(definitions)
}

/// The objects of OLD or NEW, and the program where it is one.
fn side(args: &Args, file: &Path, given: &[Given], own: &[(String, String)]) -> Result<(Side, Option<(disk::Folder, String)>), Stop> {
    let in_namespace = |side: Side| match &args.namespace {
        Some(namespace) => side.in_namespace(namespace),
        None => side,
    };
    if file.extension().is_none_or(|e| e != "kdsl") {
        let texts = manifests::texts(&[file.to_path_buf()], disk::LARGEST)?;
        return Ok((in_namespace(engine::manifests(texts)), None));
    }
    let input = Input::open(file)?;
    let program = (input.world.clone(), input.path.clone());
    let given = given.iter().cloned().chain(params::given_by(own));
    let build = given.fold(Engine::new(input.world), Engine::given).build(&input.path);
    Ok((in_namespace(build.into_side()), Some(program)))
}
