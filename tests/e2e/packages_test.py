"""Packages as users get them: built from this build's programs, installed, upgraded, removed and purged in clean Debian
roots; what lintian and rpm say of them."""

import json
import re
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path
from typing import Any

from tests.harness.booted_root import BootedRoot
from tests.harness.clean_root import CleanRoot, Unavailable
from tests.harness.package import Packages, make
from tests.harness.paths import ROOT, bin_dir
from tests.harness.waiting import until

PROGRAMS = ("/usr/sbin/aerostatd", "/usr/bin/aerostat", "/usr/sbin/aerostat-guest")
CONFIGURATION = "/etc/aerostat/aerostat.toml"
HOST_WANTED = "/etc/systemd/system/multi-user.target.wants/aerostatd.service"
GUEST_WANTED = "/etc/systemd/system/dev-virtio\\x2dports-org.aerostat.guest.0.device.wants/aerostat-guest.service"
HOOK = "/etc/libvirt/hooks/qemu.d/aerostat"
INSTALLED = (*PROGRAMS, CONFIGURATION, HOOK, HOST_WANTED, GUEST_WANTED, "/usr/lib/systemd/system/aerostatd.service",
             "/usr/lib/systemd/system/aerostat-guest.service", "/usr/lib/sysusers.d/aerostat.conf",
             "/usr/lib/tmpfiles.d/aerostat.conf", "/usr/share/bash-completion/completions/aerostat",
             "/usr/share/zsh/site-functions/_aerostat", "/usr/share/fish/vendor_completions.d/aerostat.fish",
             "/usr/share/man/man8/aerostatd.8.gz", "/usr/share/man/man8/aerostat-guest.8.gz",
             "/usr/share/man/man1/aerostat.1.gz", "/usr/share/man/man5/aerostat.toml.5.gz",
             "/usr/share/aerostat/prometheus/alerts.yml", "/usr/share/aerostat/grafana/aerostat.json",
             "/usr/share/aerostat/systemd/loopback.conf", "/usr/share/aerostat/guests.toml",
             "/usr/share/doc/aerostat/copyright", "/usr/share/doc/aerostat/changelog.gz", "/usr/share/doc/aerostat-guest/copyright")
ACCOUNTS = ("/etc/passwd", "/etc/group", "/etc/shadow", "/etc/gshadow")
DEBS = "/var/cache"


def built() -> str | None:
    """Why there can be no packages, or nothing."""
    missing = [name for name in ("aerostatd", "aerostat", "aerostat-guest") if not (bin_dir() / name).exists()]
    return f"not built: {', '.join(missing)}" if missing else None


class MadePackages(unittest.TestCase):
    """Two versions of both packages of one kind."""

    kind = "deb"
    tool = "dpkg-shlibdeps"
    folder: Path
    old: Packages
    new: Packages

    @classmethod
    def setUpClass(cls) -> None:
        why = built() or (None if shutil.which(cls.tool) else f"{cls.tool} is not installed; run script/setup")
        if why:
            raise unittest.SkipTest(why)
        cls.folder = Path(tempfile.mkdtemp(prefix="aerostat-packages-"))
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        cls.old, cls.new = (make(cls.kind, version, cls.folder) for version in ("0.1.0+1", "0.1.0+2"))

    def root(self, system: int, kind: type[CleanRoot] = CleanRoot) -> CleanRoot:
        try:
            return self.enterContext(kind(system))
        except Unavailable as why:
            raise unittest.SkipTest(str(why)) from why

    def succeeds(self, root: CleanRoot, command: str) -> str:
        done = root.run(command)
        self.assertEqual(done.status, 0, f"Debian {root.system}: {command}\n{done.text}")
        return done.text


class OnDebian(MadePackages):
    def install(self, root: CleanRoot, packages: Packages) -> str:
        """As the README says. Nothing is fetched: a minimal Debian has all that is needed."""
        for file in (packages.host, packages.guest):
            root.put(file, f"{DEBS}/{file.name}")
        return self.succeeds(root, f"apt-get install -y {DEBS}/{packages.host.name} {DEBS}/{packages.guest.name}")


class Debian(OnDebian):
    """Clean roots in which nothing runs, as containers and images are made."""

    def lives_and_dies(self, root: CleanRoot) -> None:
        before, accounts = root.files(), [root.read(file) for file in ACCOUNTS]
        text = self.install(root, self.old)
        self.assertNotRegex(text, re.compile("warning|error", re.I))
        for place in INSTALLED:
            self.assertTrue(root.has(place), place)
        for program in PROGRAMS:
            self.succeeds(root, f"{program} --version")
        self.succeeds(root, "aerostatd --check-config")
        self.assertRegex(self.succeeds(root, "getent passwd aerostat"), r"^aerostat:x:\d{1,3}:\d{1,3}:.*:/nonexistent:/usr/sbin/nologin$")
        self.assertEqual(self.succeeds(root, "id -nG aerostat").split(), ["aerostat"])

        # An upgrade keeps what people wrote and what was learned, and asks nothing.
        root.write(CONFIGURATION, "# mine\n")
        root.write("/var/lib/aerostat/settings.toml", '[vm.web]\nmode = "dynamic"\n')
        self.install(root, self.new)
        self.assertIn("# mine\n", root.read(CONFIGURATION))
        self.assertIn("dynamic", root.read("/var/lib/aerostat/settings.toml"))

        # libvirt may come later.
        self.libvirt_comes(root)
        self.assertEqual(self.succeeds(root, "id -nG aerostat").split(), ["aerostat", "libvirt"])
        self.succeeds(root, "dpkg --purge fake-libvirt && groupdel libvirt")

        self.succeeds(root, "apt-get remove -y aerostat aerostat-guest")
        for program in PROGRAMS:
            self.assertFalse(root.has(program), program)
        self.assertIn("# mine\n", root.read(CONFIGURATION))
        self.assertTrue(root.has("/var/lib/aerostat/settings.toml"))
        self.succeeds(root, "getent passwd aerostat")

        self.succeeds(root, "apt-get purge -y aerostat aerostat-guest")
        self.assertEqual(sorted(root.files() - before), [f"{file}-" for file in ("./etc/group", "./etc/gshadow", "./etc/passwd", "./etc/shadow")
                                                         if f"{file}-" not in before])
        self.assertEqual([root.read(file) for file in ACCOUNTS], accounts)

    def libvirt_comes(self, root: CleanRoot) -> None:
        """A package with its unit and its group."""
        control = "Package: fake-libvirt\nVersion: 1\nArchitecture: all\nMaintainer: a <a@b.c>\nDescription: stands for libvirt\n"
        root.write("/tmp/fake/DEBIAN/control", control)
        root.write("/tmp/fake/DEBIAN/postinst", "#!/bin/sh\ngroupadd --system libvirt\n")
        root.write("/tmp/fake/usr/lib/systemd/system/libvirtd.service", "[Unit]\n")
        self.succeeds(root, "chmod 755 /tmp/fake/DEBIAN/postinst && dpkg-deb --build /tmp/fake /tmp/fake.deb && dpkg -i /tmp/fake.deb")

    def test_debian_12(self) -> None:
        self.lives_and_dies(self.root(12))

    def test_debian_13_takes_the_package_built_on_12(self) -> None:
        self.lives_and_dies(self.root(13))

    def test_nothing_fails_without_systemd(self) -> None:
        root = self.root(12)
        self.succeeds(root, "apt-get purge -y --allow-remove-essential systemd systemd-sysv")
        self.assertFalse(root.has("/usr/bin/systemctl"))
        self.lives_and_dies(root)

    def test_what_the_administrator_disabled_stays_disabled(self) -> None:
        root = self.root(12)
        self.install(root, self.old)
        self.succeeds(root, "deb-systemd-helper disable aerostatd.service; rm -f " + HOST_WANTED)
        self.install(root, self.new)
        self.assertFalse(root.has(HOST_WANTED))

    def test_lintian_finds_no_error(self) -> None:
        if not shutil.which("lintian"):
            self.skipTest("lintian is not installed; run script/setup")
        done = subprocess.run(["lintian", "--fail-on", "error", "--info", "--allow-root", *self.new.all()], capture_output=True, text=True, check=False)
        print(done.stdout)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_it_needs_what_every_debian_has(self) -> None:
        """Another library needs to be compiled in: cmake/compiled_in.cmake."""
        text = subprocess.run(["dpkg-deb", "--field", self.new.host, "Depends"], capture_output=True, text=True, check=True).stdout
        names = {part.split()[0] for part in text.split(",")}
        self.assertLessEqual(names, {"passwd", "libc6", "libgcc-s1", "libssl3", "libstdc++6", "zlib1g"})

    def test_its_scripts_are_clean(self) -> None:
        if not shutil.which("shellcheck"):
            self.skipTest("shellcheck is not installed; run script/setup --lint")
        for file in (self.new.host, self.new.guest):
            into = Path(self.enterContext(tempfile.TemporaryDirectory()))
            subprocess.run(["dpkg-deb", "--control", file, into], check=True)
            done = subprocess.run(["shellcheck", *(into / name for name in ("postinst", "prerm", "postrm"))], capture_output=True, text=True, check=False)
            self.assertEqual(done.stdout, "", file.name)

    def test_the_same_programs_make_the_same_package(self) -> None:
        again = make(self.kind, "0.1.0+1", Path(self.enterContext(tempfile.TemporaryDirectory())))
        for one, other in zip(self.old.all(), again.all(), strict=True):
            self.assertEqual(one.read_bytes(), other.read_bytes(), one.name)

    def test_the_guest_for_32_bits_differs_in_its_program_only(self) -> None:
        other = self.new.guest_i386
        if not other:
            self.skipTest("the program for i386 was not built: the cross compiler is missing; run script/setup")
        self.assertEqual(subprocess.run(["dpkg-deb", "--field", other, "Package", "Architecture"], capture_output=True, text=True, check=True).stdout,
                         "Package: aerostat-guest\nArchitecture: i386\n")
        one, two = (Path(self.enterContext(tempfile.TemporaryDirectory())) for _ in range(2))
        for file, into in ((self.new.guest, one), (other, two)):
            subprocess.run(["dpkg-deb", "--raw-extract", file, into], check=True)
        compared = subprocess.run(["diff", "-rq", one, two], capture_output=True, text=True, check=False).stdout
        self.assertEqual(re.findall(rf"{one}/(\S+)", compared), ["DEBIAN/control", "DEBIAN/md5sums", "usr/sbin/aerostat-guest"])
        self.assertEqual((two / "usr/sbin/aerostat-guest").read_bytes(), (bin_dir().parent / "linux-i386/aerostat-guest").read_bytes())

    def test_a_version_that_is_none_is_refused(self) -> None:
        done = subprocess.run([ROOT / "script/package", "deb", "--version", "v 1"], capture_output=True, text=True, check=False)
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        self.assertIn("is not a version", done.stderr)


class Booted(OnDebian):
    """systemd runs: what happens to the daemon and to VMs."""

    # QEMU of the host, as a user who is in the group aerostat and has the usual umask. The guest does not run.
    VM = """umask 022
H=/host/usr
export QEMU_MODULE_DIR=$H/lib/x86_64-linux-gnu/qemu
exec setpriv --reuid=12345 --regid=$(getent group aerostat | cut -d: -f3) --clear-groups \\
  $H/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2 --library-path $H/lib/x86_64-linux-gnu $H/bin/qemu-system-x86_64 \\
  -L $H/share/qemu -L $H/share/seabios -S -machine q35,accel=tcg -display none -nic none \\
  $(aerostat qemu-args web --startup 512M --maximum 1G --one-line)
"""

    def vm(self, root: CleanRoot) -> dict[str, Any]:
        """As the API tells."""
        done = root.run("aerostat list --json")
        vms = json.loads(done.text)["items"] if done.status == 0 else []
        return next((vm for vm in vms if vm["name"] == "web"), {})

    def served(self, root: CleanRoot) -> bool:
        """The daemon talks to its monitor, and sees its process."""
        return self.vm(root).get("assigned_bytes") == 512 << 20 and (self.vm(root).get("resident_bytes") or 0) > 0

    def lives_and_dies(self, system: int) -> None:
        root = self.root(system, BootedRoot)
        self.install(root, self.old)
        self.assertEqual(self.succeeds(root, "systemctl is-active aerostatd").strip(), "active", root.run("journalctl -u aerostatd").text)
        self.assertEqual(root.run("systemctl is-active aerostat-guest").text.strip(), "inactive")
        self.assertEqual(self.succeeds(root, "systemctl show --value --property OOMPolicy aerostat-guest").strip(), "continue")
        self.rights(root)

        root.write("/root/vm", self.VM)
        self.succeeds(root, "systemd-run --quiet --unit=vm sh /root/vm")
        until(lambda: self.served(root), 60, f"the VM of another user is served: {root.run('journalctl -u aerostatd -u vm').text}", interval=0.2)
        self.assertEqual(self.succeeds(root, "stat -c %A /run/aerostat/vms/web.qmp").strip(), "srwxr-xr-x")
        self.succeeds(root, "aerostat set web --mode dynamic --minimum 256M")
        daemon, qemu = self.pid(root, "aerostatd"), self.pid(root, "vm")

        self.install(root, self.new)
        self.assertNotEqual(self.pid(root, "aerostatd"), daemon)
        until(lambda: self.served(root), 60, "the VM is served after the upgrade", interval=0.2)
        self.assertEqual(self.vm(root)["mode"], "dynamic")

        self.without_its_right(root)

        self.succeeds(root, "apt-get remove -y aerostat aerostat-guest")
        self.assertEqual(root.run("pidof aerostatd").text, "")
        self.succeeds(root, "test -e /etc/aerostat/aerostat.toml -a -e /var/lib/aerostat/settings.toml -a -S /run/aerostat/vms/web.qmp")
        self.succeeds(root, "apt-get purge -y aerostat aerostat-guest")
        self.assertEqual(self.pid(root, "vm"), qemu, "its VM runs on")
        self.succeeds(root, "test ! -e /etc/aerostat -a ! -e /var/lib/aerostat -a -S /run/aerostat/vms/web.qmp")
        self.assertEqual(root.run("getent passwd aerostat").text, "")

    def pid(self, root: CleanRoot, unit: str) -> int:
        return int(self.succeeds(root, f"systemctl show --value --property MainPID {unit}"))

    def rights(self, root: CleanRoot) -> None:
        """docs/guide/threat-model.md says what each is for."""
        process = f"/proc/{self.pid(root, 'aerostatd')}"
        status = root.read(f"{process}/status")
        self.assertNotRegex(status, r"Uid:.*\b0\b")
        self.assertRegex(status, r"CapEff:\t0000000000000002\nCapBnd:\t0000000000000002\n")  # CAP_DAC_OVERRIDE
        self.assertRegex(status, r"NoNewPrivs:\t1\nSeccomp:\t2\n")

        def seen(place: str) -> list[str]:
            return self.succeeds(root, f"ls -A {process}/root{place}").split()

        self.assertEqual(sorted(seen("/run")), ["aerostat", "libvirt", "systemd"])
        self.assertLessEqual({*seen("/run/systemd")}, {"incoming", "notify"})
        self.assertLessEqual({*seen("/etc")}, {"aerostat", "group", "ld.so.cache", "libvirt", "localtime", "nsswitch.conf", "passwd"})
        self.assertEqual(seen("/var/lib"), ["aerostat"])
        self.assertLessEqual({*seen("")}, {"bin", "dev", "etc", "lib", "lib64", "proc", "run", "sbin", "sys", "tmp", "usr", "var"})

    def without_its_right(self, root: CleanRoot) -> None:
        """CAP_DAC_OVERRIDE is necessary: without it the VM of another user is out of reach."""
        root.write("/etc/systemd/system/aerostatd.service.d/less.conf", "[Service]\nAmbientCapabilities=\nCapabilityBoundingSet=\n")
        self.succeeds(root, "systemctl daemon-reload && systemctl restart aerostatd")
        until(lambda: "no permission to open /run/aerostat/vms/web.qmp" in root.run("journalctl -u aerostatd").text, 30, "it is refused", interval=0.2)
        self.assertFalse(self.served(root))
        self.succeeds(root, "rm -r /etc/systemd/system/aerostatd.service.d && systemctl daemon-reload && systemctl restart aerostatd")
        until(lambda: self.served(root), 60, "the VM is served again", interval=0.2)

    def test_debian_12(self) -> None:
        self.lives_and_dies(12)

    def test_debian_13(self) -> None:
        self.lives_and_dies(13)

    def test_the_units_exposure(self) -> None:
        """The figure that the guide names."""
        if not shutil.which("systemd-analyze"):
            self.skipTest("systemd-analyze is not installed")
        for unit, most in (("aerostatd", 1.5), ("aerostat-guest", 3.2)):
            done = subprocess.run(["systemd-analyze", "security", "--offline=yes", ROOT / f"packaging/{unit}.service"],
                                  capture_output=True, text=True, check=False)
            figure = re.search(r"Overall exposure level for .*: ([\d.]+)", done.stdout)
            self.assertTrue(figure, done.stdout + done.stderr)
            print(f"{unit}: exposure {figure[1]}")
            self.assertLessEqual(float(figure[1]), most)


class Rpm(MadePackages):
    """No Fedora archive is used: the package goes into a Debian root, without its dependencies."""

    kind = "rpm"
    tool = "rpmbuild"

    def query(self, file: Path, *what: str) -> str:
        return subprocess.run(["rpm", "-qp", *what, str(file)], capture_output=True, text=True, check=True).stdout

    def rpm(self, root: CleanRoot, *what: str) -> str:
        done = subprocess.run(["rpm", "--root", str(root.path), "--nodeps", *what], capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, f"{what}: {done.stdout}{done.stderr}")
        return done.stdout + done.stderr

    def test_it_has_the_same_files_as_the_deb(self) -> None:
        debs = make("deb", "0.1.0+1", self.folder)
        for deb, rpm in ((debs.host, self.old.host), (debs.guest, self.old.guest)):
            listed = subprocess.run(["dpkg-deb", "--fsys-tarfile", deb], stdout=subprocess.PIPE, check=True).stdout
            names = subprocess.run(["tar", "-t"], input=listed, stdout=subprocess.PIPE, check=True).stdout.decode().splitlines()
            of_deb = {name.removeprefix(".") for name in names if not name.endswith("/") and "changelog" not in name and "lintian" not in name}
            of_rpm = {line.split()[-1] for line in self.query(rpm, "-lv").splitlines() if line.startswith("-")}
            self.assertEqual(of_rpm, of_deb)
        self.assertEqual(self.query(self.old.host, "--configfiles").split(), [CONFIGURATION, HOOK])

    def test_it_lives_and_dies(self) -> None:
        if subprocess.run(["id", "-u"], capture_output=True, text=True, check=True).stdout.strip() != "0":
            self.skipTest("rpm needs root to work in another root")
        root = self.root(12)
        self.rpm(root, "-i", str(self.old.host), str(self.old.guest))
        self.succeeds(root, "id aerostat && aerostatd --check-config && aerostat-guest --version")
        root.write(CONFIGURATION, "# mine\n")
        self.rpm(root, "-U", str(self.new.host), str(self.new.guest))
        self.assertIn("# mine\n", root.read(CONFIGURATION))
        self.rpm(root, "-e", "aerostat", "aerostat-guest")
        for program in PROGRAMS:
            self.assertFalse(root.has(program), program)

    def test_its_scripts_are_clean(self) -> None:
        if not shutil.which("shellcheck"):
            self.skipTest("shellcheck is not installed; run script/setup --lint")
        for file in (self.new.host, self.new.guest):
            for which in ("postin", "preun", "postun"):
                text = self.query(file, "--queryformat", f"%{{{which.upper()}}}")
                self.assertIn("systemctl", text)
                done = subprocess.run(["shellcheck", "--shell=sh", "-"], input=text, capture_output=True, text=True, check=False)
                self.assertEqual(done.stdout, "", f"{file.name}: {which}")


if __name__ == "__main__":
    unittest.main()
