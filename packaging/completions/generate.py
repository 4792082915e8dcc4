"""Writes the completions for bash, zsh and fish from the output of `aerostat --help`.

    python3 packaging/completions/generate.py [AEROSTAT]   # default: build/release/bin/aerostat

e2e.completions fails if they differ from the output of this program.
"""

import re
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).resolve().parent
FILES = {"--trace", "--settings", "--plot", "--output", "-o", "--socket"}
DIRECTORIES = {"--directory"}


@dataclass
class Option:
    names: list[str]
    help: str
    takes: str  # what it takes, in the words of help; empty: nothing


@dataclass
class Command:
    name: str
    help: str
    options: list[Option] = field(default_factory=list)
    names_a_vm: bool = False
    takes_files: bool = False
    nested: list["Command"] = field(default_factory=list)

    def all(self) -> list["Command"]:
        return [self, *self.nested]


def section(text: str, title: str) -> str:
    """The lines of one part of a help text."""
    found = re.search(rf"^{title}:.*\n((?:  .*\n|\n(?=  ))*)", text + "\n", re.MULTILINE)
    return found.group(1) if found else ""


def entries(part: str) -> list[tuple[str, str]]:
    """The left column and its meaning, which may begin on the next line and take several lines."""
    out: list[tuple[str, str]] = []
    for line in part.splitlines():
        if (start := re.match(r"  (\S.*?)(?:\s{2,}(\S.*))?$", line)) and not line.startswith("   "):
            out.append((start.group(1), start.group(2) or ""))
        elif out and line.strip():
            left, meaning = out[-1]
            out[-1] = left, f"{meaning} {line.strip()}".strip()
    return out


def options_of(text: str) -> list[Option]:
    out = []
    titles = [title for title in re.findall(r"^(\w[\w ]*):", text, re.MULTILINE) if title not in ("Usage", "Positionals", "Subcommands", "Examples", "Example")]
    for title in titles:
        for left, meaning in entries(section(text, title)):
            if not left.startswith("-"):
                continue
            names, _, takes = left.partition(" ")
            out.append(Option(names.split(","), meaning, takes))
    return out


def commands_of(aerostat: str) -> tuple[list[Option], list[Command]]:
    def help_of(*words: str) -> str:
        return subprocess.run([aerostat, *words, "--help"], capture_output=True, text=True, check=True).stdout

    def below(text: str, *words: str) -> list[Command]:
        return [command(help_of(*words, name), meaning, *words, name) for name, meaning in entries(section(text, "Subcommands"))]

    def command(text: str, meaning: str, *words: str) -> Command:
        positionals = [left for left, _ in entries(section(text, "Positionals"))]
        return Command(words[-1], meaning, options_of(text), any(p.startswith("VM") for p in positionals), any("FILE" in p for p in positionals),
                       below(text, *words))

    top = help_of()
    return options_of(top), below(top)


def words_of(option: Option) -> list[str]:
    """Values that help lists, as in MODE:{static,dynamic}."""
    listed = re.search(r"\{([^}]*)\}", option.takes)
    return listed.group(1).split(",") if listed else []


HEADING = "# Made by packaging/completions/generate.py from what aerostat --help says: change that, and make it anew.\n"


def bash(common: list[Option], commands: list[Command]) -> str:
    parts = [part for c in commands for part in c.all()]
    every = [o for options in [common, *(c.options for c in parts)] for o in options]
    flags = {name for o in every if not o.takes for name in o.names}
    valued = sorted({name for o in every for name in o.names} - flags)
    words = {name: words_of(o) for c in parts for o in c.options for name in o.names if words_of(o)}
    lines = [HEADING.rstrip(), "# shellcheck shell=bash", "_aerostat_vms() {",
             "  aerostat list --all --json 2>/dev/null | grep -o '\"name\":\"[^\"]*\"' | cut -d '\"' -f 4", "}",
             "_aerostat() {", "  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} command='' options='' i",
             "  COMPREPLY=()", "  for ((i = 1; i < COMP_CWORD; i++)); do", "    case \"$command${command:+ }${COMP_WORDS[i]}\" in",
             f"      {'|'.join(c.name for c in commands)}) command=${{COMP_WORDS[i]}} ;;"]
    nested = [(c, n) for c in commands for n in c.nested]
    if nested:
        names = "|".join(f"'{c.name} {n.name}'" for c, n in nested)
        lines.append(f"      {names}) command+=\" ${{COMP_WORDS[i]}}\"; break ;;")
    lines += ["    esac", "  done", "  case $before in"]
    for name, values in sorted(words.items()):
        lines.append(f"    {name}) mapfile -t COMPREPLY < <(compgen -W '{' '.join(values)}' -- \"$word\"); return ;;")
    directories = sorted(DIRECTORIES & set(valued))
    files = sorted(FILES & set(valued))
    lines += [f"    {'|'.join(files)}) mapfile -t COMPREPLY < <(compgen -f -- \"$word\"); return ;;",
              f"    {'|'.join(directories)}) mapfile -t COMPREPLY < <(compgen -d -- \"$word\"); return ;;"]
    rest = [name for name in valued if name not in words and name not in FILES and name not in DIRECTORIES]
    lines += [f"    {'|'.join(rest)}) [[ $word == -* ]] || return ;;", "  esac", "  case $command in"]
    for c in commands:
        lines.append(f"    {c.name}) options='{' '.join(name for o in c.options for name in o.names)}' ;;")
    for c, n in nested:
        lines.append(f"    '{c.name} {n.name}') options='{' '.join(name for o in n.options for name in o.names)}' ;;")
    lines += ["  esac", f"  options+=' {' '.join(name for o in common for name in o.names)}'", "  if [[ $word == -* ]]; then",
              "    mapfile -t COMPREPLY < <(compgen -W \"$options\" -- \"$word\" | sort -u)", "    return", "  fi", "  case $command in",
              f"    '') mapfile -t COMPREPLY < <(compgen -W '{' '.join(c.name for c in commands)}' -- \"$word\") ;;",
              f"    {'|'.join(c.name for c in commands if c.names_a_vm)}) mapfile -t COMPREPLY < <(compgen -W \"$(_aerostat_vms)\" -- \"$word\") ;;"]
    for c in commands:
        if c.nested:
            lines.append(f"    {c.name}) mapfile -t COMPREPLY < <(compgen -W '{' '.join(n.name for n in c.nested)}' -- \"$word\") ;;")
    if takers := [c.name for c in commands if c.takes_files and not c.names_a_vm]:  # a VM comes before a file
        lines.append(f"    {'|'.join(takers)}) mapfile -t COMPREPLY < <(compgen -f -- \"$word\") ;;")
    lines += ["  esac", "}", "complete -o filenames -F _aerostat aerostat"]
    return "\n".join(lines) + "\n"


def zsh_text(text: str) -> str:
    return text.replace("'", "'\\''").replace("[", "\\[").replace("]", "\\]").replace(":", "\\:")


def zsh_spec(option: Option) -> list[str]:
    if not option.takes:
        action = ""
    elif words_of(option):
        action = f":value:({' '.join(words_of(option))})"
    elif FILES & set(option.names):
        action = ":file:_files"
    elif DIRECTORIES & set(option.names):
        action = ":directory:_files -/"
    else:
        action = ":value: "
    return [f"'{name}[{zsh_text(option.help)}]{action}'" for name in option.names]


def zsh(common: list[Option], commands: list[Command]) -> str:
    lines = ["#compdef aerostat", HEADING.rstrip(), "_aerostat_vms() {", "  local -a vms",
             "  vms=(${(f)\"$(aerostat list --all --json 2>/dev/null | grep -o '\"name\":\"[^\"]*\"' | cut -d '\"' -f 4)\"})",
             "  compadd -a vms", "}", "_aerostat() {", "  local -a commands common", "  commands=("]
    lines += [f"    '{c.name}:{zsh_text(c.help)}'" for c in commands]
    lines += ["  )", "  common=("] + [f"    {spec}" for o in common for spec in zsh_spec(o)]
    lines += ["  )", "  local context state line", "  _arguments -C $common '1:command:->command' '*::argument:->argument'",
              "  case $state in", "    command) _describe command commands ;;", "    argument)", "      case $words[1] in"]
    def arguments(c: Command, indent: str) -> str:
        specs = [spec for o in c.options if o.names not in [known.names for known in common] for spec in zsh_spec(o)]
        if c.names_a_vm:
            specs.append("'1:VM:_aerostat_vms'")
        if c.takes_files:
            specs.append("'*:file:_files'")
        return f" \\\n{indent}  ".join([f"{indent}_arguments $common", *specs]) + " ;;"

    for c in commands:
        lines.append(f"        {c.name})")
        if not c.nested:
            lines.append(arguments(c, " " * 10))
            continue
        lines += ["          commands=("] + [f"            '{n.name}:{zsh_text(n.help)}'" for n in c.nested]
        lines += ["          )", "          _arguments -C $common '1:command:->nested' '*::argument:->of_nested'", "          case $state in",
                  "            nested) _describe command commands ;;", "            of_nested)", "              case $words[1] in"]
        for n in c.nested:
            lines += [f"                {n.name})", arguments(n, " " * 18)]
        lines += ["              esac ;;", "          esac ;;"]
    lines += ["      esac ;;", "  esac", "}", '_aerostat "$@"']
    return "\n".join(lines) + "\n"


def fish_text(text: str) -> str:
    return text.replace("\\", "\\\\").replace("'", "\\'")


def fish_spec(option: Option, condition: str) -> str:
    names = " ".join(f"-l {n[2:]}" if n.startswith("--") else f"-s {n[1:]}" for n in option.names)
    takes = ""
    if words_of(option):
        takes = f" -x -a '{' '.join(words_of(option))}'"
    elif FILES & set(option.names):
        takes = " -r -F"
    elif DIRECTORIES & set(option.names):
        takes = " -x -a '(__fish_complete_directories)'"
    elif option.takes:
        takes = " -x"
    return f"complete -c aerostat {condition}{names}{takes} -d '{fish_text(option.help)}'"


def fish(common: list[Option], commands: list[Command]) -> str:
    names = " ".join(c.name for c in commands)
    # A nested command may be named like one that is not.
    parents = {n.name: c.name for c in commands for n in c.nested}
    lines = [HEADING.rstrip(), "function __aerostat_vms",
             "    aerostat list --all --json 2>/dev/null | string match -ra '\"name\":\"[^\"]*\"' | string replace -r '\"name\":\"(.*)\"' '$1'",
             "end", "complete -c aerostat -f"]
    lines += [fish_spec(o, "") for o in common]
    for c in commands:
        other = f"; and not __fish_seen_subcommand_from {parents[c.name]}" if c.name in parents else ""
        here = f"-n '__fish_seen_subcommand_from {c.name}{other}' "
        lines.append(f"complete -c aerostat -n 'not __fish_seen_subcommand_from {names}' -a {c.name} -d '{fish_text(c.help)}'")
        lines += [fish_spec(o, here) for o in c.options if o.names not in [known.names for known in common]]
        if c.names_a_vm:
            lines.append(f"complete -c aerostat {here}-a '(__aerostat_vms)'")
        if c.takes_files:
            lines.append(f"complete -c aerostat {here}-F")
        for n in c.nested:
            nested = f"__fish_seen_subcommand_from {c.name}; and"
            lines.append(f"complete -c aerostat -n '{nested} not __fish_seen_subcommand_from {' '.join(m.name for m in c.nested)}' -a {n.name} -d '{fish_text(n.help)}'")
            lines += [fish_spec(o, f"-n '{nested} __fish_seen_subcommand_from {n.name}' ") for o in n.options if o.names not in [known.names for known in common]]
    return "\n".join(lines) + "\n"


def completions(aerostat: str) -> dict[str, str]:
    """The files, by name."""
    common, commands = commands_of(aerostat)
    return {"aerostat.bash": bash(common, commands), "_aerostat": zsh(common, commands), "aerostat.fish": fish(common, commands)}


if __name__ == "__main__":
    program = sys.argv[1] if len(sys.argv) > 1 else str(HERE.parents[1] / "build/release/bin/aerostat")
    for name, text in completions(program).items():
        (HERE / name).write_text(text)
