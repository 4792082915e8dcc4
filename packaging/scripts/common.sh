# systemd runs this system. In a container or an unpacked root nothing is started.
booted() { [ -d /run/systemd/system ] && command -v systemctl >/dev/null; }

# A unit that script/install wrote hides the package's.
warn_of_other() {
  if [ -f "/etc/systemd/system/$unit" ] && [ ! -L "/etc/systemd/system/$unit" ]; then
    echo "/etc/systemd/system/$unit hides the unit of this package; remove it, and run systemctl daemon-reload" >&2
  fi
}
