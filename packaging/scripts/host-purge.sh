    # Sockets of VMs that run are theirs and stay.
    rm -rf /var/lib/aerostat
    rm -f /run/aerostat/api.sock /run/aerostat/api.sock.lock /run/aerostat/held /run/aerostat/held.new
    rmdir /run/aerostat/vms /run/aerostat /run/libvirt 2>/dev/null || true
    if getent passwd aerostat >/dev/null && command -v userdel >/dev/null; then userdel aerostat || true; fi
    if getent group aerostat >/dev/null && command -v groupdel >/dev/null; then groupdel aerostat || true; fi
