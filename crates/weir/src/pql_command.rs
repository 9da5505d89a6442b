//! `weir pql`: one rule in another form, or as a sentence.

use crate::check;
use crate::exit::End;
use anyhow::{Result, bail};
use clap::{Args, ValueEnum};
use control::Severity;
use pql::{Program, json, sentence};
use std::io::Write;
use std::path::{Path, PathBuf};

/// Say what a rule means, or write it in another form: text (`pql/text`) or JSON (`pql/json`).
///
/// Reads either form; JSON begins with `{`. What is wrong with a rule is shown under its line, on stderr.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct PqlArgs {
    /// What to make of it.
    #[arg(long, value_enum, default_value = "english")]
    to: Form,
    /// The rule; `-` is stdin.
    #[arg(
        required_unless_present = "file",
        conflicts_with = "file",
        allow_hyphen_values = true
    )]
    expression: Option<String>,
    /// A file that holds the rule and nothing else.
    #[arg(short, long, value_name = "FILE")]
    file: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Form {
    /// A sentence in English.
    English,
    /// A sentence in Korean.
    Korean,
    /// Text.
    Text,
    /// JSON.
    Json,
}

const EXAMPLES: &str = "\
Examples:
  weir pql 'homeAddress.country = \"KR\" and xEvent[eventType = \"commerce.purchases\"].count() >= 3'
  weir pql --to korean 'loyalty.points >= 1000'
  weir pql --to json 'loyalty.points >= 1000' | weir pql --to text -";

/// Prints what was asked for on stdout; mistakes go to stderr and make the exit code 1, warnings do not.
pub(crate) fn run(args: &PqlArgs) -> Result<End> {
    let (name, rule) = rule(args)?;
    let checked = control::check_expression(&name, rule, None);
    if !checked.report.diagnostics().is_empty() {
        write!(std::io::stderr(), "{}", checked.report)?;
    }
    let Some(program) = checked.desired else {
        debug_assert!(checked.report.count(Severity::Error) > 0, "there is a reason");
        return Ok(End::Refused);
    };
    writeln!(std::io::stdout(), "{}", args.to.of(&program))?;
    Ok(End::Done)
}

/// What the report calls the rule, and the rule.
fn rule(args: &PqlArgs) -> Result<(String, String)> {
    let path = match (&args.expression, &args.file) {
        (Some(expression), _) if expression != "-" => return Ok(("rule".to_owned(), expression.clone())),
        (_, Some(file)) => file.as_path(),
        _ => Path::new("-"),
    };
    let (name, bytes) = check::read(path)?;
    let Ok(rule) = String::from_utf8(bytes) else {
        bail!("{name} is not UTF-8 text");
    };
    Ok((name, rule.trim_end().to_owned()))
}

impl Form {
    fn of(self, program: &Program) -> String {
        match self {
            Self::English => sentence::english(program),
            Self::Korean => sentence::korean(program),
            Self::Text => program.to_string(),
            Self::Json => json::pretty(program),
        }
    }
}
