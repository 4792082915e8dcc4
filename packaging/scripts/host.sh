unit=aerostatd.service

# The user of the daemon, in the group that libvirt admits, if there is one. A group that exists is kept.
prepare() {
  getent group aerostat >/dev/null || groupadd --system aerostat
  getent passwd aerostat >/dev/null ||
    useradd --system --gid aerostat --home-dir /nonexistent --no-create-home --shell /usr/sbin/nologin \
      --comment 'Aerostat, memory of virtual machines' aerostat
  join libvirt || true
  if booted && command -v systemd-tmpfiles >/dev/null; then systemd-tmpfiles --create aerostat.conf || true; fi
}

# Says whether the group is new to the user.
join() {
  getent group "$1" >/dev/null || return 1
  case " $(id -Gn aerostat 2>/dev/null) " in *" $1 "*) return 1 ;; esac
  usermod --append --groups "$1" aerostat
}

may_start() { true; }
