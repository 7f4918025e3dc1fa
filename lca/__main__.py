"""The command line: `lca COMMAND ...`, the same as `python -m lca COMMAND ...`.

Only the chosen command's module is imported, so that `lca --help` answers at once. A module adds its parser and
names the function to run with `parser.set_defaults(run=function)`; the function takes the parsed arguments. A command
that parses by itself (LightningCLI) also sets `passthrough=True` and finds what is left in `arguments.rest`.

Exit codes: 0 done, 1 a fault of the program (with a traceback), 2 a mistake of the user (one line), 130 interrupted, 143
ended by SIGTERM.
"""

import argparse
import importlib
import os
import sys
from collections.abc import Sequence
from typing import NoReturn

from lca import __version__
from lca.errors import UserError, on_one_line
from lca.stopping import StoppedBySignal, tidy_end

COMMANDS: dict[str, tuple[str, str, str]] = {
    "create": ("lca.commands.create", "add_command", "photos of a person -> an avatar file"),
    "animate": ("lca.commands.animate", "add_command", "an avatar file and a motion -> a video"),
    "track": ("lca.commands.track", "add_command", "a film of a person -> motion files"),
    "panel": ("lca.commands.panel", "add_command", "take an avatar in your hands, in the browser"),
    "export": ("lca.commands.export", "add_command", "an avatar file -> Gaussians other programs read"),
    "player": ("lca.commands.player", "add_command", "an avatar file and a motion -> one HTML file that plays it"),
    "demo": ("lca.commands.demo", "add_command", "the whole chain on a shipped example or your own photos"),
    "networks": ("lca.commands.networks", "add_command", "fetch the networks that find people in real photographs"),
    "world": ("lca.commands.world", "add_world_commands", "build and look at the synthetic human world"),
    "data": ("lca.commands.data", "add_data_commands", "your own photos -> a folder to train on"),
    "pretrain": ("lca.commands.training", "add_training_commands", "first stage of training, on the wild world"),
    "posttrain": ("lca.commands.training", "add_training_commands", "second stage of training, on the studio world"),
    "heads": (
        "lca.commands.training",
        "add_training_commands",
        "third: loose garments and relighting, on a trained model",
    ),
    "faces": (
        "lca.commands.training",
        "add_training_commands",
        "fourth: expressions off pictures, on a trained model",
    ),
    "points": (
        "lca.commands.training",
        "add_training_commands",
        "fifth: which point of the body a pixel shows, from photographs on",
    ),
    "plan": ("lca.commands.plan", "add_command", "what a training would cost: operations, memory, hours"),
    "evaluate": ("lca.commands.evaluate", "add_command", "quality on held-out people -> a report"),
    "study": ("lca.commands.study", "add_command", "rerun a table of the paper, small, with error bars"),
    "matting": ("lca.commands.matting", "add_matting_commands", "train the network that finds the person"),
    "bench": ("lca.commands.bench", "add_command", "speed of one part on this machine, as JSON"),
}
"""command -> (module, the function that adds it to the parser, one line of help)"""

EPILOG = "`lca COMMAND --help` lists the options of one command. Start with: lca demo"


class Parser(argparse.ArgumentParser):
    """An argument parser whose complaint is one line; subcommands inherit the class."""

    def error(self, message: str) -> NoReturn:
        """Print one line and leave with exit code 2."""
        self.exit(2, f"{self.prog}: error: {on_one_line(message)} (see {self.prog} --help)\n")


def parser_for(command: str | None) -> Parser:
    """The parser of `lca`: `command` with its options, the others as names with one line of help."""
    parser = Parser(prog="lca", description="Photos in, driven Gaussian avatar out.", epilog=EPILOG)
    parser.add_argument("--version", action="version", version=f"lca {__version__}")
    subparsers = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    if command in COMMANDS:
        module, function, _ = COMMANDS[command]
        getattr(importlib.import_module(module), function)(subparsers)
        return parser
    for name, (_, _, summary) in COMMANDS.items():
        subparsers.add_parser(name, help=summary)
    return parser


def one_line(error: BaseException) -> str:
    """The message of `error` on a single line; a system's error names its file first."""
    if isinstance(error, OSError) and error.filename:
        return f"{error.filename}: {error.strerror}"
    return " ".join(str(error).split()) or type(error).__name__


def run(arguments: Sequence[str]) -> int:
    """Parse `arguments`, run the command, return its exit code. Raises: SystemExit, UserError, OSError."""
    command = next((argument for argument in arguments if not argument.startswith("-")), None)
    parser = parser_for(command)
    parsed, rest = parser.parse_known_args(arguments)
    if rest and not getattr(parsed, "passthrough", False):
        parser.error(f"{parsed.command}: unrecognized arguments: {' '.join(rest)}")
    parsed.rest = rest
    return parsed.run(parsed) or 0


def complain(line: str) -> None:
    """Print a line on stderr: one of its own, below any progress bar that is still up."""
    bars = getattr(sys.modules.get("tqdm"), "tqdm", None)
    for bar in list(getattr(bars, "_instances", ())):
        bar.close()
    print(line, file=sys.stderr)


def main(arguments: Sequence[str] | None = None) -> int:
    """Entry point of the console script; returns the exit code."""
    arguments = sys.argv[1:] if arguments is None else arguments
    try:
        with tidy_end():
            return run(arguments)
    except BrokenPipeError:  # the reader (head, less) has gone: nothing is left to say
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except (UserError, OSError) as error:
        complain(f"lca: error: {on_one_line(one_line(error))}")
        return 2
    except StoppedBySignal as stopped:
        complain(f"lca: {stopped.message}")
        return int(stopped.code or 0)
    except KeyboardInterrupt:
        complain("lca: interrupted")
        return 130


if __name__ == "__main__":
    sys.exit(main())
