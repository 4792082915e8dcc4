"""Shell completions: they follow the command's help, and bash uses them as expected."""

import os
import subprocess
import unittest

from packaging.completions import generate
from tests.harness.paths import bin_dir


class Completions(unittest.TestCase):
    def bash(self, *words: str) -> list[str]:
        """What bash offers for the last of the words."""
        quoted = " ".join(f"'{word}'" for word in words)
        script = f"""
            source {generate.HERE}/aerostat.bash
            aerostat() {{ echo '[{{"name":"web"}},{{"name":"db-1"}}]'; }}
            COMP_WORDS=({quoted}); COMP_CWORD={len(words) - 1}
            _aerostat
            printf '%s\\n' "${{COMPREPLY[@]}}"
        """
        run = subprocess.run(["bash", "-uc", script], capture_output=True, text=True, timeout=20, check=False, env=dict(os.environ, LC_ALL="C"))
        self.assertEqual(run.stderr, "", words)
        return sorted(run.stdout.split())

    def test_they_are_what_help_says(self) -> None:
        for name, text in generate.completions(str(bin_dir() / "aerostat")).items():
            self.assertEqual((generate.HERE / name).read_text(), text, f"{name} is old: python3 packaging/completions/generate.py")

    def test_every_command_and_option_of_help_is_there(self) -> None:
        common, commands = generate.commands_of(str(bin_dir() / "aerostat"))
        self.assertGreaterEqual({c.name for c in commands}, {"list", "show", "set", "explain", "events", "host", "reactions", "pause", "resume",
                                                             "qemu-args", "adopt", "release", "record", "trace", "simulate", "scenario", "plan"})
        self.assertIn("--minimum", [name for c in commands if c.name == "set" for o in c.options for name in o.names])
        self.assertIn("--socket", [name for o in common for name in o.names])

    def test_bash_completes_commands_options_and_vms(self) -> None:
        self.assertEqual(self.bash("aerostat", "rec"), ["record"])
        self.assertIn("--minimum", self.bash("aerostat", "set", "--m"))
        self.assertEqual(self.bash("aerostat", "show", ""), ["db-1", "web"])
        self.assertEqual(self.bash("aerostat", "explain", "w"), ["web"])
        self.assertEqual(self.bash("aerostat", "set", "web", "--mode", ""), ["dynamic", "static"])
        self.assertEqual(self.bash("aerostat", "set", "web", "--minimum", ""), [])
        self.assertIn("--socket", self.bash("aerostat", "list", "--"))

    def test_bash_completes_commands_of_a_command(self) -> None:
        self.assertEqual(self.bash("aerostat", "token", ""), ["create", "list", "revoke"])
        self.assertIn("--role", self.bash("aerostat", "token", "create", "--"))
        self.assertEqual(self.bash("aerostat", "token", "create", "laptop", "--role", "o"), ["operator"])
        self.assertNotIn("--watch", self.bash("aerostat", "token", "list", "--"))
        self.assertIn("--watch", self.bash("aerostat", "list", "--"))


if __name__ == "__main__":
    unittest.main()
